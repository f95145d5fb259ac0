import { and, eq, isNotNull } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { openKept } from "./open-insight.ts";
import { ledgerRows, sumLedger, type LedgerRow } from "./tools/ledger.ts";

export type Explained = { figure: string; total: string; currency: string | null; data: LedgerRow[]; nextCursor: string | null };

/** The rows that a figure of an answer is the exact sum of, as the books are now; `total` is their sum over all pages. */
export async function explainInsight(ctx: Ctx<"db">, id: string, input: { figure: string; cursor?: string | undefined; limit: number }): Promise<Explained> {
  const [row] = await ctx.db
    .select()
    .from(myAiQueries)
    .where(and(eq(myAiQueries.id, id), isNotNull(myAiQueries.response)));
  const source = row ? (await openKept(ctx, row)).sources[input.figure] : undefined;
  if (source?.of !== "ledger") throw new Problem("not_found");
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "explain", user: ctx.actor.userId, id, figure: input.figure };
  const after = input.cursor === undefined ? undefined : await readCursor(key, bound, input.cursor);
  const [rows, { groups }] = await Promise.all([ledgerRows(ctx, source.filter, after, input.limit + 1), sumLedger(ctx, source.filter, [])]);
  const data = rows.slice(0, input.limit);
  const last = data.at(-1);
  const nextCursor = rows.length > input.limit && last ? await writeCursor(key, bound, [last.date, last.transactionId, String(last.line)]) : null;
  return { figure: input.figure, total: groups[0]?.total ?? "0", currency: groups[0]?.currency ?? source.filter.currency ?? null, data, nextCursor };
}
