import { and, desc, eq, ne } from "drizzle-orm";
import { myAccounts, mySyncRuns } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { type SyncRun, toSyncRun } from "./sync-run.ts";

/** When the last run ended that did all it set out to, when the next one is due, and the runs, newest first. */
export type SyncHistory = { lastSyncedAt: string | null; nextSyncAt: string | null; runs: SyncRun[] };

/** The syncs of an account, at most 50 of them, in one call to the database; a stranger's account is missing. */
export async function listSyncRuns(ctx: Ctx<"db">, accountId: string): Promise<SyncHistory> {
  const { lastSyncedAt, nextSyncAt } = myAccounts;
  const [[account], rows] = await ctx.db.batch([
    ctx.db
      .select({ lastSyncedAt, nextSyncAt })
      .from(myAccounts)
      .where(and(eq(myAccounts.id, accountId), ne(myAccounts.status, "linking"))),
    ctx.db.select().from(mySyncRuns).where(eq(mySyncRuns.accountId, accountId)).orderBy(desc(mySyncRuns.createdAt), desc(mySyncRuns.id)).limit(50),
  ]);
  if (!account) throw new Problem("not_found");
  return { ...account, runs: rows.map(toSyncRun) };
}
