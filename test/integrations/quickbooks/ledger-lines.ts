/** QuickBooks' own ledger, our copy of a document, and what the one has beside the other: as one can write and read them. */
import type { Books } from "../../../src/integrations/quickbooks/translate/books.ts";
import { type Held, providerEntries } from "../../../src/integrations/quickbooks/translate/provider.ts";

export type Side = [account: string, amount: number];

/** What an invoice says, and what QuickBooks posts with it: the cost of what it sells. */
export const SALE: Side[] = [
  ["84", 275],
  ["48", -275],
];
export const COST: Side[] = [
  ["80", 120],
  ["81", -120],
];

/** Ledger lines of one transaction, debit positive. */
export const lines = (type: string, transactionId: string | null, ...sides: Side[]) =>
  sides.map(([accountId, amount]) => ({
    date: "2026-03-04",
    type,
    transactionId,
    number: "",
    memo: null,
    accountId,
    account: accountId,
    debit: amount > 0 ? amount.toFixed(2) : "0.00",
    credit: amount < 0 ? (-amount).toFixed(2) : "0.00",
  }));

export const held = (key: string, postings: Side[], more: Partial<Held> = {}): ReadonlyMap<string, Held> =>
  new Map([
    [key, { currency: "USD", items: ["5"], unknownRate: false, postings: postings.map(([account, amount]) => [account, amount.toFixed(4)] as const), ...more }],
  ]);

export const found = (ledger: Parameters<typeof providerEntries>[0], copy: ReadonlyMap<string, Held>, books: Books) =>
  providerEntries(ledger, copy, books).map((entry) => [
    entry.document,
    ...entry.lines.map(({ cause, accountId, homeAmount }) => `${cause} ${accountId} ${homeAmount}`),
  ]);
