import { and, asc, eq, gte, inArray, lte, sql } from "drizzle-orm";
import { myLedgerAccounts as l, myPostings as p } from "../../../db/schema/views.ts";
import { add, isZero, negate } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import type { Figures, Line } from "./report.ts";

type Balance = { name: string; classification: string; amount: string };
type Scope = { accountId: string; currency: string; from?: string | undefined; to: string };

/** Sums of postings by ledger account, in the company's home currency: debit positive. */
async function balances(ctx: Ctx<"db">, scope: Scope, classifications: string[]): Promise<Balance[]> {
  return ctx.db
    .select({ name: l.fullName, classification: l.classification, amount: sql<string>`sum(${p.homeAmount})::text` })
    .from(p)
    .innerJoin(l, eq(l.id, p.ledgerAccountId))
    .where(and(eq(p.accountId, scope.accountId), scope.from === undefined ? undefined : gte(p.postingDate, scope.from), lte(p.postingDate, scope.to), inArray(l.classification, classifications)))
    .groupBy(l.id, l.fullName, l.classification)
    .having(sql`sum(${p.homeAmount}) <> 0`)
    .orderBy(asc(l.classification), asc(l.fullName));
}

/** Income positive, expenses positive, and what remains. Accrual. */
export async function profitAndLoss(ctx: Ctx<"db">, scope: Scope & { from: string }): Promise<Figures> {
  const rows = await balances(ctx, scope, ["Revenue", "Expense"]);
  const line = (row: Balance): Line => ({ section: row.classification, name: row.name, amount: row.classification === "Revenue" ? negate(row.amount) : add(row.amount), currency: scope.currency });
  const lines = rows.map(line).sort((a, b) => b.section.localeCompare(a.section) || a.name.localeCompare(b.name));
  const total = (section: string) => add(...lines.filter((one) => one.section === section).map((one) => one.amount));
  const [income, expenses] = [total("Revenue"), total("Expense")];
  return {
    lines,
    totals: [
      { name: "Income", amount: income, currency: scope.currency },
      { name: "Expenses", amount: expenses, currency: scope.currency },
      { name: "Net income", amount: add(income, negate(expenses)), currency: scope.currency },
    ],
  };
}

/** Every account's balance at the end of `to`: debit positive; the sum is zero. */
export async function trialBalance(ctx: Ctx<"db">, scope: Scope): Promise<Figures> {
  const rows = await balances(ctx, { ...scope, from: undefined }, ["Asset", "Liability", "Equity", "Revenue", "Expense"]);
  const lines = rows.map((row) => ({ section: row.classification, name: row.name, amount: add(row.amount), currency: scope.currency }));
  return { lines, totals: [{ name: "Difference", amount: add("0", ...lines.map((one) => one.amount)), currency: scope.currency }] };
}

/** Assets as debits; liabilities and equity as credits, with the profit so far; both sides are equal. */
export async function balanceSheet(ctx: Ctx<"db">, scope: Scope): Promise<Figures> {
  const rows = await balances(ctx, { ...scope, from: undefined }, ["Asset", "Liability", "Equity", "Revenue", "Expense"]);
  const standing = rows.filter((row) => !["Revenue", "Expense"].includes(row.classification));
  const profit = negate(add("0", ...rows.filter((row) => ["Revenue", "Expense"].includes(row.classification)).map((row) => row.amount)));
  const lines: Line[] = standing.map((row) => ({ section: row.classification, name: row.name, amount: row.classification === "Asset" ? add(row.amount) : negate(row.amount), currency: scope.currency }));
  if (!isZero(profit)) lines.push({ section: "Equity", name: "Profit so far", amount: profit, currency: scope.currency });
  const total = (wanted: string[]) => add("0", ...lines.filter((one) => wanted.includes(one.section)).map((one) => one.amount));
  return {
    lines,
    totals: [
      { name: "Assets", amount: total(["Asset"]), currency: scope.currency },
      { name: "Liabilities and equity", amount: total(["Liability", "Equity"]), currency: scope.currency },
    ],
  };
}
