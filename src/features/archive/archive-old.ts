import { and, eq, lt, ne, sql } from "drizzle-orm";
import { archives } from "../../../db/schema/archives.ts";
import { users } from "../../../db/schema/auth.ts";
import { me, myArchives } from "../../../db/schema/views.ts";
import { sha256 } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { CONTENT_TYPE, discard, objectKey, textOf } from "./file.ts";

/** A file comes back in one request to the database: it stays well under what that takes. */
const ROWS_MOST = 300;
const BYTES_MOST = 2_000_000;
const FILES_MOST = 40;
/** What changed lately may change again. */
const RESTED_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
const ABANDONED_MS = 3_600_000;

/**
 * What waits for money or settles it stays: a cash basis, and what is owed, are made of the documents themselves, so no month's total
 * could answer. So does what a person entered, which is nowhere else, and what QuickBooks keeps without a document.
 */
const STAYS = sql`('Invoice', 'Bill', 'CreditMemo', 'VendorCredit', 'Payment', 'BillPayment', 'Opening', 'Provider')`;

type Deps = Ctx<"db" | "dbAs" | "files" | "queue">;
type Chosen = { account_id: string; month: string; id: string; line: string };

/**
 * Moves a person's transactions that are older than they chose into files, a month of a company at a time, and leaves their
 * totals by month. A file is written and read back before one batch takes its rows away and puts the totals in, and only
 * where the books are still of the version that was read and no sync is under way: killed at any moment, or run twice at
 * once, nothing is lost or counted twice. A bounded number of files; the rest is the next message's.
 */
export async function archiveOld(ctx: Deps): Promise<void> {
  const now = ctx.now();
  const [person] = await ctx.db.select({ months: me.archiveAfterMonths, eraseAt: me.eraseAt }).from(me);
  await clear(ctx, now);
  if (!person || person.months === null || person.eraseAt !== null) return due(ctx, null);
  // the first of a month: it goes whole
  const cutoff = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - person.months, 1)).toISOString().slice(0, 10);
  let from = "0001-01-01";
  for (let file = 1; file <= FILES_MOST; file++) {
    const month = await archiveSome(ctx, from, cutoff, now);
    if (month === null) return due(ctx, new Date(now.getTime() + DAY_MS));
    from = month;
  }
  await due(ctx, now);
  await ctx.queue.work({ type: "archive", userId: ctx.actor.userId, requestId: ctx.requestId });
}

/** What others left who did not come to their end: files that are not in force. */
async function clear(ctx: Deps, now: Date): Promise<void> {
  const before = new Date(now.getTime() - ABANDONED_MS).toISOString();
  const left = await ctx.db
    .select({ id: myArchives.id })
    .from(myArchives)
    .where(and(ne(myArchives.status, "kept"), lt(myArchives.createdAt, before)))
    .limit(FILES_MOST);
  for (const { id } of left) await discard(ctx, id);
}

async function due(ctx: Deps, at: Date | null): Promise<void> {
  await ctx.db
    .update(users)
    .set({ archiveDueAt: at?.toISOString() ?? null })
    .where(and(eq(users.id, ctx.actor.userId), at === null ? undefined : sql`${users.archiveAfterMonths} is not null`));
}

/** The month of the file that was made, or null where there is nothing to archive, or not now. */
async function archiveSome(ctx: Deps, from: string, cutoff: string, now: Date): Promise<string | null> {
  const db = ctx.dbAs(ctx.actor.userId, 20_000);
  const rested = new Date(now.getTime() - RESTED_MS).toISOString();
  // the version first: whatever changes after it is noticed by the batch that takes the rows
  const [[user], { rows: chosen }] = await db.batch([
    db.select({ version: me.dataVersion }).from(me),
    db.execute<Chosen>(sql`${CHOSEN(from, cutoff, rested)}`),
  ]);
  const [first] = chosen;
  if (!user || !first) return null;
  let size = 0;
  const taken = chosen.filter(({ line }) => (size += line.length + 1) <= BYTES_MOST);
  const text = taken.map(({ line }) => line).join("\n");
  const id = ctx.id();
  const archive = { id, userId: ctx.actor.userId, accountId: first.account_id, month: first.month, sha256: await sha256(text) };
  await db.insert(archives).values({ ...archive, status: "writing", rows: taken.length, bytes: size, createdAt: now.toISOString() });
  await ctx.files.put(ctx.actor.userId, objectKey(id), text, CONTENT_TYPE);
  await textOf(ctx, archive);
  const held = await take(ctx, archive, user.version, JSON.stringify(taken.map((one) => one.id)));
  if (held) return first.month;
  await discard(ctx, id);
  return null;
}

const CHOSEN = (from: string, cutoff: string, rested: string) => sql`
  with eligible as not materialized (
    select t.* from mine.transactions t
    where not t.is_deleted and t.transaction_date >= ${from}::date and t.transaction_date < ${cutoff}::date and t.updated_at < ${rested}::timestamptz
      and t.source = 'quickbooks' and t.entity not in ${STAYS} and t.splits is null
      and not exists (select 1 from postings p join ledger_accounts l on l.id = p.ledger_account_id where p.transaction_id = t.id and l.account_type in ('Accounts Receivable', 'Accounts Payable'))
      and not exists (select 1 from sync_runs r where r.account_id = t.account_id and r.finished_at is null)
  ), lead as materialized (select account_id, date_trunc('month', transaction_date)::date as month from eligible order by transaction_date, id limit 1),
  lines as (
    select t.id, t.account_id, f.month, t.transaction_date, jsonb_build_object(
      'transaction', to_jsonb(t) - array['shown_category', 'category_1', 'category_2', 'category_3', 'search'],
      'postings', coalesce((select jsonb_agg(to_jsonb(p) order by p.line) from postings p where p.transaction_id = t.id), '[]'),
      'provider', coalesce((select jsonb_agg(to_jsonb(p) order by p.line) from provider_postings p where p.transaction_id = t.id), '[]'),
      'versions', coalesce((select jsonb_agg(to_jsonb(v) order by v.version) from transaction_versions v where v.transaction_id = t.id), '[]'))::text as line
    from eligible t join lead f on t.account_id = f.account_id and t.transaction_date >= f.month and t.transaction_date < f.month + interval '1 month'
    order by t.transaction_date, t.id limit ${ROWS_MOST}
  ) select id, account_id, month::text as month, line
    from (select l.*, sum(length(line)) over (order by transaction_date, id) - length(line) as before from lines l where length(line) < ${BYTES_MOST}) fitting
    where before < ${BYTES_MOST} order by transaction_date, id`;

/** The batch that puts the file in the place of its rows: all of it, or nothing where the books are not as they were read. */
async function take(ctx: Deps, archive: { id: string; accountId: string }, version: number, ids: string): Promise<boolean> {
  const db = ctx.dbAs(ctx.actor.userId, 20_000);
  const { userId } = ctx.actor;
  const kept = sql`select 1 from archives a where a.id = ${archive.id} and a.status = 'kept'`;
  const gone = sql`(select value::uuid from jsonb_array_elements_text(${ids}::jsonb)) and exists (${kept})`;
  const month = (day: string) => sql`date_trunc('month', ${sql.raw(day)})::date`;
  const [{ rows }] = await db.batch([
    db.execute<{ id: string }>(sql`with held as (
        update users set data_version = data_version + 1 where id = ${userId} and data_version = ${version} and archive_after_months is not null and erase_at is null
          and not exists (select 1 from sync_runs r where r.account_id = ${archive.accountId} and r.finished_at is null) returning id
      ) update archives a set status = 'kept' from held where a.id = ${archive.id} and a.status = 'writing' returning a.id`),
    db.execute(sql`insert into archived_transactions (transaction_id, user_id, archive_id, account_id, entity, external_id, transaction_date)
      select t.id, t.user_id, ${archive.id}, t.account_id, t.entity, t.external_id, t.transaction_date from transactions t where t.id in ${gone}`),
    db.execute(sql`insert into archive_totals (archive_id, n, user_id, account_id, month, ledger_account_id, category, currency, amount, home_amount, rows, cause)
      select ${archive.id}, row_number() over (), ${userId}, ${archive.accountId}, s.* from (
        select ${month("posting_date")}, ledger_account_id, null::text, currency, sum(amount), sum(home_amount), count(*), cause from (
          select transaction_id, posting_date, ledger_account_id, currency, amount, home_amount, null::varchar as cause from postings
          union all select transaction_id, posting_date, ledger_account_id, currency, home_amount, home_amount, cause from provider_postings
        ) p where transaction_id in ${gone} group by 1, 2, 4, cause
        union all
        select ${month("transaction_date")}, null, shown_category, currency, sum(amount), 0, count(*), null from transactions where id in ${gone} and moved_cash group by 1, 3, 4
      ) s`),
    db.execute(sql`delete from transactions where id in ${gone}`),
  ]);
  return rows.length > 0;
}
