import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The test of the tests: each known-bad patch, in a copy of the tree, must turn the test red that it names
 * (`# red: <project> <file> <title>`), in under a minute. One that no longer applies is a failure too.
 */
const root = join(import.meta.dirname, "../..");
const LIMIT_MS = 60_000;
const PARTS = ["src", "db", "migrations", "dev", "test", "assets", "package.json", "tsconfig.json", "vitest.config.ts", "wrangler.toml"];
const only = process.argv[2];

function tryPatch(name: string): string | null {
  const patch = readFileSync(join(import.meta.dirname, name), "utf8");
  const [, project = "", file = "", title = ""] = /^# red: (\S+) (\S+) (.+)$/m.exec(patch) ?? [];
  const copy = mkdtempSync(join(tmpdir(), "finhelm-mutant-"));
  try {
    for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const applied = spawnSync("git", ["apply", "-C1", "-"], { cwd: copy, input: patch, encoding: "utf8" });
    if (applied.status !== 0) return `does not apply: ${applied.stderr}`;
    const escaped = title.replace(/[[\]()]/g, "\\$&");
    const started = Date.now();
    const run = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", project, file, "-t", escaped], {
      cwd: copy,
      encoding: "utf8",
      timeout: LIMIT_MS,
      env: { ...process.env, NO_COLOR: "1", PWD: copy },
    });
    const output = run.stdout + run.stderr;
    const failed = Number(/(\d+) passed, (\d+) failed/.exec(run.stdout)?.[2] ?? -1);
    if (run.error) return `took longer than ${LIMIT_MS / 1000} s`;
    if (failed < 1) return `${file} stayed green: ${run.stdout.split("\n").filter(Boolean).at(-1) ?? run.stderr.slice(0, 300)}`;
    if (!output.split("\n").some((line) => line.includes("×") && line.includes(title))) return `${title} is not what failed: ${output.slice(0, 600)}`;
    console.log(`caught ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
    return null;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".patch") && (only === undefined || name.includes(only)));
const survivors = names.flatMap((name) => {
  const survived = tryPatch(name);
  return survived === null ? [] : [`${name}: ${survived}`];
});
for (const one of survivors) console.error(`NOT caught ${one}`);
if (survivors.length > 0 || names.length === 0) process.exitCode = 1;
