import { sql } from "drizzle-orm";
import { accounts } from "../../../../db/schema/accounts.ts";
import { me } from "../../../../db/schema/views.ts";
import { and, eq } from "drizzle-orm";
import { errorFields } from "../../../core/log.ts";
import { SealError } from "../../../core/secret.ts";
import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { auditRow } from "../../audit/audit-row.ts";
import { mailRow, wakeMail } from "../../auth/mails.ts";
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

/** The person must connect again: said at the account, in the trail and by one mail. Nothing of the copy is lost. */
async function disconnect(ctx: SyncCtx, session: Session, lost: ConnectionLost): Promise<void> {
  const { account } = session;
  const at = ctx.now().toISOString();
  const [told] = await ctx.db
    .update(accounts)
    .set({ status: "needs_reconnect", statusReason: lost.reason, leaseUntil: null, nextSyncAt: null, updatedAt: at })
    .where(and(eq(accounts.id, account.id), eq(accounts.tokenVersion, lost.tokenVersion), sql`${accounts.status} in ('connected', 'paused', 'held')`))
    .returning({ id: accounts.id });
  await stop(ctx, session, lost.reason, "needs_reconnect");
  if (!told) return;
  const [person] = await ctx.db.select({ email: me.email }).from(me);
  const mailId = ctx.id();
  await ctx.db.batch([
    mailRow(ctx, ctx.db, { id: mailId, userId: account.userId, template: "needs_reconnect", address: person?.email ?? "", params: { name: account.displayName } }),
    auditRow(ctx, ctx.db, { userId: account.userId, action: "account.needs_reconnect", subject: account.id, details: { reason: lost.reason } }),
  ]);
  await wakeMail(ctx, account.userId, mailId);
  ctx.log("warn", "account.needs_reconnect", { accountId: account.id, ...errorFields(lost, 0) });
}
