import { and, desc, sql } from "drizzle-orm";
import { myTransactions as t } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";
import { conditionOf, type Filters } from "./filters.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

/** One page, newest first. The cursor is a position, not an offset: rows that did not change are neither skipped nor repeated. */
export async function listTransactions(ctx: Ctx<"db">, filters: Filters, paging: { cursor?: string | undefined; limit: number }): Promise<{ data: Transaction[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "transactions", user: ctx.actor.userId, filters };
  const after = paging.cursor === undefined ? undefined : await readCursor(key, bound, paging.cursor);
  const rows = await ctx.db
    .select()
    .from(t)
    .where(and(conditionOf(filters), after && sql`(${t.transactionDate}, ${t.id}) < (${after[0]}::date, ${after[1]}::uuid)`))
    .orderBy(desc(t.transactionDate), desc(t.id))
    .limit(paging.limit + 1);
  const page = rows.slice(0, paging.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > paging.limit && last ? await writeCursor(key, bound, [last.transactionDate, last.id]) : null;
  return { data: page.map(toTransaction), nextCursor };
}
