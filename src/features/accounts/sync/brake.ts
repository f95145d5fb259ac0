import { sql } from "drizzle-orm";
import type { Session, SyncCtx } from "./session.ts";
import { POSTING } from "./state.ts";

/** So many removals at once are taken for an accident of reading and not for a wish, until somebody says so. */
const FEW = 10;
const SHARE = 0.1;

/** Whether so many removals at once are more likely an accident of QuickBooks' than somebody's wish. Asks only when they are not few. */
export async function implausible(ctx: SyncCtx, session: Session, removals: number): Promise<boolean> {
  if (removals <= FEW || session.progress.cursor.acceptRemovals === true) return false;
  const { rows } = await ctx.db.execute<{ live: string }>(
    sql`select count(*) as live from source_documents o where o.account_id = ${session.account.id} and o.entity in ${POSTING} and not o.is_deleted`,
  );
  return removals > Number(rows[0]?.live ?? 0) * SHARE;
}
