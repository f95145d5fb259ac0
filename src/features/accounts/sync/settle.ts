import { sql } from "drizzle-orm";
import { SealError } from "../../../core/secret.ts";
import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { wakeMail } from "../../auth/mails.ts";
import { wakeSync } from "../start-sync.ts";
import type { Reason } from "../sync-run.ts";
import { stop } from "./finish.ts";
import { type Session, type SyncCtx, Wait } from "./session.ts";
import { json } from "./statement.ts";
import { ConnectionLost } from "./tokens.ts";

const BACKOFF_MOST_SECONDS = 3600;
/** An answer that is never understood is not asked for without end. */
const UNEXPECTED_MOST = 4;

/** What becomes of a run that met an error: it waits, it stops with a reason, or the connection is over. */
export async function settle(ctx: SyncCtx, session: Session, error: unknown): Promise<void> {
  if (error instanceof Wait) return wait(ctx, session, error.reason, error.seconds);
  if (error instanceof ConnectionLost) return disconnect(ctx, session, error);
  if (error instanceof SealError) return disconnect(ctx, session, new ConnectionLost("access_revoked", session.account.tokenVersion));
  if (error instanceof QuickBooksFault) return settleFault(ctx, session, error);
  // a bug or the database: the message is tried again, and finds the run free
  await putDown(ctx, session, null, 0).catch(() => undefined);
  throw error;
}

async function settleFault(ctx: SyncCtx, session: Session, fault: QuickBooksFault): Promise<void> {
  ctx.log("warn", "sync.fault", { runId: session.run.id, kind: fault.kind, code: fault.code, tid: fault.tid, operation: fault.operation });
  if (fault.kind === "company_inactive") return void (await stop(ctx, session, "company_inactive", "paused"));
  if (fault.kind === "unavailable" || fault.kind === "throttled") return wait(ctx, session, "provider_unavailable", fault.retryAfterSeconds ?? 30);
  if (session.run.attempts < UNEXPECTED_MOST) return wait(ctx, session, "unexpected_reply", 60);
  await stop(ctx, session, "unexpected_reply", "connected");
}

/** Puts the run down for a while that grows with each failure in a row. Its message is sent again; cron would wake it too. */
async function wait(ctx: SyncCtx, session: Session, reason: Reason, least: number): Promise<void> {
  const grown = reason === "throttled" ? least : Math.max(least, Math.min(15 * 2 ** session.run.attempts, BACKOFF_MOST_SECONDS));
  const seconds = Math.min(grown, BACKOFF_MOST_SECONDS) + ((ctx.random(1)[0] ?? 0) % 5);
  await putDown(ctx, session, reason, seconds);
  await wakeSync(ctx, ctx.actor.userId, session.run.id, seconds);
}

/** Gives the run back with its progress, not to be taken up before `seconds` have passed. */
export async function putDown(ctx: SyncCtx, session: Session, reason: Reason | null, seconds: number): Promise<void> {
  const now = ctx.now();
  const { phase, cursor, counts } = session.progress;
  await ctx.db.execute(sql`with run as (
    update sync_runs set phase = ${phase}, cursor = ${json(cursor)}, counts = ${json(counts)}, reason = ${reason}, attempts = ${reason === null ? 0 : session.run.attempts + 1},
      claimed_until = ${new Date(now.getTime() + seconds * 1000).toISOString()}
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning account_id, user_id
  ) insert into provider_usage as u (account_id, month, user_id, calls) select account_id, ${now.toISOString().slice(0, 7)}, user_id, ${session.calls}::int from run
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls`);
}

/**
 * The person must connect again: said at the account, in the trail and by one mail, in one statement and once for these
 * tokens. Nothing of the copy is lost. Where newer tokens came in the meantime, the run goes on with them.
 */
async function disconnect(ctx: SyncCtx, session: Session, lost: ConnectionLost): Promise<void> {
  const { account, run } = session;
  const at = ctx.now().toISOString();
  const mailId = ctx.id();
  const { rows } = await ctx.db.execute<{ told: string; stopped: string }>(sql`with lost as (
    update accounts set status = 'needs_reconnect', status_reason = ${lost.reason}, lease_until = null, next_sync_at = null, updated_at = ${at}
    where id = ${account.id} and token_version = ${lost.tokenVersion} and status in ('connected', 'paused', 'held') returning id, user_id, display_name
  ), mailed as (
    insert into mails (id, user_id, template, address, params, created_at, due_at)
    select ${mailId}, l.user_id, 'needs_reconnect', u.email, jsonb_build_object('name', l.display_name), ${at}, ${at} from lost l join users u on u.id = l.user_id
  ), trail as (
    insert into audit_events (id, user_id, action, subject, actor_kind, request_id, occurred_at, details)
    select ${ctx.id()}, user_id, 'account.needs_reconnect', id::text, 'system', ${ctx.requestId}, ${at}, ${json({ reason: lost.reason })} from lost
  ), stopped as (
    update sync_runs r set phase = 'stopped', reason = ${lost.reason}, finished_at = ${at}, claimed_until = null
    where r.id = ${run.id} and r.fence = ${run.fence} and r.finished_at is null
      and (exists (select 1 from lost) or exists (select 1 from accounts a where a.id = r.account_id and a.status not in ('connected', 'paused')))
    returning r.id
  ), used as (
    insert into provider_usage as u (account_id, month, user_id, calls) select ${account.id}, ${at.slice(0, 7)}, ${account.userId}, ${session.calls}::int from stopped
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls
  ) select (select count(*) from lost) as told, (select count(*) from stopped) as stopped`);
  if (rows[0]?.told === "1") await wakeMail(ctx, account.userId, mailId);
  if (rows[0]?.stopped === "0") return wait(ctx, session, "provider_unavailable", 5);
  ctx.log("warn", "account.needs_reconnect", { accountId: account.id, runId: run.id, reason: lost.reason });
}
