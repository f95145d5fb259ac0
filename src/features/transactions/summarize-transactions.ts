import { asc, sql } from "drizzle-orm";
import { myAccounts, myTransactions as t } from "../../../db/schema/views.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { conditionOf, type Filters } from "./filters.ts";

const DIMENSIONS = {
  day: sql<string | null>`${t.transactionDate}::text`,
  month: sql<string | null>`to_char(${t.transactionDate}, 'YYYY-MM')`,
  quarter: sql<string | null>`to_char(${t.transactionDate}, 'YYYY-"Q"Q')`,
  year: sql<string | null>`to_char(${t.transactionDate}, 'YYYY')`,
  category: sql<string | null>`${t.category}`,
  counterparty: sql<string | null>`${t.counterparty}`,
  account: sql<string | null>`(select ${myAccounts.displayName} from ${myAccounts} where ${myAccounts.id} = ${t.accountId})`,
  currency: sql<string | null>`${t.currency}`,
};
export type Dimension = keyof typeof DIMENSIONS;
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as [Dimension, ...Dimension[]];

export type SummaryRow = { key: string | null; currency: string; in: string; out: string; net: string; count: number };

const GROUPS_MOST = 2_000;

/** Totals in, out and net by one dimension, computed by the database, per currency and never mixed. `out` is negative. */
export async function summarizeTransactions(ctx: Ctx<"db">, filters: Filters, groupBy: Dimension): Promise<{ data: SummaryRow[]; complete: boolean }> {
  const key = DIMENSIONS[groupBy];
  const rows = await ctx.db
    .select({
      key: key.as("key"),
      currency: t.currency,
      in: sql<string>`coalesce(sum(${t.amount}) filter (where ${t.amount} > 0), 0)`,
      out: sql<string>`coalesce(sum(${t.amount}) filter (where ${t.amount} < 0), 0)`,
      net: sql<string>`sum(${t.amount})`,
      count: sql<number>`count(*)::int`,
    })
    .from(t)
    .where(conditionOf(filters))
    .groupBy(sql`1`, t.currency)
    .orderBy(asc(sql`1`), asc(t.currency))
    .limit(GROUPS_MOST + 1);
  const data = rows.slice(0, GROUPS_MOST).map((row) => ({ ...row, in: format(row.in, row.currency), out: format(row.out, row.currency), net: format(row.net, row.currency) }));
  return { data, complete: rows.length <= GROUPS_MOST };
}
