import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../../db/migrate.ts";
import { copyIn, copyOut } from "./copy.ts";
import { ask, must, type Stack } from "./stack.ts";

const INSTANCE = "restored";
type Table = { name: string; columns: string[] };

/** The database, exported by COPY and put into an empty instance, is the same to the row, to the cent and to the hash; and a Worker serves it. */
export async function restore(stack: Stack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "finhelm-export-"));
  const before = await ask(stack, "/transactions?limit=200");
  const target = await emptyInstance(stack);
  try {
    const tables = await tablesOf(stack.owner);
    // one snapshot, however long it takes: customers go on meanwhile
    await stack.owner.query("begin isolation level repeatable read read only");
    let rows = 0;
    for (const { name, columns } of tables) rows += await copyOut(stack.owner, name, columns, join(folder, name));
    const source = await digest(stack.owner, tables);
    await stack.owner.query("commit");
    stack.say(`exported ${rows} rows of ${tables.length} tables`);
    await target.query("begin");
    for (const { name } of tables) await target.query(`alter table ${name} disable trigger user`);
    for (const { name, columns } of tables) await copyIn(target, name, columns, join(folder, name));
    for (const { name } of tables) await target.query(`alter table ${name} enable trigger user`);
    await target.query("commit");
    const copy = await digest(target, tables);
    must(stack, `rows of ${tables.length} tables`, copy.rows, source.rows);
    must(stack, "every row, by its hash", copy.hashes, source.hashes);
    must(stack, "sums of money by currency", copy.sums, source.sums);
    must(stack, "postings that do not balance", copy.unbalanced, "0");
    must(stack, "breaks in the audit chains", copy.broken, "0");
    await stack.deploy({ DATABASE_URL: stack.variables["DATABASE_URL"]?.replace(/\/drill$/, `/${INSTANCE}`) ?? "" });
    must(stack, "what the customer reads from the restored instance", await ask(stack, "/transactions?limit=200"), before);
    await stack.deploy({ DATABASE_URL: stack.variables["DATABASE_URL"]?.replace(new RegExp(`/${INSTANCE}$`), "/drill") ?? "" });
  } finally {
    await target.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function emptyInstance(stack: Stack): Promise<pg.Client> {
  await stack.world.createDatabase(INSTANCE);
  await migrate(stack.world.ownerUrlOf(INSTANCE));
  await stack.world.grantWorker(INSTANCE);
  const target = new pg.Client({ connectionString: stack.world.ownerUrlOf(INSTANCE) });
  await target.connect();
  return target;
}

/** Every table with the columns that are not computed, those that others refer to first. */
async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; needs: string[] }>(`
    select c.relname as name,
      array(select quote_ident(attname) from pg_attribute a where a.attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum)::text[] as columns,
      array(select distinct f.relname from pg_constraint k join pg_class f on f.oid = k.confrelid where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid)::text[] as needs
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`);
  const sorted: typeof rows = [];
  for (let left = rows; left.length > 0;) {
    const ready = left.filter((table) => table.needs.every((need) => sorted.some((done) => done.name === need)));
    if (ready.length === 0) throw new Error(`tables that refer to each other: ${left.map((table) => table.name).join(", ")}`);
    sorted.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return sorted;
}

async function digest(client: pg.Client, tables: readonly Table[]) {
  const one = async (text: string) => (await client.query<{ x: string }>(text)).rows.map((row) => row.x);
  const rows: Record<string, string | undefined> = {};
  const hashes: Record<string, string | undefined> = {};
  for (const { name } of tables) {
    [rows[name]] = await one(`select count(*) as x from ${name}`);
    [hashes[name]] = await one(`select coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as x from ${name} t`);
  }
  const sums = await one(
    `select concat_ws(' ', currency, sum(amount), count(*)) as x from transactions group by currency
     union all select concat_ws(' ', currency, sum(abs(amount)), sum(abs(home_amount)), count(*)) from postings group by currency order by 1`,
  );
  const [unbalanced] = await one("select count(*) as x from (select 1 from postings group by transaction_id having sum(home_amount) <> 0) t");
  const [broken] = await one(
    `select count(*) as x from (select hash = audit_hash(e) and previous_hash = coalesce(lag(hash) over (partition by user_id order by sequence), '') as is_right from audit_events e) t where is_right is not true`,
  );
  return { rows, hashes, sums, unbalanced, broken };
}
