import { and, eq, isNull } from "drizzle-orm";
import { accounts, syncRuns } from "../../../db/schema/accounts.ts";
import { mySyncRuns } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx, OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { getAccount } from "./get-account.ts";
import { type SyncRun, toSyncRun } from "./sync-run.ts";

export type SyncWish = { full?: boolean | undefined; acceptRemovals?: boolean | undefined };

/** Starts a sync, or returns the one that is open: two at once get the same run. */
export async function startSync(ctx: Ctx<"db" | "queue">, accountId: string, wish: SyncWish = {}): Promise<SyncRun> {
  const account = await getAccount(ctx, accountId);
  if (account.service !== "quickbooks") throw new Problem("conflict", { detail: "Only a QuickBooks company can be synced." });
  if (account.status !== "connected" && account.status !== "paused" && account.status !== "held")
    throw new Problem("conflict", { detail: `The account is ${account.status}. Connect it again first.` });
  const { userId, kind } = ctx.actor;
  const now = ctx.now().toISOString();
  const cursor = { ...(wish.full ? { mode: "full" } : {}), ...(wish.acceptRemovals ? { acceptRemovals: true } : {}) };
  const [, , runs] = await ctx.db.batch([
    ctx.db.insert(syncRuns).values({ id: ctx.id(), userId, accountId, trigger: "asked", phase: "queued", cursor, createdAt: now }).onConflictDoNothing(),
    ctx.db
      .update(accounts)
      .set({ status: "connected", statusReason: null })
      .where(and(eq(accounts.id, accountId), eq(accounts.status, "held"))),
    ctx.db
      .select()
      .from(mySyncRuns)
      .where(and(eq(mySyncRuns.accountId, accountId), isNull(mySyncRuns.finishedAt))),
    auditRow(ctx, ctx.db, { userId, action: "account.sync_asked", subject: accountId, actor: kind }),
  ]);
  const run = runs[0];
  if (!run) throw new Problem("unavailable", { detail: "A run was just finishing. Ask again.", retryAfterSeconds: 1 });
  await wakeSync(ctx, userId, run.id);
  return toSyncRun(run);
}

/** Wakes the queue. A lost wake-up is made good by cron, which looks for open runs. */
export async function wakeSync(ctx: OpenCtx<"queue">, userId: string, runId: string, delaySeconds?: number): Promise<void> {
  await ctx.queue.sync({ type: "sync", userId, requestId: ctx.requestId, runId }, delaySeconds);
}
