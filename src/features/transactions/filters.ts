import { and, eq, gte, lte, or, type SQL, sql } from "drizzle-orm";
import { myTransactions as t } from "../../../db/schema/views.ts";

/** What a list, a summary or a report is narrowed to. The default moves cash only, so that an invoice and its payment are not both counted. */
export type Filters = {
  from?: string | undefined;
  to?: string | undefined;
  accountId?: string | undefined;
  /** Full name of a category; one with children includes them. */
  category?: string | undefined;
  currency?: string | undefined;
  source?: string | undefined;
  movedCash?: "true" | "false" | "any" | undefined;
};

/** The filters as one condition over the caller's own rows. */
export function conditionOf(filters: Filters): SQL | undefined {
  const moved = filters.movedCash ?? "true";
  return and(
    eq(t.isDeleted, false),
    moved === "any" ? undefined : eq(t.movedCash, moved === "true"),
    filters.from === undefined ? undefined : gte(t.transactionDate, filters.from),
    filters.to === undefined ? undefined : lte(t.transactionDate, filters.to),
    filters.accountId === undefined ? undefined : eq(t.accountId, filters.accountId),
    filters.currency === undefined ? undefined : eq(t.currency, filters.currency),
    filters.source === undefined ? undefined : eq(t.source, filters.source),
    filters.category === undefined ? undefined : or(eq(t.category, filters.category), sql`starts_with(${t.category}, ${`${filters.category}:`})`),
  );
}
