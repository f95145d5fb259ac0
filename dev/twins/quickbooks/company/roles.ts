import type { Ref } from "./body.ts";
import type { Company } from "./company.ts";
import type { Row } from "./table.ts";

/** Accounts that QuickBooks finds by what they are, and makes when they are first needed. */
export type Role =
  | "ar"
  | "ap"
  | "undeposited"
  | "tax"
  | "exchange"
  | "unrealized"
  | "unappliedIncome"
  | "unappliedExpense"
  | "retained"
  | "opening"
  | "discounts"
  | "inventory"
  | "cogs";

type Made = { readonly name: string; readonly type: string; readonly sub: string };

const ROLES: Readonly<Record<Role, Made>> = {
  ar: { name: "Accounts Receivable (A/R)", type: "Accounts Receivable", sub: "AccountsReceivable" },
  ap: { name: "Accounts Payable (A/P)", type: "Accounts Payable", sub: "AccountsPayable" },
  undeposited: { name: "Undeposited Funds", type: "Other Current Asset", sub: "UndepositedFunds" },
  tax: { name: "Sales Tax Payable", type: "Other Current Liability", sub: "SalesTaxPayable" },
  exchange: { name: "Exchange Gain or Loss", type: "Other Expense", sub: "ExchangeGainOrLoss" },
  unrealized: { name: "Unrealized Gain or Loss", type: "Other Expense", sub: "UnrealizedLossOnSecuritiesNetOfTax" },
  unappliedIncome: { name: "Unapplied Cash Payment Income", type: "Income", sub: "UnappliedCashPaymentIncome" },
  unappliedExpense: { name: "Unapplied Cash Bill Payment Expense", type: "Expense", sub: "UnappliedCashBillPaymentExpense" },
  retained: { name: "Retained Earnings", type: "Equity", sub: "RetainedEarnings" },
  opening: { name: "Opening Balance Equity", type: "Equity", sub: "OpeningBalanceEquity" },
  discounts: { name: "Discounts given", type: "Income", sub: "DiscountsRefundsGiven" },
  inventory: { name: "Inventory Asset", type: "Other Current Asset", sub: "Inventory" },
  cogs: { name: "Cost of Goods Sold", type: "Cost of Goods Sold", sub: "SuppliesMaterialsCogs" },
};

const CLASSIFICATION: Readonly<Record<string, string>> = {
  Bank: "Asset",
  "Accounts Receivable": "Asset",
  "Other Current Asset": "Asset",
  "Fixed Asset": "Asset",
  "Other Asset": "Asset",
  "Accounts Payable": "Liability",
  "Credit Card": "Liability",
  "Other Current Liability": "Liability",
  "Long Term Liability": "Liability",
  Equity: "Equity",
  Income: "Revenue",
  "Other Income": "Revenue",
  Expense: "Expense",
  "Other Expense": "Expense",
  "Cost of Goods Sold": "Expense",
};

export function classificationOf(accountType: string): string | undefined {
  return CLASSIFICATION[accountType];
}

const cache = new WeakMap<Company, Map<string, string>>();

/** The id of the account that plays a role, for receivables and payables by currency. Makes it when it is missing. */
export function accountFor(company: Company, role: Role, currency = company.profile.home): string {
  const foreign = (role === "ar" || role === "ap") && currency !== company.profile.home;
  const known = cache.get(company) ?? new Map<string, string>();
  cache.set(company, known);
  const key = foreign ? `${role}:${currency}` : role;
  const cached = known.get(key);
  if (cached && plays(company.get("Account", cached), role, foreign ? currency : company.profile.home)) return cached;
  const found = find(company, role, foreign ? currency : company.profile.home) ?? make(company, role, foreign ? currency : undefined);
  known.set(key, found);
  return found;
}

function find(company: Company, role: Role, currency: string): string | undefined {
  for (const one of company.table("Account").glimpses()) {
    if (plays(one.row(), role, currency)) return one.id;
  }
  return undefined;
}

function plays(row: Row | undefined, role: Role, currency: string): boolean {
  if (row?.body.AccountSubType !== ROLES[role].sub) return false;
  return (role !== "ar" && role !== "ap") || (row.body.CurrencyRef?.value ?? currency) === currency;
}

function make(company: Company, role: Role, currency: string | undefined): string {
  const { name, type, sub } = ROLES[role];
  return addAccount(company, { name: currency ? `${name} - ${currency}` : name, type, sub, ...(currency ? { currency } : {}) }).id;
}

export type NewAccount = { name: string; type: string; sub?: string; number?: string; currency?: string; parent?: Ref };

export function addAccount(company: Company, account: NewAccount): Row {
  const { home } = company.profile;
  const full = account.parent ? `${account.parent.name ?? ""}:${account.name}` : account.name;
  return company.insert("Account", {
    Name: account.name,
    SubAccount: account.parent !== undefined,
    ...(account.parent ? { ParentRef: { value: account.parent.value } } : {}),
    FullyQualifiedName: full,
    Active: true,
    Classification: classificationOf(account.type),
    AccountType: account.type,
    AccountSubType: account.sub ?? account.type.replaceAll(" ", ""),
    ...(account.number ? { AcctNum: account.number } : {}),
    CurrencyRef: currencyRef(account.currency ?? home),
  });
}

const CURRENCIES: Readonly<Record<string, string>> = {
  USD: "United States Dollar",
  EUR: "Euro",
  GBP: "British Pound Sterling",
  CAD: "Canadian Dollar",
  AUD: "Australian Dollar",
  JPY: "Japanese Yen",
  CHF: "Swiss Franc",
};

export function currencyRef(code: string): Ref {
  return { value: code, name: CURRENCIES[code] ?? code };
}
