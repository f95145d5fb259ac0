import process from "node:process";
import type { UserConsoleLog } from "vitest";
import type { Reporter, TestModule } from "vitest/node";
import { isTelling } from "./canaries.ts";

/** Reads every log line of the service for secrets, and closes a run with plain lines that anything can read: in a long proof, with the figures that its tests saw. */
export default class PlainSummary implements Reporter {
  #lines = 0;
  #telling = 0;
  readonly #figures: string[] = [];

  onUserConsoleLog({ content, type }: UserConsoleLog): void {
    if (process.env["PROVE"] === "1" && type === "stdout") this.#figures.push(...content.split("\n").filter((one) => /^(?!\{"level").*\d/.test(one)));
    for (const line of content.split("\n").filter((one) => one.startsWith('{"level"'))) {
      this.#lines += 1;
      if (!isTelling(line)) continue;
      this.#telling += 1;
      console.error(`a secret in the log: ${line.slice(0, 1_000)}`);
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0 && count("failed") === 0).length;
    for (const figure of this.#figures) console.log(`seen: ${figure.slice(0, 1_000)}`);
    console.log(`[O1] ${this.#lines} log lines read, ${this.#telling} of them with a secret`);
    if (this.#telling > 0) process.exitCode = 1;
    console.log(`${count("passed")} passed, ${count("failed") + broken} failed, ${count("skipped")} skipped`);
  }
}
