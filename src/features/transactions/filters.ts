import { and, eq, gte, isNotNull, isNull, lte, type SQL, sql } from "drizzle-orm";
import { categoryTo } from "../../../db/schema/books.ts";
import { myTransactions as t } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";

/** What a list, a summary or a report is narrowed to. The default moves cash only, so that an invoice and its payment are not both counted. */
export type Filters = {
  from?: string | undefined;
  to?: string | undefined;
  minAmount?: string | undefined;
  maxAmount?: string | undefined;
  accountId?: string | undefined;
  /** Full name of a category as shown; one with children includes them. */
  category?: string | undefined;
  counterparty?: string | undefined;
  kind?: string | undefined;
  currency?: string | undefined;
  status?: string | undefined;
  source?: string | undefined;
  movedCash?: "true" | "false" | "any" | undefined;
  /** Words of description, counterparty, memo or notes; "quoted" for a phrase, `-word` for none of it. */
  q?: string | undefined;
};

/** The filters as one condition over the caller's own rows, but for the category: parts have categories of their own. */
export function conditionOf(ctx: Pick<Ctx, "actor">, filters: Filters): SQL | undefined {
  const moved = filters.movedCash ?? "true";
  const when = <V>(value: V | undefined, condition: (value: V) => SQL) => (value === undefined ? undefined : condition(value));
  return and(
    // written as the indexes are, so that the planner finds them
    sql`not ${t.isDeleted}`,
    moved === "any" ? undefined : moved === "true" ? sql`${t.movedCash}` : sql`not ${t.movedCash}`,
    when(filters.from, (from) => gte(t.transactionDate, from)),
    when(filters.to, (to) => lte(t.transactionDate, to)),
    when(filters.minAmount, (least) => gte(t.amount, least)),
    when(filters.maxAmount, (most) => lte(t.amount, most)),
    when(filters.accountId, (account) => eq(t.accountId, account)),
    when(filters.counterparty, (name) => eq(t.counterparty, name)),
    when(filters.kind, (kind) => eq(t.kind, kind)),
    when(filters.currency, (currency) => eq(t.currency, currency)),
    when(filters.status, (status) => eq(t.status, status)),
    when(filters.source, (source) => eq(t.source, source)),
    when(filters.q, (words) => sql`${t.search} @@ (quote_literal(${`user:${ctx.actor.userId}`}::text)::tsquery && websearch_to_tsquery('simple', ${words}))`),
  );
}

/** Rows that are of the category as a whole: an index begins with its first levels. */
export function whollyOf(category: string): SQL | undefined {
  const levels = category.split(":");
  const depth = Math.min(levels.length, 3);
  const deeper = levels.length > 3 ? isWithin(sql`${t.shownCategory}`, category) : undefined;
  return and(isNull(t.splits), sql`${categoryTo(depth)} is not null`, sql`${categoryTo(depth)} = ${levels.slice(0, depth).join(":")}`, deeper);
}

/** Rows of which a part is of the category. */
export function partlyOf(category: string): SQL | undefined {
  return and(
    isNotNull(t.splits),
    sql`exists (select from jsonb_to_recordset(${t.splits}) as part(category text) where ${isWithin(sql`part.category`, category)})`,
  );
}

/** Whether a name is the category or one below it. */
export function isWithin(name: SQL, category: string): SQL {
  return sql`(${name} = ${category} or starts_with(${name}, ${`${category}:`}))`;
}
