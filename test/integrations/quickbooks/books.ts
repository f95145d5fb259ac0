/** A small chart of accounts and item list, with the ids of Intuit's sandbox where its samples name them. */
import { parseExact } from "../../../src/core/money.ts";
import { createBooks, type Item, type LedgerAccount } from "../../../src/integrations/quickbooks/translate/books.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";
import type { Translated } from "../../../src/integrations/quickbooks/translate/translated.ts";

const CHART: readonly [id: string, name: string, accountType: string, classification: string, accountSubType?: string, currency?: string][] = [
  ["4", "Undeposited Funds", "Other Current Asset", "Asset", "UndepositedFunds"],
  ["8", "Bank Charges", "Expense", "Expense"],
  ["13", "Meals and Entertainment", "Expense", "Expense"],
  ["33", "Accounts Payable (A/P)", "Accounts Payable", "Liability", "AccountsPayable"],
  ["35", "Checking", "Bank", "Asset", "Checking"],
  ["36", "Savings", "Bank", "Asset", "Savings"],
  ["37", "Truck", "Fixed Asset", "Asset"],
  ["42", "Visa", "Credit Card", "Liability", "CreditCard"],
  ["44", "Notes Payable", "Long Term Liability", "Liability"],
  ["45", "Landscaping Services", "Income", "Revenue"],
  ["48", "Fountains and Garden Lighting", "Income", "Revenue"],
  ["54", "Pest Control Services", "Income", "Revenue"],
  ["64", "Job Expenses:Job Materials:Decks and Patios", "Expense", "Expense"],
  ["65", "Job Expenses:Job Materials:Fountain and Garden Lighting", "Expense", "Expense"],
  ["80", "Cost of Goods Sold", "Cost of Goods Sold", "Expense"],
  ["81", "Inventory Asset", "Other Current Asset", "Asset", "Inventory"],
  ["82", "Design income", "Income", "Revenue"],
  ["84", "Accounts Receivable (A/R)", "Accounts Receivable", "Asset", "AccountsReceivable"],
  ["85", "Accounts Receivable (A/R) - EUR", "Accounts Receivable", "Asset", "AccountsReceivable", "EUR"],
  ["86", "Discounts given", "Income", "Revenue", "DiscountsRefundsGiven"],
  ["87", "Unapplied Cash Payment Income", "Income", "Revenue"],
  ["88", "Petty Cash", "Other Current Asset", "Asset"],
  ["89", "Board of Equalization Payable", "Other Current Liability", "Liability", "SalesTaxPayable"],
  ["90", "Exchange Gain or Loss", "Other Expense", "Expense", "ExchangeGainOrLoss"],
  ["91", "Berlin", "Bank", "Asset", "Checking", "EUR"],
  ["92", "Accounts Payable (A/P) - EUR", "Accounts Payable", "Liability", "AccountsPayable", "EUR"],
  ["93", "Second Agency Payable", "Other Current Liability", "Liability", "SalesTaxPayable"],
];

export const ACCOUNTS: LedgerAccount[] = CHART.map(([id, name, accountType, classification, accountSubType = "", currency = "USD"]) => ({
  id,
  name,
  fullyQualifiedName: name,
  accountType,
  accountSubType,
  classification,
  currency,
  active: true,
}));

const none = { parentId: null, incomeAccountId: null, expenseAccountId: null, assetAccountId: null, active: true };

export const ITEMS: Item[] = [
  { ...none, id: "3", name: "Concrete", type: "Service", incomeAccountId: "48" },
  { ...none, id: "4", name: "Design", type: "Service", incomeAccountId: "82" },
  { ...none, id: "5", name: "Rock Fountain", type: "Inventory", incomeAccountId: "48", expenseAccountId: "80", assetAccountId: "81" },
  { ...none, id: "10", name: "Pest Control", type: "Service", incomeAccountId: "54", expenseAccountId: "64" },
  { ...none, id: "11", name: "Pump", type: "Inventory", incomeAccountId: "48", expenseAccountId: "80", assetAccountId: "81" },
  { ...none, id: "20", name: "Landscaping", type: "Category", incomeAccountId: "45" },
  { ...none, id: "21", name: "Sod", type: "Service", parentId: "20" },
  { ...none, id: "22", name: "Nowhere", type: "Service" },
  { ...none, id: "23", name: "Circle", type: "Service", parentId: "23" },
];

export const BOOKS = createBooks({ homeCurrency: "USD", accounts: ACCOUNTS, items: ITEMS });

/** What every document has. */
export const ENVELOPE = {
  Id: "1",
  SyncToken: "0",
  TxnDate: "2026-03-04",
  MetaData: { CreateTime: "2026-03-04T10:00:00-08:00", LastUpdatedTime: "2026-03-04T10:00:00-08:00" },
};

/** Translates a document written as an object, through its JSON text as everything real is. */
export function translated(entity: string, document: object, books = BOOKS): Translated {
  return translate(entity, parseExact(JSON.stringify({ ...ENVELOPE, ...document })), books);
}

/** `account amount`, and `= home` where it differs: postings as one can read them. */
export function ledger(result: Translated): string[] {
  return result.postings.map(({ accountId, amount, homeAmount }) =>
    amount === homeAmount ? `${accountId} ${amount}` : `${accountId} ${amount} = ${homeAmount}`,
  );
}

/** Kind, amount and category, with `cash` where cash moved. */
export function meaning({ transaction, problems }: Translated): string {
  if (transaction === null) return problems.map(({ code }) => code).join(",");
  return [transaction.kind, transaction.amount, transaction.movedCash ? "cash" : "no cash", transaction.categoryAccountId ?? "-"].join(" ");
}

export const ref = (value: string, name?: string) => (name === undefined ? { value } : { value, name });

export const expense = (account: string, amount: number, more: object = {}) => ({
  Id: "1",
  Amount: amount,
  DetailType: "AccountBasedExpenseLineDetail",
  AccountBasedExpenseLineDetail: { AccountRef: ref(account), TaxCodeRef: ref("NON") },
  ...more,
});

export const sale = (item: string, amount: number, taxCode = "NON") => ({
  Amount: amount,
  DetailType: "SalesItemLineDetail",
  SalesItemLineDetail: { ItemRef: ref(item), Qty: 1, UnitPrice: amount, TaxCodeRef: ref(taxCode) },
});

export const subTotal = (amount: number) => ({ Amount: amount, DetailType: "SubTotalLineDetail", SubTotalLineDetail: {} });
