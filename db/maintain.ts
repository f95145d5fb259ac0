import pg from "pg";

/** One at a time, and never beside a migration: the same lock. */
const LOCK = 7203114;
/** Below this an index costs nothing, however loosely it is filled. */
const LEAST_BYTES = 1_048_576;
/** A tree pays to build anew when it is so many times what its entries need. */
const LOOSE_TIMES = 3;

export type Maintained = { vacuumed: number; dropped: string[]; rebuilt: { name: string; before: number; after: number }[] };

/**
 * What the Worker's role may not: clears dead rows away and renews the planner's statistics, then builds loose indexes anew,
 * and those that are `named`, while requests read and write. Runs as the owner; a run that overlaps another one refuses. What
 * waits behind somebody's open transaction for a minute fails, and what it left is dropped by the next run.
 */
export async function maintain(ownerUrl: string, named: readonly string[] = []): Promise<Maintained> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ free: boolean }>("select pg_try_advisory_lock($1) as free", [LOCK]);
    if (!rows[0]?.free) throw new Error("a migration or another maintenance is running");
    await client.query("set lock_timeout = '60s'; set statement_timeout = '60min'");
    const dropped = await namesOf(client, LEFT_BEHIND);
    for (const name of dropped) await client.query(`drop index concurrently ${name}`);
    const tables = await namesOf(client, TABLES);
    for (const table of tables) await client.query(`vacuum (analyze, skip_locked) ${table}`);
    const known = await namesOf(client, INDEXES);
    const unknown = named.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`no such index: ${unknown.join(", ")}`);
    const rebuilt: Maintained["rebuilt"] = [];
    for (const name of new Set([...named, ...(await namesOf(client, LOOSE))])) {
      const before = await sizeOf(client, name);
      await client.query(`reindex index concurrently ${name}`);
      rebuilt.push({ name, before, after: await sizeOf(client, name) });
    }
    return { vacuumed: tables.length, dropped, rebuilt };
  } finally {
    await client.end();
  }
}

const IN_PUBLIC = "c.relnamespace = 'public'::regnamespace";
const TABLES = `select quote_ident(c.relname) as name from pg_class c where ${IN_PUBLIC} and c.relkind = 'r' order by 1`;
const INDEXES = `select quote_ident(c.relname) as name from pg_class c where ${IN_PUBLIC} and c.relkind = 'i' order by 1`;
/** An index half built by a run that was cut off: it is written to and never read. */
const LEFT_BEHIND = `select quote_ident(c.relname) as name from pg_class c join pg_index i on i.indexrelid = c.oid where ${IN_PUBLIC} and not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$'`;
/** Trees far larger than their entries: columns as wide as the statistics say, sixteen bytes each of bookkeeping, pages nine tenths full. */
const LOOSE = `
  select quote_ident(c.relname) as name
  from pg_class c join pg_index i on i.indexrelid = c.oid join pg_class t on t.oid = i.indrelid join pg_am m on m.oid = c.relam
    cross join lateral (
      select coalesce(sum(s.avg_width), 0) as width from pg_attribute a join pg_stats s on s.schemaname = 'public' and s.tablename = t.relname and s.attname = a.attname
      where a.attrelid = t.oid and a.attnum = any(i.indkey)) as columns
  where ${IN_PUBLIC} and m.amname = 'btree' and i.indisvalid and i.indexprs is null and c.reltuples >= 0
    and pg_relation_size(c.oid) > greatest(${LEAST_BYTES}, ${LOOSE_TIMES} * c.reltuples * (columns.width + 16) / 0.9)
  order by pg_relation_size(c.oid)`;

async function namesOf(client: pg.Client, text: string): Promise<string[]> {
  return (await client.query<{ name: string }>(text)).rows.map(({ name }) => name);
}

async function sizeOf(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>("select pg_relation_size($1::regclass) as bytes", [name]);
  return Number(rows[0]?.bytes);
}
