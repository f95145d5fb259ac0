/**
 * What a company's own lists say, as far as posting a document needs it: the chart of accounts, the items, the home
 * currency, and the exchange rates of documents that others settle.
 */
import type { Decimal } from "../../../core/money.ts";

export type LedgerAccount = {
  readonly id: string;
  readonly name: string;
  readonly fullyQualifiedName: string;
  readonly accountType: string;
  readonly accountSubType: string;
  readonly classification: string;
  readonly currency: string;
  readonly active: boolean;
};

export type Item = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly parentId: string | null;
  readonly incomeAccountId: string | null;
  readonly expenseAccountId: string | null;
  readonly assetAccountId: string | null;
  readonly active: boolean;
};

/** Accounts that QuickBooks posts to without naming them in the document, and how each is recognised in the chart. */
export const ROLES = {
  accounts_receivable: { name: "Accounts Receivable (A/R)", classification: "Asset", accountType: "Accounts Receivable", subTypes: [] },
  accounts_payable: { name: "Accounts Payable (A/P)", classification: "Liability", accountType: "Accounts Payable", subTypes: [] },
  undeposited_funds: { name: "Undeposited Funds", classification: "Asset", accountType: "Other Current Asset", subTypes: ["UndepositedFunds"] },
  sales_tax_payable: {
    name: "Sales Tax Payable",
    classification: "Liability",
    accountType: "Other Current Liability",
    subTypes: ["SalesTaxPayable", "GlobalTaxPayable"],
  },
  discounts: { name: "Discounts given", classification: "Revenue", accountType: "Income", subTypes: ["DiscountsRefundsGiven"] },
  exchange_gain_or_loss: { name: "Exchange Gain or Loss", classification: "Expense", accountType: "Other Expense", subTypes: ["ExchangeGainOrLoss"] },
} as const;
export type Role = keyof typeof ROLES;

export type Books = {
  readonly homeCurrency: string;
  readonly accounts: ReadonlyMap<string, LedgerAccount>;
  readonly items: ReadonlyMap<string, Item>;
  /** Exchange rate of a document that a payment or deposit settles, by `Invoice:70`. Needed for foreign currency only. */
  readonly rates: ReadonlyMap<string, Decimal>;
  /** How much of a document was settled before another settles it, by `Invoice:70<Payment:163`, in its own currency. */
  readonly settledBefore: ReadonlyMap<string, Decimal>;
  /** The liability account of a tax rate, by rate id, where a company has more than one tax agency. */
  readonly taxAccounts: ReadonlyMap<string, string>;
  /** Account id by `role` and by `role:currency`. Made by {@link createBooks}. */
  readonly roles: ReadonlyMap<string, string>;
};

/** Indexes a company's lists. Inactive accounts and items belong in them: old documents still post there. */
export function createBooks(lists: {
  homeCurrency: string;
  accounts: Iterable<LedgerAccount>;
  items: Iterable<Item>;
  rates?: ReadonlyMap<string, Decimal>;
  settledBefore?: ReadonlyMap<string, Decimal>;
  taxAccounts?: ReadonlyMap<string, string>;
}): Books {
  const accounts = new Map(Array.from(lists.accounts, (account) => [account.id, account]));
  return {
    homeCurrency: lists.homeCurrency,
    accounts,
    items: new Map(Array.from(lists.items, (item) => [item.id, item])),
    rates: lists.rates ?? new Map(),
    settledBefore: lists.settledBefore ?? new Map(),
    taxAccounts: lists.taxAccounts ?? new Map(),
    roles: findRoles(accounts.values(), lists.homeCurrency),
  };
}

/**
 * The account that plays `role` for documents in `currency`: the one kept in that currency, else the one in home
 * currency. Where the chart has none, the synthetic id `role:<role>`, so that the amount is still named somewhere.
 */
export function accountOfRole(books: Books, role: Role, currency: string): string {
  return books.roles.get(`${role}:${currency}`) ?? books.roles.get(role) ?? `role:${role}`;
}

/**
 * True for money at hand: bank and card accounts, and Undeposited Funds (received, not banked yet), so that a receipt
 * counts once, on the day it came, and banking it is a transfer.
 */
export function holdsCash(account: LedgerAccount | undefined): boolean {
  return account !== undefined && (account.accountType === "Bank" || account.accountType === "Credit Card" || account.accountSubType === "UndepositedFunds");
}

/** True for accounts that settle a claim instead of saying what money was for. */
export function settles(account: LedgerAccount | undefined): boolean {
  return account?.accountType === "Accounts Receivable" || account?.accountType === "Accounts Payable";
}

/** True for income and expense accounts of any kind. */
export function inProfitAndLoss(account: LedgerAccount | undefined): boolean {
  return account?.classification === "Revenue" || account?.classification === "Expense";
}

/** Among several candidates an active one wins, then the oldest (QuickBooks' own default is the one it made first). */
function findRoles(accounts: Iterable<LedgerAccount>, homeCurrency: string): Map<string, string> {
  const roles = new Map<string, string>();
  const ranked = [...accounts].sort((a, b) => Number(b.active) - Number(a.active) || byAge(a.id, b.id));
  for (const role of Object.keys(ROLES) as Role[]) {
    const candidates = ranked.filter((account) => plays(account, role)).sort((a, b) => rank(a, role) - rank(b, role));
    for (const account of candidates) {
      const key = `${role}:${account.currency}`;
      if (!roles.has(key)) roles.set(key, account.id);
    }
    const fallback = candidates.find((account) => account.currency === homeCurrency) ?? candidates[0];
    if (fallback) roles.set(role, fallback.id);
  }
  return roles;
}

function plays(account: LedgerAccount, role: Role): boolean {
  const { accountType, subTypes } = ROLES[role];
  return subTypes.length > 0 ? rank(account, role) >= 0 : account.accountType === accountType;
}

function rank(account: LedgerAccount, role: Role): number {
  const subTypes: readonly string[] = ROLES[role].subTypes;
  return subTypes.indexOf(account.accountSubType);
}

/** Ids are decimal strings: the shorter is the older, then the smaller. */
function byAge(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
