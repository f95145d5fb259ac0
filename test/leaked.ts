import pg from "pg";
import { secretsOf, SHAPES, tellingIn } from "./canaries.ts";

/** Those of the secrets that any test used, by name, which stand in a table or in the cache once all tests have run. */
export async function leaked(vars: Record<string, string>, ownerUrl: string): Promise<string[]> {
  const needles = secretsOf(vars);
  const found = tellingIn(await inCache(vars), vars).map((name) => `${name} in the cache`);
  const owner = new pg.Client({ connectionString: ownerUrl, lock_timeout: 30_000, statement_timeout: 120_000 });
  await owner.connect();
  try {
    const tables = await owner.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    for (const { name: table } of tables.rows) {
      const { rows } = await owner.query<{ needle: string }>(
        `select distinct n.needle from ${table} t cross join lateral (select t::text as row offset 0) r
         join unnest($1::text[]) as n(needle) on position(n.needle in r.row) > 0
         union all select s.shape from unnest($2::text[]) as s(shape) where exists (select 1 from ${table} t where t::text ~ s.shape)`,
        [needles.map(([, needle]) => needle), SHAPES],
      );
      for (const { needle } of rows) found.push(`${needles.find(([, one]) => one === needle)?.[0] ?? needle} in ${table}`);
    }
  } finally {
    await owner.end();
  }
  return found;
}

/** Every key and value of the cache, as one text. */
async function inCache(vars: Record<string, string>): Promise<string> {
  const ask = async (...command: string[]) => {
    const response = await fetch(vars["UPSTASH_REDIS_REST_URL"] ?? "", {
      method: "POST",
      headers: { authorization: `Bearer ${vars["UPSTASH_REDIS_REST_TOKEN"]}`, "content-type": "application/json" },
      body: JSON.stringify(command),
    });
    return ((await response.json()) as { result?: unknown }).result;
  };
  const keys = ((await ask("KEYS", "*")) as string[] | undefined) ?? [];
  const values = keys.length > 0 ? await ask("MGET", ...keys) : [];
  return JSON.stringify([keys, values]);
}
