import pg from "pg";
import { createVitest } from "vitest/node";

type Change = { what: string; on: string; off: string };
type Policy = { tablename: string; policyname: string; qual: string | null; with_check: string | null };

/** A row-level policy that admits everybody, one that lets anything be written, and a table that asks none: one at a time. */
async function changes(owner: pg.Client): Promise<Change[]> {
  const { rows } = await owner.query<Policy>("select tablename, policyname, qual, with_check from pg_policies where schemaname = 'public' order by 1, 2");
  const tables = [...new Set(rows.map(({ tablename }) => tablename))];
  const altered = (policy: Policy, part: "using" | "with check", was: string | null): Change[] => {
    const on = `alter policy ${policy.policyname} on ${policy.tablename} ${part}`;
    return was === null || was === "true"
      ? []
      : [{ what: `${policy.tablename}: ${policy.policyname} ${part} (true)`, on: `${on} (true)`, off: `${on} (${was})` }];
  };
  return [
    ...rows.flatMap((policy) => [...altered(policy, "using", policy.qual), ...altered(policy, "with check", policy.with_check)]),
    ...tables.map((table) => ({
      what: `${table}: no row-level security`,
      on: `alter table ${table} disable row level security`,
      off: `alter table ${table} enable row level security`,
    })),
  ];
}

/** Which of the changes that `choose` picks the tests of isolation do not notice, on a database of their own. */
export async function huntPolicies(root: string, choose: (all: readonly Change[]) => Change[]) {
  const vitest = await createVitest({
    config: false,
    watch: false,
    root,
    include: ["test/node/isolation.test.ts"],
    globalSetup: ["test/world.ts"],
    fileParallelism: false,
    bail: 1,
    silent: true,
    hookTimeout: 120_000,
    testTimeout: 120_000,
    reporters: [{}],
  });
  // a test that fails here is what is asked for: it is no failure of this process
  const { exitCode } = process;
  try {
    const specifications = await vitest.globTestSpecifications();
    const isRed = async () => {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
      return unhandledErrors.length > 0 || testModules.some((module) => !module.ok());
    };
    if (await isRed()) throw new Error("red without a mutant");
    const owner = new pg.Client({ connectionString: vitest.getRootProject().getProvidedContext().ownerUrl });
    await owner.connect();
    const all = await changes(owner);
    const tried = choose(all);
    const survivors: string[] = [];
    for (const { what, on, off } of tried) {
      await owner.query(on);
      if (!(await isRed())) survivors.push(what);
      await owner.query(off);
    }
    await owner.end();
    return { all: all.length, tried: tried.length, survivors };
  } finally {
    await vitest.close();
    process.exitCode = exitCode;
  }
}
