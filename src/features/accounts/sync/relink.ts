import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import { toUnits } from "../../../core/money.ts";
import { go } from "./begin.ts";
import { readingOf } from "./lists.ts";
import { type ChartRow, prepare, type Row } from "./prepare.ts";
import { settlingOf } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import { writeStep } from "./write.ts";

const MOST = 500;
/** Of the documents before the last one of a reply, which may be as large as a request: see `prepare`. */
const BODIES_MOST = 1024 * 1024;
type Stored = { entity: string; external_id: string; body: unknown; category: string | null; postings: [line: number, account: string, home: string][] | null };

/**
 * Translates documents again that did not change and whose postings may have all the same: a payment in foreign currency
 * when the rate of its invoice changed, or another payment of it came before; a document posted to an account by its role
 * when the chart has such an account now; one shown under a category that no account is called any more. What comes out as it
 * was is not written.
 */
export async function relink(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const home = session.account.homeCurrency;
  const foreign = [...session.accounts.values()].some((account) => account.currency !== home);
  if (!foreign && cursor.listsChanged !== true) return go(session, "repair", cursor);
  const { rows: found } = await ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute<Stored>(statement(session, foreign));
  const last = found.at(-1);
  if (!last) return go(session, "repair", { ...cursor, after: "" });
  const changed: { rows: Row[]; chart: ChartRow[] } = { rows: [], chart: [] };
  for (const entity of new Set(found.map((row) => row.entity))) {
    const stored = found.filter((row) => row.entity === entity);
    const documents = stored.map((row) => row.body);
    const prepared = prepare(entity, documents, readingOf(ctx, session, await settlingOf(ctx, session, entity, documents)));
    const before = new Map(stored.map((row) => [row.external_id, row]));
    const rows = prepared.rows.filter((row) => row.t !== null && !isSame(row, before.get(row.x)));
    changed.rows.push(...rows);
    if (rows.length > 0) changed.chart.push(...prepared.chart);
  }
  const after = { ...cursor, after: `${last.entity}:${last.external_id}` };
  if (changed.rows.length === 0) return go(session, "relink", after);
  await writeStep(ctx, session, { ...changed, progress: { ...session.progress, phase: "relink", cursor: after }, force: true });
  return false;
}

function isSame(row: Row, stored: Stored | undefined): boolean {
  if (row.t?.["g"] !== stored?.category) return false;
  const was = new Map((stored?.postings ?? []).map(([line, account, home]) => [line, `${account} ${toUnits(home)}`]));
  return was.size === row.s.length && row.s.every(({ n, a, h }) => was.get(n as number) === `${a as string} ${toUnits(h as string)}`);
}

/** Settlements that share a document with what this run was shown, and, after a change of the chart, what stands under a role. */
function statement(session: Session, foreign: boolean): SQL {
  const { account, run, progress } = session;
  return sql`with touched as materialized (
    select external_id, body from source_documents where account_id = ${account.id} and seen_in = ${run.id} and entity not in ('Account', 'Item', 'Customer', 'Vendor', 'Class')
  ), shared as materialized (
    select external_id as id from touched union select t.id #>> '{}' from touched cross join lateral jsonb_path_query(body, '$.Line[*].LinkedTxn[*].TxnId') as t(id)
  ), unsettled as (
    select d.entity, d.external_id from source_documents d
    where ${foreign}::boolean and d.account_id = ${account.id} and d.entity in ('Payment', 'BillPayment', 'Deposit') and not d.is_deleted and d.body->'CurrencyRef'->>'value' <> ${account.homeCurrency}
      and exists (select 1 from jsonb_path_query(d.body, '$.Line[*].LinkedTxn[*].TxnId') as t(id) join shared s on s.id = t.id #>> '{}')
    union
    select t.entity, t.external_id from ledger_accounts l join postings p on p.ledger_account_id = l.id join transactions t on t.id = p.transaction_id
    where ${progress.cursor.listsChanged === true}::boolean and l.account_id = ${account.id} and l.external_id like 'role:%'
    union
    select t.entity, t.external_id from transactions t
    where ${progress.cursor.listsChanged === true}::boolean and t.account_id = ${account.id} and not t.is_deleted and t.entity is not null
      and t.category is not null and not exists (select 1 from ledger_accounts l where l.account_id = t.account_id and l.full_name = t.category)
  ), chosen as (
    select d.account_id, d.entity, d.external_id, d.body
    from unsettled u join source_documents d on d.account_id = ${account.id} and d.entity = u.entity and d.external_id = u.external_id
    where d.body is not null and not d.is_deleted and u.entity || ':' || u.external_id > ${progress.cursor.after ?? ""} order by u.entity || ':' || u.external_id limit ${MOST}
  ) ${inOneReply(sql`s.entity, s.external_id, s.body,
    (select t.category from transactions t where t.account_id = s.account_id and t.entity = s.entity and t.external_id = s.external_id) as category,
    (select jsonb_agg(jsonb_build_array(p.line, l.external_id, p.home_amount::text)) from transactions t join postings p on p.transaction_id = t.id join ledger_accounts l on l.id = p.ledger_account_id
     where t.account_id = s.account_id and t.entity = s.entity and t.external_id = s.external_id) as postings`)}`;
}

/** Of the `chosen` documents, in order, the first and as many more as one reply of the database holds: Neon's end at 10 MiB. */
export function inOneReply(columns: SQL): SQL {
  return sql`select ${columns} from (select d.*, sum(length(d.body::text)) over (order by d.entity || ':' || d.external_id) - length(d.body::text) as before from chosen d) s
  where s.before < ${BODIES_MOST}::int order by s.entity || ':' || s.external_id`;
}
