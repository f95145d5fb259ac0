/**
 * What QuickBooks posts by itself and shows in no document, told from everything else in its own ledger. What is not
 * known for such a posting stays a difference: nothing here explains an error of ours away.
 */
import { fromUnits, toUnits } from "../../../core/money.ts";
import type { LedgerLine } from "../reports.ts";
import { type Books, settles } from "./books.ts";

export type Cause =
  /** Cost of goods sold against stock, of sold items. */
  | "cogs"
  /** The stock that an item began with, against equity. */
  | "opening_stock"
  /** Stock counted, lost or found. */
  | "stock_adjustment"
  /** Unrealised: open foreign balances at another day's rate. */
  | "revaluation"
  /** Realised: a payment at a rate that our copy does not know. */
  | "exchange"
  /** Cents of a foreign document that QuickBooks rounded otherwise. */
  | "rounding";

/** One of our documents as it stands in the copy: what it posts, which items it names, and whether a rate was missing. */
export type Held = { currency: string; items: readonly string[]; unknownRate: boolean; postings: readonly (readonly [account: string, homeAmount: string])[] };

export type ProviderLine = { accountId: string; homeAmount: string; cause: Cause; memo: string | null };
/** Lines of one transaction, adding up to zero. Without a document the entry is QuickBooks' own. */
export type ProviderEntry = { document: string | null; date: string; type: string; lines: ProviderLine[] };

type Part = { accountId: string; units: bigint; memo: string | null };
type Entry = { document: string | null; date: string; type: string; parts: Part[] };

/** What our copy of the period lacks and QuickBooks' ledger shows, as far as its cause is certain. `held` is keyed by `Invoice:70`. */
export function providerEntries(lines: readonly LedgerLine[], held: ReadonlyMap<string, Held>, books: Books): ProviderEntry[] {
  return entriesOf(lines, held, books).flatMap((entry) => {
    const document = entry.document === null ? undefined : held.get(entry.document);
    const found = document ? besides(entry, document, books) : entry.document === null ? withCause(entry.parts, ownCause(entry.parts, books)) : [];
    return found.length > 0 ? [{ document: entry.document, date: entry.date, type: entry.type, lines: found }] : [];
  });
}

/** The transactions of the ledger. A line to an account that is in no list makes its transaction one that is not understood. */
function entriesOf(lines: readonly LedgerLine[], held: ReadonlyMap<string, Held>, books: Books): Entry[] {
  const entries = new Map<string, Entry>();
  const strange = new Set<string>();
  for (const line of lines) {
    const document = documentOf(line, held);
    const key = document ?? `${line.date} ${line.type} ${line.transactionId ?? ""}`;
    const entry = entries.get(key) ?? { document, date: line.date, type: line.type, parts: [] };
    entries.set(key, entry);
    if (line.accountId === null || !books.accounts.has(line.accountId)) strange.add(key);
    else entry.parts.push({ accountId: line.accountId, units: toUnits(line.debit) - toUnits(line.credit), memo: line.memo });
  }
  return [...entries].filter(([key]) => !strange.has(key)).map(([, entry]) => entry);
}

const LABELS: Readonly<Record<string, string>> = {
  Invoice: "Invoice",
  Bill: "Bill",
  Check: "Purchase",
  Cheque: "Purchase",
  Expense: "Purchase",
  "Cash Expense": "Purchase",
  "Credit Card Expense": "Purchase",
  "Credit Card Credit": "Purchase",
  "Sales Receipt": "SalesReceipt",
  Refund: "RefundReceipt",
  "Credit Memo": "CreditMemo",
  "Vendor Credit": "VendorCredit",
  Payment: "Payment",
  "Bill Payment (Check)": "BillPayment",
  "Bill Payment (Cheque)": "BillPayment",
  "Bill Payment (Credit Card)": "BillPayment",
  Deposit: "Deposit",
  Transfer: "Transfer",
  "Journal Entry": "JournalEntry",
  "Credit Card Payment": "CreditCardPayment",
};
const ENTITIES: readonly string[] = [...new Set(Object.values(LABELS))];

/** The document of a line: by its title where that is known, else by its id where only one document has it (titles are in the company's language). */
function documentOf({ type, transactionId }: LedgerLine, held: ReadonlyMap<string, Held>): string | null {
  if (transactionId === null) return null;
  const entity = LABELS[type];
  if (entity !== undefined) return `${entity}:${transactionId}`;
  const candidates = ENTITIES.map((name) => `${name}:${transactionId}`).filter((key) => held.has(key));
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

/** Why an entry without a document exists. Only what touches the accounts of such an entry, and nothing else, is one. */
function ownCause(parts: readonly Part[], books: Books): Cause | null {
  const accounts = [...new Set(parts.map(({ accountId }) => accountId))].map((id) => books.accounts.get(id));
  const stock = accounts.filter((account) => account !== undefined && isStock(account.id, books));
  const rest = accounts.filter((account) => account !== undefined && !isStock(account.id, books));
  if (stock.length > 0 && rest.every((account) => account?.classification === "Equity")) return "opening_stock";
  if (stock.length > 0 && rest.every((account) => account?.classification === "Expense")) return "stock_adjustment";
  const gain = accounts.filter((account) => account?.currency === books.homeCurrency && isGain(account.accountType, account.accountSubType));
  const valued = accounts.filter((account) => account?.currency !== books.homeCurrency);
  return gain.length > 0 && valued.length > 0 && gain.length + valued.length === accounts.length ? "revaluation" : null;
}

function isStock(accountId: string, books: Books): boolean {
  if (books.accounts.get(accountId)?.accountSubType === "Inventory") return true;
  return [...books.items.values()].some((item) => item.type === "Inventory" && item.assetAccountId === accountId);
}

/** Where exchange differences go, realised or not: QuickBooks makes it as another expense, and a person may move it to income. */
function isGain(accountType: string, accountSubType: string): boolean {
  return accountSubType === "ExchangeGainOrLoss" || accountType === "Other Expense" || accountType === "Other Income";
}

function withCause(parts: readonly Part[], cause: Cause | null): ProviderLine[] {
  if (cause === null || parts.reduce((sum, { units }) => sum + units, 0n) !== 0n) return [];
  return parts.filter(({ units }) => units !== 0n).map(({ accountId, units, memo }) => ({ accountId, homeAmount: fromUnits(units), cause, memo }));
}

/** What a ledger entry has beside what the document posts in our copy. */
function besides(entry: Entry, document: Held, books: Books): ProviderLine[] {
  const cogs = withCause(costOf(entry.parts, document, books), "cogs");
  const left = new Map<string, bigint>();
  const move = (accountId: string, units: bigint) => left.set(accountId, (left.get(accountId) ?? 0n) + units);
  for (const { accountId, units } of entry.parts) move(accountId, units);
  for (const [accountId, amount] of document.postings) move(accountId, -toUnits(amount));
  for (const { accountId, homeAmount } of cogs) move(accountId, -toUnits(homeAmount));
  const rest = [...left].filter(([, units]) => units !== 0n).map(([accountId, units]) => ({ accountId, units, memo: null }));
  return [...cogs, ...withCause(rest, exchangeCause(rest, entry, document, books))];
}

/**
 * The lines to stock and cost accounts of the items that the document names, less what the document posts there itself.
 * Where one of our own amounts is not among QuickBooks', the document is another than ours, and no cost is certain.
 */
function costOf(parts: readonly Part[], document: Held, books: Books): Part[] {
  const accounts = new Set<string>();
  for (const id of document.items) {
    const item = books.items.get(id);
    if (item?.type !== "Inventory") continue;
    for (const account of books.accounts.values()) {
      const own = account.id === item.assetAccountId || account.id === item.expenseAccountId;
      const usual =
        (item.assetAccountId === null && isStock(account.id, books)) || (item.expenseAccountId === null && account.accountType === "Cost of Goods Sold");
      if (own || usual) accounts.add(account.id);
    }
  }
  const extra = parts.filter(({ accountId }) => accounts.has(accountId));
  for (const [accountId, amount] of document.postings) {
    if (!accounts.has(accountId)) continue;
    const at = extra.findIndex((part) => part.accountId === accountId && part.units === toUnits(amount));
    if (at < 0) return [];
    extra.splice(at, 1);
  }
  return extra;
}

const CENT = toUnits("0.01");

/** Only cents, at most one a line, or a settlement whose rate we lack; either way the other side is the exchange account. */
function exchangeCause(rest: readonly Part[], entry: Entry, document: Held, books: Books): Cause | null {
  const account = (id: string) => books.accounts.get(id);
  if (document.currency === books.homeCurrency || !rest.some(({ accountId }) => account(accountId)?.accountSubType === "ExchangeGainOrLoss")) return null;
  const most = CENT * BigInt(entry.parts.length);
  if (rest.every(({ units }) => units <= most && -units <= most)) return "rounding";
  if (!document.unknownRate) return null;
  return rest.every(({ accountId }) => account(accountId)?.accountSubType === "ExchangeGainOrLoss" || settles(account(accountId))) ? "exchange" : null;
}
