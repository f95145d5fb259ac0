import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import type { Changes } from "../../../integrations/quickbooks/client.ts";
import type { Entity } from "../../../integrations/quickbooks/statement.ts";
import { broughtBack } from "../../archive/bring-back.ts";
import { go } from "./begin.ts";
import { implausible } from "./brake.ts";
import { callQuickBooks } from "./call.ts";
import { prepareChanges } from "./changes.ts";
import { LEASE_MS } from "./claim.ts";
import { stop } from "./finish.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import { type Counts, type Phase, POSTING, type Progress, tally } from "./state.ts";
import { json } from "./statement.ts";
import { writeStep } from "./write.ts";

/** So many are asked for between two writes. */
const ASKED_AT_ONCE = 20;

type Key = { e: string; x: string };

/** Dates that a run read whole; `undated` includes documents that do not say when they were. */
export type Span = { from: string; to: string; undated: boolean };

/** After a whole read: what is in our copy and was not shown is gone at QuickBooks, which tells of deletions for 30 days only. */
export function sweep(ctx: SyncCtx, session: Session): Promise<boolean> {
  return removeUnseen(ctx, session, { from: session.account.syncFrom ?? "0001-01-01", to: "9999-12-31", undated: true }, "opening");
}

/**
 * Removes what this run was not shown in a span that it read whole, some at a time. When all of it would be an implausible
 * share of the copy, nothing is removed: the run is held and asks. Nothing is removed that QuickBooks, asked for it by its
 * id, still has: a page may have been incomplete, or its date may have moved.
 */
export async function removeUnseen(ctx: SyncCtx, session: Session, span: Span, following: Phase): Promise<boolean> {
  const { cursor, counts } = session.progress;
  const { rows } = await ctx.db.execute<{ missing: string }>(
    sql`select count(*) as missing from source_documents o where o.account_id = ${session.account.id} and o.entity in ${POSTING} and not o.is_deleted and ${unseen(session, span)}`,
  );
  const missing = Number(rows[0]?.missing ?? 0);
  if (missing === 0) return go(session, following, { ...cursor, after: "" });
  if (await implausible(ctx, session, missing)) return stop(ctx, session, "removals_held", "held");
  const { rows: some } = await ctx.db.execute<Key>(sql`select o.entity as e, o.external_id as x from source_documents o
    where o.account_id = ${session.account.id} and o.entity in ${POSTING} and not o.is_deleted and ${unseen(session, span)} and o.entity || ':' || o.external_id > ${cursor.after ?? ""}
    order by o.entity || ':' || o.external_id limit ${ASKED_AT_ONCE}`);
  const last = some.at(-1);
  if (!last) return go(session, following, { ...cursor, after: "" });
  const { gone, there } = await ask(ctx, session, some);
  if (there.length > 0) await writeStep(ctx, session, { ...(await prepareChanges(ctx, session, there)), progress: session.progress, force: true, scan: true });
  const progress = { ...session.progress, cursor: { ...cursor, after: `${last.e}:${last.x}` } };
  const { rows: removed } = await broughtBack(ctx, () =>
    ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute<{ held: string; entity: string | null; removed: string }>(statement(ctx, session, gone, progress)),
  );
  if (removed[0]?.held !== "1") throw new Superseded();
  const swept = removed.reduce<Counts>((sum, row) => (row.entity === null ? sum : tally(sum, row.entity, { removed: Number(row.removed) })), counts);
  session.progress = { ...progress, counts: swept };
  return false;
}

/** One read of each: what QuickBooks says is not there, and what it gives. An id that it could not have made is not there. */
async function ask(ctx: SyncCtx, session: Session, keys: readonly Key[]): Promise<{ gone: Key[]; there: Changes[] }> {
  const gone: Key[] = [];
  const there: Changes[] = [];
  for (const key of keys) {
    const document = /^\d{1,20}$/.test(key.x) ? await callQuickBooks(ctx, session, (at) => ctx.quickbooks.read(at, key.e as Entity, key.x)) : null;
    if (document === null) gone.push(key);
    else there.push({ entity: key.e, rows: [document], truncated: false });
  }
  return { gone, there };
}

function unseen(session: Session, { from, to, undated }: Span): SQL {
  return sql`o.seen_in is distinct from ${session.run.id} and case when o.document_date is null then ${undated}::boolean else o.document_date between ${from} and ${to} end`;
}

/** The removed keep a time just before their own, so that the same version may come back when it was never gone. */
function statement(ctx: SyncCtx, session: Session, keys: readonly Key[], { phase, cursor }: Progress): SQL {
  return sql`with run as (
    update sync_runs set phase = ${phase}, cursor = ${json(cursor)}, claimed_until = ${new Date(ctx.now().getTime() + LEASE_MS).toISOString()} where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning user_id, account_id
  ), swept as (
    update source_documents o set is_deleted = true, body = null, problems = null, changed_at = o.changed_at - interval '1 millisecond', data_version = u.data_version + 1
    from run join users u on u.id = run.user_id cross join jsonb_to_recordset(${json(keys)}) as k(e text, x text)
    where o.account_id = run.account_id and o.entity = k.e and o.external_id = k.x and not o.is_deleted
    returning o.entity, o.external_id, o.account_id
  ), bump as (
    update users u set data_version = u.data_version + 1 from run where u.id = run.user_id and exists (select 1 from swept) returning u.data_version as n
  ), gone as (
    update transactions t set is_deleted = true, data_version = bump.n, updated_at = ${ctx.now().toISOString()} from swept s cross join bump
    where t.account_id = s.account_id and t.entity = s.entity and t.external_id = s.external_id and not t.is_deleted returning t.id
  ), unposted as (delete from postings p using gone g where p.transaction_id = g.id), unposted_by_provider as (delete from provider_postings p using gone g where p.transaction_id = g.id)
  select (select count(*) from run) as held, s.entity, count(s.entity) as removed from (select 1) as one left join swept s on true group by s.entity`;
}
