import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { transactions } from "../../../db/schema/books.ts";
import { myArchivedTransactions as stubs, myArchives } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { discard, TABLES, textOf } from "./file.ts";

/** One statement may touch documents of several files; each attempt brings back one. */
const ROUNDS_MOST = 1_000;

type Deps = Ctx<"db" | "dbAs" | "files">;

/**
 * Does what the database refuses while its transaction is in the archive, after the file's rows came back. The refusal is a
 * trigger's, under the lock that the archive was taken under: no document changes whose figures stand in a total.
 */
export async function broughtBack<T>(ctx: Deps, act: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await act();
    } catch (error) {
      const id = archiveIn(error);
      if (id === null || round > ROUNDS_MOST) throw error;
      await bringBack(ctx, id);
    }
  }
}

function archiveIn(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if ("code" in at && at.code === "FH001") return /archived in ([0-9a-f-]{36})/.exec(at.message)?.[1] ?? null;
  return null;
}

/** Brings back every row of one account between two days: for what reads a span of its books row by row. */
export async function bringBackSpan(ctx: Deps, accountId: string, from: string, to: string): Promise<void> {
  const found = await ctx.db
    .selectDistinct({ id: stubs.archiveId })
    .from(stubs)
    .where(and(eq(stubs.accountId, accountId), sql`${stubs.transactionDate} between ${from}::date and ${to}::date`));
  for (const { id } of found) await bringBack(ctx, id);
}

/**
 * Puts the rows of a file back where they were and takes its totals away, in one batch: what they come to is the same before and
 * after. Of several at once one alone does it. The file goes last; where that is not reached, the next round of archiving does it.
 */
async function bringBack(ctx: Deps, id: string): Promise<void> {
  const [archive] = await ctx.db
    .select()
    .from(myArchives)
    .where(and(eq(myArchives.id, id), eq(myArchives.status, "kept")));
  if (!archive) return;
  // sent once, for all statements of the batch: with the file in each of them a large one would be refused
  const file = `[${(await textOf(ctx, archive)).split("\n").join(",")}]`;
  const lines = sql`current_setting('app.archive')::jsonb`;
  const claim = ctx.id();
  const ours = sql`exists (select 1 from archives where id = ${id} and claim = ${claim}::uuid)`;
  const db = ctx.dbAs(ctx.actor.userId, 20_000);
  await db.batch([
    db.execute(sql`select set_config('app.archive', ${file}, true) is not null as held`),
    db.execute(sql`with back as (
      update archives set status = 'restored', claim = ${claim}::uuid where id = ${id} and status = 'kept' returning user_id
    ) update users u set data_version = u.data_version + 1 from back where u.id = back.user_id`),
    db.execute(sql`delete from archive_totals where archive_id = ${id} and ${ours}`),
    db.execute(sql`delete from archived_transactions where archive_id = ${id} and ${ours}`),
    db.execute(insertion(transactions, sql`select value->'transaction' as row from jsonb_array_elements(${lines})`, ours)),
    ...(["postings", "provider", "versions"] as const).map((name) =>
      db.execute(insertion(TABLES[name], sql`select jsonb_array_elements(value->${name}) as row from jsonb_array_elements(${lines})`, ours)),
    ),
  ]);
  await discard(ctx, id);
}

function insertion(table: PgTable, rows: SQL, condition: SQL): SQL {
  const names = Object.values(getTableColumns(table)).filter((column) => column.generated === undefined);
  const list = (prefix: SQL) =>
    sql.join(
      names.map((column) => sql`${prefix}${sql.identifier(column.name)}`),
      sql`, `,
    );
  return sql`insert into ${table} (${list(sql``)}) select ${list(sql`r.`)} from (${rows}) v cross join jsonb_populate_record(null::${table}, v.row) r where ${condition}`;
}
