import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "vitest";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../mutants/core/run.ts");

describe("the tests of the core", () => {
  it("[P3] catch nine of ten small mistakes: one part here, every part by `npm run test:mutants:core`", { timeout: 300_000 }, async ({ expect }) => {
    const { stdout } = await run(process.execPath, [script, "csv", "--most", "40"], { env: { PATH: process.env["PATH"] } });
    expect(stdout).toMatch(/^csv: (?:3[6-9]|40) of 40 mutants caught/m);
  });
});
