/** `npm run eval`: asks every question and prints the table; `-- --live` asks xAI itself, where there is a key. */
import { spawnSync } from "node:child_process";

const live = process.argv.includes("--live");
if (live && !process.env["XAI_API_KEY"]) {
  console.log("Skipped: --live needs XAI_API_KEY, and there is none.");
  process.exit(0);
}
const { status } = spawnSync("npx", ["vitest", "run", "--config", "test/eval/vitest.config.ts", "--disable-console-intercept"], {
  stdio: "inherit",
  env: { ...process.env, ...(live ? { EVAL_LIVE: "1" } : {}) },
});
process.exit(status ?? 1);
