import { and, type AnyColumn, asc, desc, eq, getViewSelectedFields, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import { myTransactionParts as p, myTransactions as t } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";
import { conditionOf, type Filters, whollyOf } from "./filters.ts";
import { type Row, toTransaction, type Transaction } from "./transaction.ts";

export const SORTS = ["-date", "date", "-amount", "amount"] as const;
export type Sort = (typeof SORTS)[number];
export type Paging = { cursor?: string | undefined; limit: number; sort?: Sort | undefined };

/**
 * One page, newest first unless asked otherwise. The cursor is a position, not an offset, and belongs to its filters and
 * sort: rows that did not change are neither skipped nor repeated, whatever is written meanwhile.
 */
export async function listTransactions(ctx: Ctx<"db">, filters: Filters, paging: Paging): Promise<{ data: Transaction[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const sort = paging.sort ?? "-date";
  const bound = { list: "transactions", user: ctx.actor.userId, sort, filters };
  const after = paging.cursor === undefined ? undefined : await readCursor(key, bound, paging.cursor);
  const rows = await pageOf(ctx, filters, sort, after, paging.limit + 1);
  const page = rows.slice(0, paging.limit);
  const last = page.at(-1);
  const nextCursor = rows.length > paging.limit && last ? await writeCursor(key, bound, positionOf(last, sort)) : null;
  return { data: page.map(toTransaction), nextCursor };
}

/** The next rows after a position, in the order of `sort`: each branch is read from an index, in order. */
export function pageOf(ctx: Ctx<"db">, filters: Filters, sort: Sort, after: readonly string[] | undefined, limit: number): PromiseLike<Row[]> {
  const where = conditionOf(ctx, filters);
  const [rows, parts] = [
    { date: t.transactionDate, amount: t.amount, id: t.id },
    { date: p.transactionDate, amount: p.amount, id: p.transactionId },
  ];
  const whole = (extra: SQL | undefined) =>
    ctx.db
      .select()
      .from(t)
      .where(and(where, extra, after && beyond(rows, sort, after)))
      .orderBy(...orderOf(rows, sort))
      .limit(limit);
  if (filters.category === undefined) return whole(undefined);
  // of a row without parts there are none: asking for `splits` once more would make the planner expect next to no rows, and read them all
  const inParts = ctx.db
    .select(getViewSelectedFields(t))
    .from(p)
    .innerJoin(t, eq(t.id, p.transactionId))
    .where(and(eq(p.userId, ctx.actor.userId), eq(p.category, filters.category), where, after && beyond(parts, sort, after)))
    .orderBy(...orderOf(parts, sort))
    .limit(limit);
  return unionAll(whole(whollyOf(filters.category)), inParts)
    .orderBy(...outerOrderOf(sort))
    .limit(limit);
}

export function positionOf(row: Row, sort: Sort): string[] {
  return [sort.endsWith("date") ? row.transactionDate : row.amount, row.id];
}

/** What a list is sorted by, where it is read from. */
type Order = Record<"date" | "amount" | "id", AnyColumn>;

function beyond(by: Order, sort: Sort, [value = "", id = ""]: readonly string[]): SQL {
  const operator = sql.raw(sort.startsWith("-") ? "<" : ">");
  if (sort.endsWith("date")) return sql`(${by.date}, ${by.id}) ${operator} (${value}::date, ${id}::uuid)`;
  return sql`(${by.amount}, ${by.id}) ${operator} (${value}::numeric, ${id}::uuid)`;
}

function orderOf(by: Order, sort: Sort): SQL[] {
  const direction = sort.startsWith("-") ? desc : asc;
  return [direction(sort.endsWith("date") ? by.date : by.amount), direction(by.id)];
}

/** The same order, by the names of the columns that a union returns. */
function outerOrderOf(sort: Sort): SQL[] {
  const direction = sql.raw(sort.startsWith("-") ? "desc" : "asc");
  return [sql`${sql.identifier(sort.endsWith("date") ? "transaction_date" : "amount")} ${direction}`, sql`id ${direction}`];
}
