import { desc, eq } from "drizzle-orm";
import { mySyncRuns } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { getAccount } from "./get-account.ts";
import { type SyncRun, toSyncRun } from "./sync-run.ts";

/** The runs of an account, newest first; at most 50. */
export async function listSyncRuns(ctx: Ctx<"db">, accountId: string): Promise<SyncRun[]> {
  await getAccount(ctx, accountId);
  const rows = await ctx.db
    .select()
    .from(mySyncRuns)
    .where(eq(mySyncRuns.accountId, accountId))
    .orderBy(desc(mySyncRuns.createdAt), desc(mySyncRuns.id))
    .limit(50);
  return rows.map(toSyncRun);
}
