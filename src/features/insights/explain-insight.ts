import { and, eq, isNotNull } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { openKept } from "./open-insight.ts";
import type { Source } from "./facts.ts";
import { type FigureRow, type FigureRows, ledgerRows, openRows, paidRows } from "./tools/figure-rows.ts";
import { READ_MS } from "./tools/ledger.ts";

export type Explained = { figure: string; total: string; currency: string | null; data: FigureRow[]; nextCursor: string | null };

/**
 * The rows that a figure of an answer is the exact sum of, as the books are now; `total` is their sum over all pages. Averages,
 * shares and the like open into the rows that they were worked out from.
 */
export async function explainInsight(
  ctx: Ctx<"db" | "dbAs">,
  id: string,
  input: { figure: string; cursor?: string | undefined; limit: number },
): Promise<Explained> {
  const [row] = await ctx.db
    .select()
    .from(myAiQueries)
    .where(and(eq(myAiQueries.id, id), isNotNull(myAiQueries.response)));
  const source = row ? (await openKept(ctx, row)).sources[input.figure] : undefined;
  if (!source || source.of === "transactions") throw new Problem("not_found");
  // as long as the question itself was given: a figure may be made of a company's whole ledger
  const patient = { ...ctx, db: ctx.dbAs(ctx.actor.userId, READ_MS) };
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "explain", user: ctx.actor.userId, id, figure: input.figure };
  const after = input.cursor === undefined ? undefined : await readCursor(key, bound, input.cursor);
  const { rows, total, currency } = await rowsOf(patient, source, after, input.limit + 1);
  const data = rows.slice(0, input.limit);
  const last = data.at(-1);
  const nextCursor = rows.length > input.limit && last ? await writeCursor(key, bound, [last.date, last.transactionId, String(last.line)]) : null;
  return { figure: input.figure, total, currency, data, nextCursor };
}

type Opened = Exclude<Source, { of: "transactions" }>;

function rowsOf(ctx: Ctx<"db">, source: Opened, after: readonly string[] | undefined, limit: number): Promise<FigureRows> {
  if (source.of === "ledger") return ledgerRows(ctx, source, after, limit);
  return source.of === "open" ? openRows(ctx, source.filter, after, limit) : paidRows(ctx, source.ids, after, limit);
}
