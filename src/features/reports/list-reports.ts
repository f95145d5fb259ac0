import { desc, lt } from "drizzle-orm";
import { myReports } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";
import { type Report, toReport } from "./report.ts";

/** Past reports, newest first. */
export async function listReports(
  ctx: Ctx<"db">,
  paging: { cursor?: string | undefined; limit: number },
): Promise<{ data: Report[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "reports", user: ctx.actor.userId };
  const after = paging.cursor === undefined ? undefined : await readCursor(key, bound, paging.cursor);
  const rows = await ctx.db
    .select()
    .from(myReports)
    .where(after?.[0] === undefined ? undefined : lt(myReports.id, after[0]))
    .orderBy(desc(myReports.id))
    .limit(paging.limit + 1);
  const page = rows.slice(0, paging.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > paging.limit && last ? await writeCursor(key, bound, [last.id]) : null;
  return { data: await Promise.all(page.map((row) => toReport(ctx, row))), nextCursor };
}
