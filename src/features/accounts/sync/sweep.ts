import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import { go } from "./begin.ts";
import { stop } from "./finish.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import { type Counts, type Phase, POSTING, tally } from "./state.ts";
import { json } from "./statement.ts";

/** So many removals at once are taken for an accident of reading and not for a wish, until somebody says so. */
const FEW = 10;
const SHARE = 0.1;

/** Dates that a run read whole; `undated` includes documents that do not say when they were. */
export type Span = { from: string; to: string; undated: boolean };

/** After a whole read: what is in our copy and was not shown is gone at QuickBooks, which tells of deletions for 30 days only. */
export function sweep(ctx: SyncCtx, session: Session): Promise<boolean> {
  return removeUnseen(ctx, session, { from: session.account.syncFrom ?? "0001-01-01", to: "9999-12-31", undated: true }, "opening");
}

/**
 * Removes what this run was not shown in a span that it read whole. When that would be an implausible share of the copy,
 * nothing is removed: the run is held and asks.
 */
export async function removeUnseen(ctx: SyncCtx, session: Session, span: Span, following: Phase): Promise<boolean> {
  const { cursor, counts } = session.progress;
  const { rows } = await ctx.db.execute<{
    missing: string;
    live: string;
  }>(sql`select count(*) filter (where ${unseen(session, span)}) as missing, count(*) as live
    from source_documents o where o.account_id = ${session.account.id} and o.entity in ${POSTING} and not o.is_deleted`);
  const [missing, live] = [Number(rows[0]?.missing ?? 0), Number(rows[0]?.live ?? 0)];
  if (missing === 0) return go(session, following, cursor);
  if (missing > Math.max(FEW, live * SHARE) && cursor.acceptRemovals !== true) return stop(ctx, session, "removals_held", "held");
  const { rows: removed } = await ctx
    .dbAs(ctx.actor.userId, TIMEOUTS.page)
    .execute<{ held: string; entity: string | null; removed: string }>(statement(ctx, session, span, following));
  if (removed[0]?.held !== "1") throw new Superseded();
  const swept = removed.reduce<Counts>((sum, row) => (row.entity === null ? sum : tally(sum, row.entity, { removed: Number(row.removed) })), counts);
  session.progress = { ...session.progress, phase: following, counts: swept };
  return false;
}

/** Whether so many removals at once are more likely an accident of QuickBooks' than somebody's wish. Asks only when they are not few. */
export async function implausible(ctx: SyncCtx, session: Session, removals: number): Promise<boolean> {
  if (removals <= FEW || session.progress.cursor.acceptRemovals === true) return false;
  const { rows } = await ctx.db.execute<{ live: string }>(
    sql`select count(*) as live from source_documents o where o.account_id = ${session.account.id} and o.entity in ${POSTING} and not o.is_deleted`,
  );
  return removals > Number(rows[0]?.live ?? 0) * SHARE;
}

function unseen(session: Session, { from, to, undated }: Span): SQL {
  return sql`o.seen_in is distinct from ${session.run.id} and case when o.document_date is null then ${undated}::boolean else o.document_date between ${from} and ${to} end`;
}

/** The removed keep a time just before their own, so that the same version may come back when it was never gone. */
function statement(ctx: SyncCtx, session: Session, span: Span, following: Phase): SQL {
  return sql`with run as (
    update sync_runs set phase = ${following}, cursor = ${json(session.progress.cursor)} where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning user_id, account_id
  ), swept as (
    update source_documents o set is_deleted = true, body = null, problems = null, changed_at = o.changed_at - interval '1 millisecond', data_version = u.data_version + 1
    from run join users u on u.id = run.user_id
    where o.account_id = run.account_id and o.entity in ${POSTING} and not o.is_deleted and ${unseen(session, span)}
    returning o.entity, o.external_id, o.account_id
  ), bump as (
    update users u set data_version = u.data_version + 1 from run where u.id = run.user_id and exists (select 1 from swept) returning u.data_version as n
  ), gone as (
    update transactions t set is_deleted = true, data_version = bump.n, updated_at = ${ctx.now().toISOString()} from swept s cross join bump
    where t.account_id = s.account_id and t.entity = s.entity and t.external_id = s.external_id and not t.is_deleted returning t.id
  ), unposted as (delete from postings p using gone g where p.transaction_id = g.id), unposted_by_provider as (delete from provider_postings p using gone g where p.transaction_id = g.id)
  select (select count(*) from run) as held, s.entity, count(s.entity) as removed from (select 1) as one left join swept s on true group by s.entity`;
}
