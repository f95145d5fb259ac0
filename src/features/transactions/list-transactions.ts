import { and, asc, desc, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import { myTransactions as t } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";
import { conditionOf, type Filters, partlyOf, whollyOf } from "./filters.ts";
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
  const where = and(conditionOf(ctx, filters), after && beyond(sort, after));
  const ordered = (extra: SQL | undefined) =>
    ctx.db
      .select()
      .from(t)
      .where(and(where, extra))
      .orderBy(...orderOf(sort))
      .limit(limit);
  if (filters.category === undefined) return ordered(undefined);
  return unionAll(ordered(whollyOf(filters.category)), ordered(partlyOf(filters.category)))
    .orderBy(...outerOrderOf(sort))
    .limit(limit);
}

export function positionOf(row: Row, sort: Sort): string[] {
  return [sort.endsWith("date") ? row.transactionDate : row.amount, row.id];
}

function beyond(sort: Sort, [value = "", id = ""]: readonly string[]): SQL {
  const operator = sql.raw(sort.startsWith("-") ? "<" : ">");
  if (sort.endsWith("date")) return sql`(${t.transactionDate}, ${t.id}) ${operator} (${value}::date, ${id}::uuid)`;
  return sql`(${t.amount}, ${t.id}) ${operator} (${value}::numeric, ${id}::uuid)`;
}

function orderOf(sort: Sort): SQL[] {
  const direction = sort.startsWith("-") ? desc : asc;
  return [direction(sort.endsWith("date") ? t.transactionDate : t.amount), direction(t.id)];
}

/** The same order, by the names of the columns that a union returns. */
function outerOrderOf(sort: Sort): SQL[] {
  const direction = sql.raw(sort.startsWith("-") ? "desc" : "asc");
  return [sql`${sql.identifier(sort.endsWith("date") ? "transaction_date" : "amount")} ${direction}`, sql`id ${direction}`];
}
