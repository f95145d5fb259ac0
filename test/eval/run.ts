/**
 * `npm run eval`: asks every question and prints the table; `-- --live` asks xAI itself, where there is a key; `-- --company
 * sample,real` these companies alone; `-- --answers` prints ten answers as a person sees them.
 */
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const isLive = args.includes("--live");
if (isLive && !process.env["XAI_API_KEY"]) {
  console.log("Skipped: --live needs XAI_API_KEY, and there is none.");
  process.exit(0);
}
const company = args[args.indexOf("--company") + 1];
const { status } = spawnSync(
  "npx",
  [
    "vitest",
    "run",
    "--config",
    "test/eval/vitest.config.ts",
    "--disable-console-intercept",
    args.includes("--answers") ? "test/eval/answers.test.ts" : "test/eval/eval.test.ts",
  ],
  {
    stdio: "inherit",
    env: { ...process.env, ...(isLive ? { EVAL_LIVE: "1" } : {}), ...(args.includes("--company") && company ? { EVAL_COMPANY: company } : {}) },
  },
);
process.exit(status ?? 1);
