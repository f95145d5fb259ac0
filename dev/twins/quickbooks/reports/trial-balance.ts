import { money } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { closedBalances } from "../ledger/balances.ts";
import type { Asked } from "./period.ts";
import { report, type RowJson } from "./shape.ts";

const ORDER = [
  "Bank",
  "Accounts Receivable",
  "Other Current Asset",
  "Fixed Asset",
  "Other Asset",
  "Accounts Payable",
  "Credit Card",
  "Other Current Liability",
  "Long Term Liability",
  "Equity",
  "Income",
  "Cost of Goods Sold",
  "Expense",
  "Other Income",
  "Other Expense",
];

/** Every account's balance at the end of the period, on the side it is on. */
export function trialBalance(company: Company, ask: Asked): { [key: string]: Json } {
  const balances = [...closedBalances(company, ask.basis, ask.period.end)].map(([id, amount]) => {
    const body = company.get("Account", id)?.body;
    return { id, amount, name: body?.FullyQualifiedName ?? id, rank: ORDER.indexOf(body?.AccountType ?? "") };
  });
  balances.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const rows: RowJson[] = balances.map(({ id, amount, name }) => ({
    ColData: [{ value: name, id }, { value: amount > 0 ? money(amount) : "" }, { value: amount < 0 ? money(-amount) : "" }],
  }));
  const total = balances.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0);
  const credits = balances.reduce((sum, { amount }) => sum + Math.max(-amount, 0), 0);
  if (rows.length > 0)
    rows.push({ Summary: { ColData: [{ value: "TOTAL" }, { value: money(total) }, { value: money(credits) }] }, type: "Section", group: "GrandTotal" });
  const columns = [
    { title: "", type: "Account", key: "account" },
    { title: "Debit", type: "Money", key: "debit" },
    { title: "Credit", type: "Money", key: "credit" },
  ];
  return report(company, "TrialBalance", ask, columns, rows);
}
