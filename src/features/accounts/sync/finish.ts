import { type SQL, sql } from "drizzle-orm";
import { SYNC_EVERY_MS } from "../plan-syncs.ts";
import { wakeDetection } from "../../insights/wake-detection.ts";
import type { Difference } from "../get-reconciliation.ts";
import type { Reason } from "../sync-run.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import { json } from "./statement.ts";

export type Proof = { asOf: string; status: "balanced" | "explained" | "drift"; differences: readonly Difference[] };

/**
 * Ends a run that did all it set out to, in one statement under its fence: the run, up to when the copy is complete, the
 * proof, and when the next run is due: at once, when a webhook came while this one ran. What could not be posted makes it incomplete.
 */
export async function finish(ctx: SyncCtx, session: Session, proof: Proof | null): Promise<true> {
  const at = ctx.now().toISOString();
  const { cursor, counts } = session.progress;
  const full = cursor.full === true;
  const next = new Date(ctx.now().getTime() + SYNC_EVERY_MS).toISOString();
  const { rows } = await ctx.db.execute<{ held: string }>(sql`with run as (
    update sync_runs r set phase = 'done', cursor = '{}'::jsonb, counts = ${json(counts)}, finished_at = ${at}, claimed_until = null, attempts = 0,
      incomplete = ${troubled(session)}, reason = case when ${troubled(session)} then 'documents_not_posted' end
    where r.id = ${session.run.id} and r.fence = ${session.run.fence} and r.finished_at is null returning r.user_id, r.account_id, r.created_at
  ), used as (
    insert into provider_usage as u (account_id, month, user_id, calls) select account_id, ${at.slice(0, 7)}, user_id, ${session.calls}::int from run
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls
  ), account as (
    update accounts a set last_synced_at = ${at}, next_sync_at = case when a.next_sync_at > run.created_at and a.next_sync_at <= ${at} then a.next_sync_at else ${next} end, status = 'connected', status_reason = null, updated_at = ${at} from run where a.id = run.account_id and a.status in ('connected', 'paused', 'held')
  ), reached as (
    insert into sync_cursors as c (account_id, user_id, changed_since, full_at, proven_at, updated_at)
    select account_id, user_id, ${cursor.reached ?? at}, ${full ? (cursor.reached ?? at) : null}::timestamptz, ${proof ? at : null}::timestamptz, ${at} from run
    on conflict (account_id) do update set changed_since = excluded.changed_since, full_at = coalesce(excluded.full_at, c.full_at), proven_at = coalesce(excluded.proven_at, c.proven_at), updated_at = excluded.updated_at
  ) ${proof ? proofRow(ctx, session, proof, at) : sql``}
  select count(*) as held from run`);
  if (rows[0]?.held !== "1") throw new Superseded();
  ctx.log("info", "sync.finished", {
    accountId: session.account.id,
    runId: session.run.id,
    proof: proof?.status ?? null,
    differences: proof?.differences.length ?? 0,
  });
  await wakeDetection(ctx, session.account.userId, session.account.id);
  return true;
}

function troubled(session: Session): SQL {
  return sql`exists (select 1 from source_documents d where d.account_id = ${session.account.id} and d.problems is not null and not d.is_deleted)`;
}

function proofRow(ctx: SyncCtx, session: Session, proof: Proof, at: string): SQL {
  return sql`, proof as (
    insert into reconciliations (id, user_id, account_id, sync_run_id, as_of, basis, status, currency, differences, created_at)
    select ${ctx.id()}, user_id, account_id, ${session.run.id}, ${proof.asOf}, 'Accrual', ${proof.status}, ${session.account.homeCurrency ?? "USD"}, ${json(proof.differences)}, ${at} from run
  )`;
}

/**
 * Ends a run that cannot go on, and says so at the account. The copy stays as it is; the next run begins where the last
 * complete one ended, a day later: that keeps the tokens alive, and ends the stop when its cause is gone.
 */
export async function stop(ctx: SyncCtx, session: Session, reason: Reason, status: "connected" | "held" | "paused" | "needs_reconnect"): Promise<true> {
  const at = ctx.now().toISOString();
  const tomorrow = new Date(ctx.now().getTime() + 24 * 3600_000).toISOString();
  await ctx.db.execute(sql`with run as (
    update sync_runs set phase = 'stopped', reason = ${reason}, counts = ${json(session.progress.counts)}, finished_at = ${at}, claimed_until = null
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning account_id, user_id
  ), used as (
    insert into provider_usage as u (account_id, month, user_id, calls) select account_id, ${at.slice(0, 7)}, user_id, ${session.calls}::int from run
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls
  ) update accounts a set status = ${status}, status_reason = ${status === "connected" ? null : reason}, next_sync_at = ${status === "connected" ? sql`a.next_sync_at` : tomorrow}, updated_at = ${at}
    from run where a.id = run.account_id and a.status in ('connected', 'paused', 'held')`);
  ctx.log("warn", "sync.stopped", { accountId: session.account.id, runId: session.run.id, reason });
  return true;
}
