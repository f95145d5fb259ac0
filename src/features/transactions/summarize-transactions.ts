import { and, asc, isNotNull, or, type SQL, sql } from "drizzle-orm";
import { myAccounts, myTransactions as t } from "../../../db/schema/views.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { conditionOf, type Filters, isWithin, whollyOf } from "./filters.ts";

const CATEGORY = sql<string | null>`coalesce(part.category, ${t.shownCategory})`;
const AMOUNT = sql`coalesce(part.amount, ${t.amount})`;

const DIMENSIONS = {
  day: sql<string | null>`${t.transactionDate}::text`,
  week: sql<string | null>`to_char(${t.transactionDate}, 'IYYY-"W"IW')`,
  month: sql<string | null>`to_char(${t.transactionDate}, 'YYYY-MM')`,
  quarter: sql<string | null>`to_char(${t.transactionDate}, 'YYYY-"Q"Q')`,
  year: sql<string | null>`to_char(${t.transactionDate}, 'YYYY')`,
  category: CATEGORY,
  counterparty: sql<string | null>`${t.counterparty}`,
  account: sql<string | null>`(select ${myAccounts.displayName} from ${myAccounts} where ${myAccounts.id} = ${t.accountId})`,
  currency: sql<string | null>`${t.currency}`,
};
export type Dimension = keyof typeof DIMENSIONS;
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as [Dimension, ...Dimension[]];

/** `second` is the key of the second dimension, null where there is none or it has no name. */
export type SummaryRow = { key: string | null; second: string | null; currency: string; in: string; out: string; net: string; count: number };

const GROUPS_MOST = 2_000;

/** Totals in, out and net by one or two dimensions, computed by the database, per currency and never mixed. `out` is negative. */
export async function summarizeTransactions(
  ctx: Ctx<"db">,
  filters: Filters,
  groupBy: Dimension,
  second?: Dimension,
): Promise<{ data: SummaryRow[]; complete: boolean }> {
  const byParts = groupBy === "category" || second === "category" || filters.category !== undefined;
  const amount = byParts ? AMOUNT : sql`${t.amount}`;
  const query = ctx.db
    .select({
      key: DIMENSIONS[groupBy].as("key"),
      second: (second === undefined ? sql<string | null>`null::text` : DIMENSIONS[second]).as("second"),
      currency: t.currency,
      in: sql<string>`coalesce(sum(${amount}) filter (where ${amount} > 0), 0)`,
      out: sql<string>`coalesce(sum(${amount}) filter (where ${amount} < 0), 0)`,
      net: sql<string>`sum(${amount})`,
      count: byParts ? sql<number>`count(distinct ${t.id})::int` : sql<number>`count(*)::int`,
    })
    .from(t)
    .$dynamic();
  // a transaction in parts counts in each of their categories, with that part's amount
  if (byParts) void query.leftJoin(PARTS, sql`true`);
  const rows = await query
    .where(and(conditionOf(ctx, filters), inCategory(filters.category)))
    .groupBy(sql`1`, sql`2`, t.currency)
    .orderBy(asc(sql`1`), asc(sql`2`), asc(t.currency))
    .limit(GROUPS_MOST + 1);
  const money = (row: SummaryRow) => ({ in: format(row.in, row.currency), out: format(row.out, row.currency), net: format(row.net, row.currency) });
  return { data: rows.slice(0, GROUPS_MOST).map((row) => ({ ...row, ...money(row) })), complete: rows.length <= GROUPS_MOST };
}

/** The parts of a row; of one that has none, a single empty one. */
export const PARTS = sql`lateral jsonb_to_recordset(${t.splits}) as part(category text, amount numeric)`;

function inCategory(category: string | undefined): SQL | undefined {
  if (category === undefined) return undefined;
  return or(whollyOf(category), and(isNotNull(t.splits), isWithin(sql`part.category`, category)));
}
