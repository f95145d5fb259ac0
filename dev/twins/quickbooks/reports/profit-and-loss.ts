import type { Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { isProfitAndLoss, sums } from "../ledger/balances.ts";
import type { Basis } from "../ledger/posting.ts";
import { monthsOf, type Asked, type Period } from "./period.ts";
import { minus, moneyColumns, plus, report, section, summary, type RowJson } from "./shape.ts";
import { accountTree, type Branch } from "./tree.ts";

/** Income less expenses, each account on its own side; with one column a month when that is asked for. */
export function profitAndLoss(company: Company, ask: Asked): { [key: string]: Json } {
  const months = ask.byMonth ? monthsOf(ask.period) : null;
  const periods = months ? [...months, ask.period] : [ask.period];
  const amounts = columnAmounts(company, ask.basis, periods);
  const tree = (...types: string[]) => accountTree(company, types, amounts, periods.length);
  const parts = {
    income: tree("Income"),
    cogs: tree("Cost of Goods Sold"),
    expenses: tree("Expense"),
    otherIncome: tree("Other Income"),
    otherExpenses: tree("Other Expense"),
  };
  const rows = Object.values(parts).every((branch) => branch.rows.length === 0) ? [] : statement(parts);
  return report(company, "ProfitAndLoss", ask, moneyColumns(months), rows);
}

function statement({
  income,
  cogs,
  expenses,
  otherIncome,
  otherExpenses,
}: Record<"income" | "cogs" | "expenses" | "otherIncome" | "otherExpenses", Branch>): RowJson[] {
  const gross = minus(income.total, cogs.total);
  const operating = minus(gross, expenses.total);
  const other = minus(otherIncome.total, otherExpenses.total);
  return [
    section("Income", income.total, income.rows, "Income"),
    ...(cogs.rows.length > 0 ? [section("Cost of Goods Sold", cogs.total, cogs.rows, "COGS")] : []),
    summary("Gross Profit", gross, "GrossProfit"),
    section("Expenses", expenses.total, expenses.rows, "Expenses"),
    summary("Net Operating Income", operating, "NetOperatingIncome"),
    ...(otherIncome.rows.length > 0 ? [section("Other Income", otherIncome.total, otherIncome.rows, "OtherIncome")] : []),
    ...(otherExpenses.rows.length > 0 ? [section("Other Expenses", otherExpenses.total, otherExpenses.rows, "OtherExpenses")] : []),
    ...(otherIncome.rows.length + otherExpenses.rows.length > 0 ? [summary("Net Other Income", other, "NetOtherIncome")] : []),
    summary("Net Income", plus(operating, other), "NetIncome"),
  ];
}

/** Movements of income and expense accounts in each period, income turned positive. */
function columnAmounts(company: Company, basis: Basis, periods: readonly Period[]): Map<string, Cents[]> {
  const amounts = new Map<string, Cents[]>();
  for (const [index, { start, end }] of periods.entries()) {
    for (const [account, amount] of sums(company, basis, start, end)) {
      if (!isProfitAndLoss(company, account)) continue;
      const row = amounts.get(account) ?? periods.map(() => 0);
      amounts.set(account, row);
      row[index] = company.get("Account", account)?.body.Classification === "Revenue" ? -amount : amount;
    }
  }
  return amounts;
}

/** Net income of a period: what is earned is positive. */
export function netIncome(company: Company, basis: Basis, { start, end }: Period): Cents {
  let net = 0;
  for (const [account, amount] of sums(company, basis, start, end)) if (isProfitAndLoss(company, account)) net -= amount;
  return net;
}
