import type { Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { closedBalances, fiscalYearStart, isProfitAndLoss } from "../ledger/balances.ts";
import { netIncome } from "./profit-and-loss.ts";
import type { Asked } from "./period.ts";
import { cells, moneyColumns, plus, report, section, type RowJson } from "./shape.ts";
import { accountTree, type Branch } from "./tree.ts";

type Part =
  | { readonly title: string; readonly group: string; readonly types: readonly string[] }
  | { readonly title: string; readonly group: string; readonly parts: readonly Part[] };

const ASSETS: Part = {
  title: "ASSETS",
  group: "TotalAssets",
  parts: [
    {
      title: "Current Assets",
      group: "CurrentAssets",
      parts: [
        { title: "Bank Accounts", group: "BankAccounts", types: ["Bank"] },
        { title: "Accounts Receivable", group: "AR", types: ["Accounts Receivable"] },
        { title: "Other Current Assets", group: "OtherCurrentAssets", types: ["Other Current Asset"] },
      ],
    },
    { title: "Fixed Assets", group: "FixedAssets", types: ["Fixed Asset"] },
    { title: "Other Assets", group: "OtherAssets", types: ["Other Asset"] },
  ],
};

const LIABILITIES: Part = {
  title: "Liabilities",
  group: "Liabilities",
  parts: [
    {
      title: "Current Liabilities",
      group: "CurrentLiabilities",
      parts: [
        { title: "Accounts Payable", group: "AP", types: ["Accounts Payable"] },
        { title: "Credit Cards", group: "CreditCards", types: ["Credit Card"] },
        { title: "Other Current Liabilities", group: "OtherCurrentLiabilities", types: ["Other Current Liability"] },
      ],
    },
    { title: "Long-Term Liabilities", group: "LongTermLiabilities", types: ["Long Term Liability"] },
  ],
};

/** What is owned, what is owed, and what is left, on the last day of the period. */
export function balanceSheet(company: Company, ask: Asked): { [key: string]: Json } {
  const balances = closedBalances(company, ask.basis, ask.period.end);
  const amounts = new Map<string, readonly Cents[]>();
  for (const [id, amount] of balances) {
    if (!isProfitAndLoss(company, id)) amounts.set(id, [company.get("Account", id)?.body.Classification === "Asset" ? amount : -amount]);
  }
  const assets = part(company, ASSETS, amounts);
  const liabilities = part(company, LIABILITIES, amounts);
  const equity = equityOf(company, ask, amounts);
  const both = plus(liabilities.total, equity.total);
  const rows = [...assets.rows, section("LIABILITIES AND EQUITY", both, [...liabilities.rows, ...equity.rows], "TotalLiabilitiesAndEquity")];
  return report(company, "BalanceSheet", ask, moneyColumns(null), balances.size === 0 ? [] : rows);
}

function part(company: Company, wanted: Part, amounts: ReadonlyMap<string, readonly Cents[]>): Branch {
  if ("types" in wanted) {
    const branch = accountTree(company, wanted.types, amounts, 1);
    return { total: branch.total, rows: branch.rows.length > 0 ? [section(wanted.title, branch.total, branch.rows, wanted.group)] : [] };
  }
  const inner = wanted.parts.map((one) => part(company, one, amounts));
  const total = inner.reduce<Cents[]>((sum, branch) => plus(sum, branch.total), [0]);
  const rows = inner.flatMap((branch) => branch.rows);
  return { total, rows: rows.length > 0 ? [section(wanted.title, total, rows, wanted.group)] : [] };
}

function equityOf(company: Company, ask: Asked, amounts: ReadonlyMap<string, readonly Cents[]>): Branch {
  const own = accountTree(company, ["Equity"], amounts, 1);
  const net = netIncome(company, ask.basis, { start: fiscalYearStart(company, ask.period.end), end: ask.period.end });
  const rows: RowJson[] = [...own.rows, { ColData: cells({ value: "Net Income" }, [net]), type: "Data", group: "NetIncome" }];
  const total = plus(own.total, [net]);
  return { total, rows: [section("Equity", total, rows, "Equity")] };
}
