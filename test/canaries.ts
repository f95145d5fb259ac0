import pg from "pg";

/** A credential of ours, an access token, a password's hash, a connection string with its password: by their shapes. */
const SHAPES = [
  "fh_(live|test|rt|ot)_[0-9A-Za-z]{34}_[0-9A-Za-z]{49}",
  "eyJ[0-9A-Za-z_-]{10,}\\.eyJ[0-9A-Za-z_-]{10,}\\.[0-9A-Za-z_-]{40,}",
  'postgres(ql)?://[^ /:@"]+:[^ /@"]+@',
];
/** The password of every person that the suite makes. */
const PASSWORD = "correct horse battery staple";
const LOG_SHAPES = [...SHAPES, "\\$scrypt\\$", "person-\\d{13}-\\d+-[0-9a-f]{8}@example\\.com"].map((shape) => new RegExp(shape));

/** Whether a log line of the service holds what must stand in none. */
export function isTelling(line: string): boolean {
  return line.includes(PASSWORD) || LOG_SHAPES.some((shape) => shape.test(line));
}

/** Those of the secrets that any test used, by name, which stand in a table or in the cache once all tests have run. */
export async function leaked(vars: Record<string, string>, ownerUrl: string): Promise<string[]> {
  const ours = [
    "SEALING_KEYS",
    "LINK_SIGNING_KEY",
    "OPS_TOKEN",
    "METRICS_TOKEN",
    "XAI_API_KEY",
    "RESEND_API_KEY",
    "QUICKBOOKS_CLIENT_SECRET",
    "QUICKBOOKS_WEBHOOK_TOKEN",
  ];
  const needles = [...ours.map((name) => [name, (vars[name] ?? name).split(":").at(-1) ?? name] as const), ["PASSWORD", PASSWORD] as const];
  const kept = await inCache(vars);
  const found = needles.filter(([, needle]) => kept.includes(needle)).map(([name]) => `${name} in the cache`);
  if (SHAPES.some((shape) => new RegExp(shape).test(kept))) found.push("a credential in the cache");
  const owner = new pg.Client({ connectionString: ownerUrl });
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
