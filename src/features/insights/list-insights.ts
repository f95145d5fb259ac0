import { and, desc, eq, isNotNull, lt } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";
import type { Insight } from "./insight.ts";
import { open } from "./open-insight.ts";

export type InsightFilter = { origin?: "asked" | "detected" | undefined; cursor?: string | undefined; limit: number };

/** Answers and what was found unasked, newest first, opened from their seals. */
export async function listInsights(ctx: Ctx<"db">, filter: InsightFilter): Promise<{ data: Insight[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "insights", user: ctx.actor.userId, origin: filter.origin };
  const after = filter.cursor === undefined ? undefined : await readCursor(key, bound, filter.cursor);
  const rows = await ctx.db
    .select()
    .from(myAiQueries)
    .where(
      and(
        isNotNull(myAiQueries.response),
        filter.origin === undefined ? undefined : eq(myAiQueries.origin, filter.origin),
        after?.[0] === undefined ? undefined : lt(myAiQueries.id, after[0]),
      ),
    )
    .orderBy(desc(myAiQueries.id))
    .limit(filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > filter.limit && last ? await writeCursor(key, bound, [last.id]) : null;
  return { data: await Promise.all(page.map((row) => open(ctx, row))), nextCursor };
}
