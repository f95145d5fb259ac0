/**
 * A mutation run over what security and the books rest on: credentials, tokens, the vault, limits, idempotency, files and
 * the sync. Small mistakes are made one at a time, each must be caught by a test, and nine of ten must be. What takes its
 * time is sampled, by a seed: `npm run test:mutants:core -- [NAME] [--seed 7] [--most 60]`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../../../dev/twins/quickbooks/random.ts";
import { breed, hunt, ROOT } from "../hunt.ts";
import { CLOUDFLARE } from "./platform.ts";
import { huntPolicies } from "./policies.ts";

/** Modules, and the tests that must catch their mutants. */
type Part = { sources: string[]; tests: string[]; needsWorld?: boolean; alone?: boolean; stands?: Record<string, string>; most?: number };

const LEAST = 0.9;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "7" }, most: { type: "string", default: "60" } },
});

const MOST = Number(values.most);
const SYNC = readdirSync(join(ROOT, "src/features/accounts/sync")).map((file) => `src/features/accounts/sync/${file}`);
const PARTS: Record<string, Part> = {
  credentials: {
    sources: ["src/core/secret.ts", "src/core/cursor.ts", "src/features/auth/access-tokens.ts"],
    tests: ["test/core/{secret,cursor}.test.ts", "test/features/auth/access-tokens.test.ts"],
  },
  passwords: { sources: ["src/features/auth/passwords.ts", "src/features/auth/password-hash.ts"], tests: ["test/features/auth/passwords.test.ts"], most: 30 },
  limiter: {
    sources: ["src/objects/gcra.ts", "src/objects/company-limit.ts", "src/objects/user-gate.ts"],
    tests: ["test/core/limits.test.ts", "test/objects/user-gate.test.ts"],
    stands: CLOUDFLARE,
  },
  csv: { sources: ["src/core/csv.ts"], tests: ["test/core/csv.test.ts"] },
  vault: { sources: ["src/features/operations/reseal.ts"], tests: ["test/features/operations/reseal.test.ts"], needsWorld: true, most: 10 },
  idempotency: {
    sources: ["src/features/operations/idempotency.ts"],
    tests: ["test/features/operations/idempotency.test.ts"],
    needsWorld: true,
  },
  sync: { sources: SYNC, tests: ["test/simulation/{traces,connection,removals,proofs,large-documents}.test.ts"], alone: true, most: 40 },
};

/** At most so many, drawn by the seed; all where there are no more. */
function sample<T>(all: readonly T[], most: number): T[] {
  const random = createRandom(`mutants ${values.seed}`);
  const drawn = all.map((one) => ({ one, rank: random.next() })).toSorted((a, b) => a.rank - b.rank);
  return drawn.slice(0, most).map(({ one }) => one);
}

type Result = { all: number; tried: number; survivors: string[] };

async function ofCode(part: Part): Promise<Result> {
  const bred = breed(part.sources);
  const { mutants } = bred;
  const tried = sample(mutants, Math.min(part.most ?? Infinity, MOST));
  const spared = new Set(mutants.map(({ id }) => id));
  for (const { id } of tried) spared.delete(id);
  const { caught, unmet } = await hunt({ ...part, ...bred }, spared);
  const survivors = tried.flatMap(({ id, file, line, from, to }) =>
    caught.has(id) ? [] : [`${file}:${line} ${from} => ${to}${unmet.has(id) ? " (no test comes here)" : ""}`],
  );
  return { all: mutants.length, tried: tried.length, survivors };
}

const hunts: Record<string, () => Promise<Result>> = {
  ...Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, () => ofCode(part)])),
  rls: () => huntPolicies(ROOT, (all) => sample(all, Math.min(MOST, 30))),
};
const total = { caught: 0, tried: 0 };
for (const [name, run] of Object.entries(hunts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const started = performance.now();
  const { all, tried, survivors } = await run();
  const caught = tried - survivors.length;
  for (const survivor of survivors) console.log(`  ${survivor}`);
  console.log(`${name}: ${caught} of ${tried} mutants caught (${all} in all), ${Math.round((performance.now() - started) / 1000)} s, seed ${values.seed}`);
  if (caught < tried * LEAST) process.exitCode = 1;
  total.caught += caught;
  total.tried += tried;
}
console.log(
  `${total.caught} of ${total.tried} mutants caught: ${((100 * total.caught) / total.tried).toFixed(1)} %; ${LEAST * 100} % of each part is asked for`,
);
