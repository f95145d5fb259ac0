import "./check-node.ts";
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { buildReference } from "./reference.ts";

/**
 * Checks, migrates, uploads, and asks the live service whether it is well; when it is not, the version before comes back.
 * `--dry-run` does all that needs no account.
 */
const { values } = parseArgs({ options: { env: { type: "string" }, "dry-run": { type: "boolean", default: false }, url: { type: "string" } } });
const environment = values.env ?? "";
const dryRun = values["dry-run"];

if (!["staging", "production"].includes(environment)) fail("Say where: npm run deploy -- --env staging | production [--dry-run]");
if (!dryRun && !values.url) fail("Say where the service answers, for the smoke test: --url https://…");
if (!dryRun && !process.env["DATABASE_OWNER_URL"]) fail("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables.");

await buildReference();
run("check", "npm", ["run", "check"]);
if (dryRun) console.log("migrate: skipped in a dry run");
else run("migrate", "npm", ["run", "migrate"]);
run("upload", "npx", ["wrangler", "deploy", "--env", environment, ...(dryRun ? ["--dry-run", "--outdir", "dist"] : [])]);
if (!dryRun && !(await healthy(values.url ?? ""))) {
  run("roll back", "npx", ["wrangler", "rollback", "--env", environment, "--message", "smoke test failed", "--yes"]);
  fail("The smoke test failed; the version before is live again. The schema is that of the new version, on which the old one runs.");
}
console.log(dryRun ? "Dry run: nothing left this machine." : "Deployed, and well.");

/** Ready within a minute, with a document that names its operations. */
async function healthy(url: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const answers = await Promise.all(
      ["/health/ready", "/openapi.json"].map((path) =>
        fetch(new URL(path, url), { signal: AbortSignal.timeout(5_000) }).then(
          (response) => response.ok,
          () => false,
        ),
      ),
    );
    if (answers.every(Boolean)) return true;
    await new Promise((done) => setTimeout(done, 3_000));
  }
  return false;
}

function run(step: string, command: string, args: string[]): void {
  console.log(`${step}: ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) fail(`${step} failed; nothing after it was done.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
