/**
 * A mutation run over the translation of QuickBooks' documents: a mutant that changes what is posted must be caught by the
 * tests. Prints the score, and fails for every survivor that `equivalent.txt` does not name with its reason. Without
 * `--all` it runs the tests by example, which take seconds; with it also those by property, and each mutant that is met
 * only while modules load.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createVitest, type Vitest } from "vitest/node";
import { type Mutant, mutate } from "./mutate.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DIRECTORY = join(ROOT, "src/integrations/quickbooks/translate");
const EXAMPLES = [
  "whole",
  "samples",
  "money",
  "sales-and-purchases",
  "currency",
  "refusals",
  "provider",
  "provider-causes",
  "apportion",
  "settled-before",
  "edges",
];
const AT_LARGE = ["properties"];
const ALL = process.argv.includes("--all");

const sources = new Map<string, string>();
const mutants: Mutant[] = [];
for (const file of readdirSync(DIRECTORY).toSorted()) {
  const made = mutate(file, readFileSync(join(DIRECTORY, file), "utf8"), mutants.length);
  sources.set(join(DIRECTORY, file), made.code);
  mutants.push(...made.mutants);
}

function start(names: readonly string[], isolate: boolean): Promise<Vitest> {
  const include = names.map((name) => `test/integrations/quickbooks/${name}.test.ts`);
  const runner = join(import.meta.dirname, "runner.ts");
  const transform = (_: string, id: string) => sources.get(id.split("?")[0] ?? "") ?? null;
  return createVitest(
    {
      config: false,
      // a mutated module must be found by nobody else, nor an old one here
      fsModuleCache: false,
      watch: false,
      root: ROOT,
      include,
      runner,
      pool: "threads",
      fileParallelism: false,
      isolate,
      bail: isolate ? 1 : 0,
      testTimeout: 600_000,
      reporters: [{}],
    },
    { plugins: [{ name: "mutants", enforce: "pre", transform }] },
  );
}

type Met = { caught: Set<number>; atLoad: Set<number> };

/** Every mutant that a test reaches, in one run of the tests; those that are `spared` are not tried again. */
async function caughtByTests(names: readonly string[], spared: ReadonlySet<number>): Promise<Met> {
  process.env["MUTANTS_SPARED"] = [...spared].join(",");
  const vitest = await start(names, false);
  try {
    const { testModules } = await vitest.runTestSpecifications(await vitest.globTestSpecifications());
    const tests = testModules.flatMap((module) => [...module.children.allTests()]);
    const failed = tests.flatMap((test) => (test.ok() ? [] : [`${test.fullName}: ${test.result().errors?.[0]?.message}`]));
    if (tests.length === 0 || failed.length > 0) throw new Error(`without a mutant: ${failed.join("\n")}`);
    const metas = tests.map((test) => test.meta() as { caught?: number[]; atLoad?: number[] });
    return { caught: new Set(metas.flatMap(({ caught = [] }) => caught)), atLoad: new Set(metas.flatMap(({ atLoad = [] }) => atLoad)) };
  } finally {
    await vitest.close();
  }
}

/** One run for each: a mutant of what a module makes when it loads is on from the start. */
async function caughtByLoading(ids: readonly number[]): Promise<Set<number>> {
  const caught = new Set<number>();
  const vitest = await start(EXAMPLES, true);
  try {
    const specifications = await vitest.globTestSpecifications();
    for (const id of ids) {
      process.env["MUTANT"] = String(id);
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
      if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) caught.add(id);
    }
  } finally {
    await vitest.close();
  }
  return caught;
}

/** Survivors that are known, each with the reason why no test can see it: `file: from => to`, and the reason on the line below. */
function readEquivalents(): Map<string, string> {
  const lines = readFileSync(join(import.meta.dirname, "equivalent.txt"), "utf8").split("\n");
  const named = lines.flatMap((line, at) => (/^\w.*: .* => /.test(line) ? [[line, (lines[at + 1] ?? "").trim()] as const] : []));
  const bare = named.filter(([, reason]) => reason === "").map(([line]) => line);
  if (bare.length > 0) throw new Error(`without a reason: ${bare.join("\n")}`);
  return new Map(named);
}

const nameOf = ({ file, from, to }: Mutant) => `${file}: ${from} => ${to}`;

const started = performance.now();
const equivalents = readEquivalents();
const { caught, atLoad } = await caughtByTests(EXAMPLES, new Set());
const known = mutants.filter((mutant) => equivalents.has(nameOf(mutant))).map(({ id }) => id);
if (ALL) for (const id of (await caughtByTests(AT_LARGE, new Set([...caught, ...known]))).caught) caught.add(id);
const loaded = [...atLoad].filter((id) => !caught.has(id) && !known.includes(id));
if (ALL) for (const id of await caughtByLoading(loaded)) caught.add(id);
const tried = mutants.filter(({ id }) => ALL || caught.has(id) || !atLoad.has(id));
const survivors = tried.filter(({ id }) => !caught.has(id));
const strange = survivors.filter((mutant) => !equivalents.has(nameOf(mutant)));
const names = new Set(mutants.filter(({ id }) => !caught.has(id)).map(nameOf));
const stale = [...equivalents.keys()].filter((name) => !names.has(name));
for (const mutant of strange) console.log(`not caught, line ${mutant.line}\n${nameOf(mutant)}`);
for (const name of stale) console.log(`caught or gone, and still in equivalent.txt\n${name}`);
const seconds = Math.round((performance.now() - started) / 1000);
const rest = ALL ? "" : `; ${mutants.length - tried.length} more, met only while modules load, with --all`;
console.log(
  `${caught.size} of ${tried.length} mutants caught in ${seconds} s, ${survivors.length - strange.length} are equivalent, ${strange.length} survive${rest}`,
);
if (strange.length > 0 || stale.length > 0) process.exitCode = 1;
