/**
 * Checks, migrates, uploads, and asks the live service whether it is well; when it is not, the version before comes back.
 * `--dry-run` does all that needs no account: the checks, the configuration, the statements that are to run, and the bundles.
 */
import "./check-node.ts";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { unstable_readConfig as readWrangler } from "wrangler";
import { type Described, Variables } from "../src/env.ts";
import { pendingMigrations } from "./pending-migrations.ts";
import { buildReference } from "./reference.ts";
import { smoke } from "./smoke.ts";

const { values } = parseArgs({
  options: { env: { type: "string" }, "dry-run": { type: "boolean", default: false }, "skip-checks": { type: "boolean", default: false } },
});
const environment = values.env ?? "";
const dryRun = values["dry-run"];
const ownerUrl = process.env["DATABASE_OWNER_URL"];

if (!["staging", "production"].includes(environment)) fail("Say where: npm run deploy -- --env staging | production [--dry-run]");
if (!dryRun && !ownerUrl) fail("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables.");
const { vars } = readWrangler({ config: join(import.meta.dirname, "../wrangler.toml"), env: environment });
const release = output("git", ["rev-parse", "--short=12", "HEAD"]);

mustBeConfigured();
await buildReference();
if (!values["skip-checks"]) run("check", "npm", ["run", "check"]);
await migrate();
// the service names its meter, which must be there before it
run("meter", "npx", [
  "wrangler",
  "deploy",
  "--config",
  "wrangler.meter.toml",
  "--env",
  environment,
  ...(dryRun ? ["--dry-run", "--outdir", "dist/meter"] : []),
]);
const upload = ["wrangler", "deploy", "--env", environment, "--var", `RELEASE:${release}`];
run("upload", "npx", [...upload, ...(dryRun ? ["--dry-run", "--outdir", "dist"] : ["--message", release])]);
if (dryRun) console.log("smoke test: skipped in a dry run\nDry run: nothing left this machine.");
else await smokeOrBack(String(vars["API_URL"]));

/** Each open variable is in `wrangler.toml` and well formed; each secret is known to Cloudflare by name (not in a dry run). */
function mustBeConfigured(): void {
  const described = Object.entries(Variables.shape).map(([name, schema]) => ({ name, schema, ...(schema.meta() as Described) }));
  const open = described.filter((one) => !one.secret && one.name !== "RELEASE");
  const wrong = open.filter(({ name, schema }) => !schema.safeParse(vars[name]).success).map(({ name }) => name);
  if (wrong.length > 0) fail(`wrangler.toml, env.${environment}.vars: missing or malformed: ${wrong.join(", ")}`);
  const misplaced = described.filter(({ name, secret }) => secret && name in vars).map(({ name }) => name);
  if (misplaced.length > 0) fail(`These are secrets and stand in wrangler.toml: ${misplaced.join(", ")}`);
  const needed = described.filter(({ secret, schema }) => secret && !schema.safeParse(undefined).success).map(({ name }) => name);
  console.log(`configuration: ${open.length} variables in wrangler.toml are well formed; ${needed.length} secrets are required`);
  if (dryRun) return;
  const known = (JSON.parse(output("npx", ["wrangler", "secret", "list", "--env", environment, "--format", "json"])) as { name: string }[]).map(
    ({ name }) => name,
  );
  const missing = needed.filter((name) => !known.includes(name));
  if (missing.length > 0)
    fail(`Cloudflare does not have these secrets: ${missing.join(", ")}. Set each with: npx wrangler secret put NAME --env ${environment}`);
}

/** Expand, deploy, contract: a statement that takes something away from the version that runs now needs `-- contract:` and why it may. */
async function migrate(): Promise<void> {
  const pending = await pendingMigrations(dryRun ? undefined : ownerUrl);
  console.log(`migrate: ${pending.names.length} to apply${dryRun ? " to an empty database" : ""}: ${pending.names.join(", ") || "none"}`);
  if (!dryRun && pending.contracting.length > 0)
    fail(
      `The version that runs now would not work on the new schema:\n${pending.contracting.join("\n")}\nDeploy the code that does without it first, then say so with "-- contract: why" in the migration.`,
    );
  if (dryRun) return;
  run("migrate", "npm", ["run", "migrate"]);
}

async function smokeOrBack(url: string): Promise<void> {
  const wrong = await smoke(url, release);
  if (wrong === null) return console.log(`Deployed ${release}, and well.`);
  console.error(`smoke test: ${wrong}`);
  run("roll back", "npx", ["wrangler", "rollback", "--env", environment, "--message", `smoke test of ${release} failed`, "--yes"]);
  fail("The version before is live again. The schema is that of the new version, on which the old one runs.");
}

function run(step: string, command: string, args: string[]): void {
  console.log(`${step}: ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) fail(`${step} failed; nothing after it was done.`);
}

function output(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) fail(`${command} ${args[0] ?? ""} failed: ${stderr}`);
  return stdout.trim();
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
