import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "vitest";

const run = promisify(execFile);
const [root, mutants] = [join(import.meta.dirname, "../.."), join(import.meta.dirname, "../mutants")];
const script = join(mutants, "core/run.ts");
const patches = readdirSync(mutants).filter((name) => name.endsWith(".patch"));

describe("the tests of the core", () => {
  it("[P3] catch nine of ten small mistakes: one part here, every part by `npm run test:mutants:core`", { timeout: 300_000 }, async ({ expect }) => {
    const { stdout } = await run(process.execPath, [script, "csv", "--most", "40"], { env: { PATH: process.env["PATH"] } });
    expect(stdout).toMatch(/^csv: (?:3[6-9]|40) of 40 mutants caught/m);
  });

  it.for(patches)("are named by the known-bad patch that they turn red, and it still applies: %s", async (name, { expect }) => {
    const patch = join(mutants, name);
    const [, file = "", title = ""] = /^# red: \S+ (\S+) (.+)$/m.exec(readFileSync(patch, "utf8")) ?? [];
    expect(readFileSync(join(root, file), "utf8").includes(title), `${file} has a test "${title}"`).toBe(true);
    await run("git", ["apply", "--check", "-C1", patch], { cwd: root });
  });
});
