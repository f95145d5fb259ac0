import { desc, eq, lt } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import { Problem } from "../../core/errors.ts";
import { unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import type { Insight } from "./ask.ts";

/** Past questions and answers, newest first, opened from their seals. */
export async function listInsights(
  ctx: Ctx<"db">,
  paging: { cursor?: string | undefined; limit: number },
): Promise<{ data: Insight[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "insights", user: ctx.actor.userId };
  const after = paging.cursor === undefined ? undefined : await readCursor(key, bound, paging.cursor);
  const rows = await ctx.db
    .select()
    .from(myAiQueries)
    .where(after?.[0] === undefined ? undefined : lt(myAiQueries.id, after[0]))
    .orderBy(desc(myAiQueries.id))
    .limit(paging.limit + 1);
  const page = rows.slice(0, paging.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > paging.limit && last ? await writeCursor(key, bound, [last.id]) : null;
  return { data: await Promise.all(page.map((row) => open(ctx, row))), nextCursor };
}

/** One past answer of the caller's. */
export async function getInsight(ctx: Ctx<"db">, id: string): Promise<Insight> {
  const [row] = await ctx.db.select().from(myAiQueries).where(eq(myAiQueries.id, id));
  if (!row) throw new Problem("not_found");
  return open(ctx, row);
}

async function open(ctx: Ctx, row: typeof myAiQueries.$inferSelect): Promise<Insight> {
  const opened = (field: string, sealed: string) => unseal(ctx.config.SEALING_KEYS, [row.userId, row.id, field], sealed);
  const response = JSON.parse(await opened("response", (row.response as { sealed: string }).sealed)) as Pick<Insight, "answer" | "figures">;
  return {
    id: row.id,
    question: await opened("question", row.queryText),
    ...response,
    grounding: row.grounding === "verified" ? "verified" : "templated",
    usage: { inputTokens: row.inputTokens, outputTokens: row.outputTokens, costTicks: row.costTicks },
    model: row.model,
    createdAt: row.createdAt,
  };
}
