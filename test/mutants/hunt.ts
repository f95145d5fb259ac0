import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createVitest, type Vitest } from "vitest/node";
import { type Mutant, mutate } from "./mutate.ts";

export const ROOT = join(import.meta.dirname, "../..");
const RUNNER = join(import.meta.dirname, "runner.ts");
const TOGETHER = "test/mutants/together.ts";

/** Mutants of some modules, and the tests that must catch them. `stands` are modules of the platform that Node has not. */
export type Quarry = {
  /** The modules by path, each with its mutants inside. */
  sources: ReadonlyMap<string, string>;
  mutants: readonly Mutant[];
  tests: readonly string[];
  needsWorld?: boolean;
  /** The tests bear to be one file, where a mutant needs a run of its own. */
  together?: boolean;
  /** A test that fails leaves what the next would stumble over: every mutant has a run of its own. */
  alone?: boolean;
  stands?: Readonly<Record<string, string>>;
};

/** Every mutant of some modules, numbered from 1. */
export function breed(files: readonly string[]): Pick<Quarry, "sources" | "mutants"> {
  const mutants: Mutant[] = [];
  const sources = new Map<string, string>();
  for (const file of files) {
    const made = mutate(file, readFileSync(join(ROOT, file), "utf8"), mutants.length + 1);
    sources.set(join(ROOT, file), made.code);
    mutants.push(...made.mutants);
  }
  return { sources, mutants };
}

/** Which of the mutants that are not `spared` the tests catch, each mutant switched on by itself. `unmet` were reached by no test. */
export async function hunt(quarry: Quarry, spared: ReadonlySet<number>): Promise<{ caught: Set<number>; unmet: Set<number> }> {
  const tried = quarry.mutants.map(({ id }) => id).filter((id) => !spared.has(id));
  process.env["MUTANTS_SPARED"] = (quarry.alone ? quarry.mutants.map(({ id }) => id) : [...spared]).join(",");
  delete process.env["MUTANT"];
  const first = await inOneRun(quarry);
  const caught = first.caught;
  const unjudged = tried.filter((id) => !caught.has(id) && (first.atLoad.has(id) || (quarry.alone === true && first.met.has(id))));
  for (const id of await oneByOne(quarry, unjudged)) caught.add(id);
  return { caught, unmet: new Set(tried.filter((id) => !first.met.has(id) && !first.atLoad.has(id))) };
}

type Seen = { caught?: number[]; atLoad?: number[]; met?: number[] };

async function inOneRun(quarry: Quarry) {
  const vitest = await start(quarry, false);
  try {
    const { testModules } = await vitest.runTestSpecifications(await vitest.globTestSpecifications());
    const tests = testModules.flatMap((module) => [...module.children.allTests()]).filter((test) => test.result().state !== "skipped");
    const failed = tests.flatMap((test) => (test.ok() ? [] : [`${test.fullName}: ${test.result().errors?.[0]?.message}`]));
    const broken = testModules.flatMap((module) => module.errors().map((error) => error.message));
    if (tests.length === 0 || failed.length + broken.length > 0) throw new Error(`without a mutant: ${[...failed, ...broken].join("\n")}`);
    const metas = tests.map((test) => test.meta() as Seen);
    const all = (of: (seen: Seen) => number[] | undefined) => new Set(metas.flatMap((seen) => of(seen) ?? []));
    return { caught: all((seen) => seen.caught), atLoad: all((seen) => seen.atLoad), met: all((seen) => seen.met) };
  } finally {
    await vitest.close();
  }
}

/** A mutant of what a module makes when it loads is on from the start, in a run of its own. */
async function oneByOne(quarry: Quarry, ids: readonly number[]): Promise<Set<number>> {
  const caught = new Set<number>();
  if (ids.length === 0) return caught;
  process.env["MUTANTS_TESTS"] = quarry.tests.map((test) => join(ROOT, test)).join(",");
  // a test that fails here is what is asked for: it is no failure of this process
  const { exitCode } = process;
  const vitest = await start(quarry.together ? { ...quarry, tests: [TOGETHER] } : quarry, true);
  try {
    const specifications = await vitest.globTestSpecifications();
    for (const id of ids) {
      process.env["MUTANT"] = String(id);
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
      if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) caught.add(id);
    }
  } finally {
    delete process.env["MUTANT"];
    await vitest.close();
    process.exitCode = exitCode;
  }
  return caught;
}

function start(quarry: Quarry, isolate: boolean): Promise<Vitest> {
  const stands = quarry.stands ?? {};
  const mutated = {
    name: "mutants",
    enforce: "pre" as const,
    resolveId: (id: string) => (id in stands ? `\0${id}` : null),
    load: (id: string) => (id.startsWith("\0") ? (stands[id.slice(1)] ?? null) : null),
    transform: (_: string, id: string) => quarry.sources.get(id.split("?")[0] ?? "") ?? null,
  };
  return createVitest(
    {
      config: false,
      // a mutated module must be found by nobody else, nor an old one here
      fsModuleCache: false,
      watch: false,
      root: ROOT,
      include: [...quarry.tests],
      runner: RUNNER,
      ...(quarry.needsWorld ? { globalSetup: ["test/world.ts"] } : {}),
      pool: "threads",
      fileParallelism: false,
      isolate,
      bail: isolate ? 1 : 0,
      testTimeout: 1_800_000,
      hookTimeout: 120_000,
      silent: true,
      reporters: [{}],
    },
    { plugins: [mutated] },
  );
}
