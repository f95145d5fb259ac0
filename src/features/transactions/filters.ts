import { and, eq, gte, isNull, lte, type SQL, sql } from "drizzle-orm";
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

const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** The filters as one condition over the caller's own rows, but for the category: parts have categories of their own. */
export function conditionOf(ctx: Pick<Ctx, "actor">, filters: Filters): SQL | undefined {
  const moved = filters.movedCash ?? "true";
  const when = <V>(value: V | undefined, condition: (value: V) => SQL) => (value === undefined ? undefined : condition(value));
  return and(
    // the views admit no other user; said once more as a value, so that the planner knows how many rows this one has
    eq(t.userId, ctx.actor.userId),
    // written as the indexes are, so that the planner finds them
    sql`not ${t.isDeleted}`,
    moved === "any" ? undefined : moved === "true" ? sql`${t.movedCash}` : sql`not ${t.movedCash}`,
    when(filters.from, (from) => gte(t.transactionDate, from)),
    when(filters.to, (to) => lte(t.transactionDate, to)),
    when(filters.minAmount, (least) => gte(t.amount, least)),
    // as a row: two bounds of one column, whose statistics a policy hides, would be taken to leave one row
    when(filters.maxAmount, (most) => sql`(${t.amount}, ${t.id}) <= (${most}::numeric, ${LAST_ID}::uuid)`),
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
  const column = levels.length === 1 ? t.category1 : levels.length === 2 ? t.category2 : t.category3;
  const deeper = levels.length > 3 ? isWithin(sql`${t.shownCategory}`, category) : undefined;
  return and(isNull(t.splits), eq(column, levels.slice(0, 3).join(":")), deeper);
}

/** Whether a name is the category or one below it. */
export function isWithin(name: SQL, category: string): SQL {
  return sql`(${name} = ${category} or starts_with(${name}, ${`${category}:`}))`;
}
