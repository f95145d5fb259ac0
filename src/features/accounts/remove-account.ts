import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { accounts, syncRuns } from "../../../db/schema/accounts.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { wakeSync } from "./start-sync.ts";

/**
 * Unlinks a service. Its tokens leave the account at once, whatever the provider answers; a run takes the sealed refresh
 * token with it, revokes it at Intuit however often that takes, and then erases the data where that was asked.
 */
export async function removeAccount(ctx: Ctx<"db" | "queue">, accountId: string, data: "keep" | "erase"): Promise<void> {
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, accountId));
  if (!account || account.status === "linking") throw new Problem("not_found");
  if (account.serviceName === "manual") throw new Problem("conflict", { detail: "The account of what is entered by hand cannot be removed." });
  const { userId, kind } = ctx.actor;
  const audit = () => auditRow(ctx, ctx.db, { userId, action: "account.unlinked", subject: accountId, actor: kind, details: { data } });
  if (account.serviceName !== "quickbooks") {
    await ctx.db.batch([ctx.db.delete(accounts).where(eq(accounts.id, accountId)), audit()]);
    return;
  }
  const now = ctx.now().toISOString();
  const runId = ctx.id();
  if (account.status === "erasing" || (account.status === "disconnected" && data === "keep")) return;
  // an unlinked account that is to be erased now: a revocation that is still open takes the erasure over
  const revoking = and(eq(syncRuns.accountId, accountId), isNull(syncRuns.finishedAt), eq(syncRuns.trigger, "removed"));
  const cursor = { mode: "removal", refreshToken: account.refreshToken, erase: data === "erase" };
  const shredded = {
    accessToken: null,
    refreshToken: null,
    externalAccountId: null,
    tokenExpiresAt: null,
    refreshExpiresAt: null,
    leaseUntil: null,
    nextSyncAt: null,
    tokenVersion: sql`${accounts.tokenVersion} + 1`,
  };
  await ctx.db.batch([
    ctx.db
      .update(accounts)
      .set({ ...shredded, status: data === "erase" ? "erasing" : "disconnected", statusReason: null, updatedAt: now })
      .where(eq(accounts.id, accountId)),
    ctx.db
      .update(syncRuns)
      .set({ cursor: sql`${syncRuns.cursor} || ${JSON.stringify({ erase: data === "erase" })}::jsonb`, fence: sql`${syncRuns.fence} + 1`, claimedUntil: null })
      .where(revoking),
    ctx.db
      .update(syncRuns)
      .set({ finishedAt: now, phase: "stopped", reason: "cancelled", cursor: {}, fence: sql`${syncRuns.fence} + 1` })
      .where(and(eq(syncRuns.accountId, accountId), isNull(syncRuns.finishedAt), ne(syncRuns.trigger, "removed"))),
    ctx.db.insert(syncRuns).values({ id: runId, userId, accountId, trigger: "removed", phase: "queued", cursor, createdAt: now }).onConflictDoNothing(),
    audit(),
  ]);
  await wakeSync(ctx, userId, runId);
}
