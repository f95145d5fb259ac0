import type { Range } from "./columns.ts";
import type { ReportType } from "./report.ts";

export type LedgerAccount = { id: string; fullName: string; classification: string; accountType: string; accountSubType: string | null; currency: string };

/** What a line is made of: postings of some accounts in some range of days, all with one sign. So every figure can be opened. */
export type Definition = { key: string; section: string; name: string; currency: string; sign: 1 | -1; picks: { accounts: readonly string[]; range: Range }[] };
export type Statement = { lines: Definition[]; totals: Definition[]; notes: string[] };

const RESULT: readonly string[] = ["Revenue", "Expense"];
const CASH: readonly string[] = ["Bank", "UndepositedFunds"];

/** The lines of a ledger report over a chart of accounts in one currency. */
export function statementOf(type: Exclude<ReportType, "transactions" | "category_breakdown">, accounts: readonly LedgerAccount[], currency: string): Statement {
  const make = { profit_and_loss: profitAndLoss, balance_sheet: balanceSheet, trial_balance: trialBalance, cash_flow: cashFlow }[type];
  return make(accounts, currency);
}

function line(account: LedgerAccount, section: string, sign: 1 | -1, range: Range, currency: string): Definition {
  return { key: account.id, section, name: account.fullName, currency, sign, picks: [{ accounts: [account.id], range }] };
}

/** A figure over all of some lines' postings. The lines' own signs do not matter: what counts is the side in the ledger. */
function total(key: string, name: string, sign: 1 | -1, currency: string, ...of: readonly (readonly Definition[])[]): Definition {
  return { key: `${key}:${currency}`, section: "Total", name, currency, sign, picks: of.flat().flatMap((one) => one.picks) };
}

/** Income positive, costs positive, and what remains. */
function profitAndLoss(accounts: readonly LedgerAccount[], currency: string): Statement {
  const of = (accountType: string, section: string, sign: 1 | -1) =>
    accounts.filter((one) => RESULT.includes(one.classification) && one.accountType === accountType).map((one) => line(one, section, sign, "moved", currency));
  const income = of("Income", "Income", -1);
  const cost = of("Cost of Goods Sold", "Cost of goods sold", 1);
  const expenses = of("Expense", "Expenses", 1);
  const otherIncome = of("Other Income", "Other income", -1);
  const otherExpenses = of("Other Expense", "Other expenses", 1);
  return {
    lines: [...income, ...cost, ...expenses, ...otherIncome, ...otherExpenses],
    totals: [
      total("income", "Income", -1, currency, income),
      total("gross_profit", "Gross profit", -1, currency, income, cost),
      total("expenses", "Expenses", 1, currency, expenses),
      total("operating_income", "Net operating income", -1, currency, income, cost, expenses),
      total("net_income", "Net income", -1, currency, income, cost, expenses, otherIncome, otherExpenses),
    ],
    notes: [],
  };
}

/** Balances on the last day. Result accounts show their fiscal year; what earlier years earned stands in retained earnings. */
function standing(accounts: readonly LedgerAccount[], currency: string) {
  const result = accounts.filter((one) => RESULT.includes(one.classification));
  const lines = accounts
    .filter((one) => !RESULT.includes(one.classification))
    .map((one) => line(one, one.classification, one.classification === "Asset" ? 1 : -1, "until", currency));
  const earlier = { accounts: result.map((one) => one.id), range: "prior" as const };
  const retained = accounts.find((one) => one.accountSubType === "RetainedEarnings");
  const into = lines.find((one) => one.key === retained?.id);
  if (into) into.picks.push(earlier);
  else lines.push({ key: `retained:${currency}`, section: "Equity", name: "Retained Earnings", currency, sign: -1, picks: [earlier] });
  return { lines, result };
}

/** What is owned, what is owed, and what is left; both sides are equal. */
function balanceSheet(accounts: readonly LedgerAccount[], currency: string): Statement {
  const { lines, result } = standing(accounts, currency);
  const net: Definition = {
    key: `net_income:${currency}`,
    section: "Equity",
    name: "Net Income",
    currency,
    sign: -1,
    picks: [{ accounts: result.map((one) => one.id), range: "year" }],
  };
  const of = (section: string) => lines.filter((one) => one.section === section);
  const equity = [...of("Equity"), net];
  return {
    lines: [...of("Asset"), ...of("Liability"), ...equity],
    totals: [
      total("assets", "Assets", 1, currency, of("Asset")),
      total("liabilities", "Liabilities", -1, currency, of("Liability")),
      total("equity", "Equity", -1, currency, equity),
      total("liabilities_and_equity", "Liabilities and equity", -1, currency, of("Liability"), equity),
    ],
    notes: [],
  };
}

/** Every account's balance, debit positive; they add up to zero. */
function trialBalance(accounts: readonly LedgerAccount[], currency: string): Statement {
  const { lines, result } = standing(accounts, currency);
  const all = [...lines.map((one) => ({ ...one, sign: 1 as const })), ...result.map((one) => line(one, one.classification, 1, "year", currency))];
  return { lines: all, totals: [total("difference", "Difference", 1, currency, all)], notes: [] };
}

const INVESTING: readonly string[] = ["Fixed Asset", "Other Asset"];
const FINANCING: readonly string[] = ["Long Term Liability", "Equity"];

/** Where cash came from and where it went, from net income by what changed beside it. */
function cashFlow(accounts: readonly LedgerAccount[], currency: string): Statement {
  const isCash = (one: LedgerAccount) => CASH.includes(one.accountType) || CASH.includes(one.accountSubType ?? "");
  const result = accounts.filter((one) => RESULT.includes(one.classification));
  const rest = accounts.filter((one) => !RESULT.includes(one.classification) && !isCash(one));
  const net: Definition = {
    key: `net_income:${currency}`,
    section: "Operating",
    name: "Net income",
    currency,
    sign: -1,
    picks: [{ accounts: result.map((one) => one.id), range: "moved" }],
  };
  const section = (one: LedgerAccount) => (INVESTING.includes(one.accountType) ? "Investing" : FINANCING.includes(one.accountType) ? "Financing" : "Operating");
  const lines = [net, ...rest.map((one) => line(one, section(one), -1, "moved", currency))];
  const of = (name: string) => lines.filter((one) => one.section === name);
  const cash = (key: string, name: string, range: Range): Definition => ({
    key: `${key}:${currency}`,
    section: "Total",
    name,
    currency,
    sign: 1,
    picks: [{ accounts: accounts.filter(isCash).map((one) => one.id), range }],
  });
  return {
    lines: [...of("Operating"), ...of("Investing"), ...of("Financing")],
    totals: [
      total("operating", "Cash from operations", -1, currency, of("Operating")),
      total("investing", "Cash from investing", -1, currency, of("Investing")),
      total("financing", "Cash from financing", -1, currency, of("Financing")),
      cash("change", "Change in cash", "moved"),
      cash("beginning", "Cash at the beginning", "before"),
      cash("end", "Cash at the end", "until"),
    ],
    notes: [],
  };
}
