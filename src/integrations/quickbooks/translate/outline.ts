/** From balanced entries to the transaction that people read. */
import { exponentOf, fromUnits } from "../../../core/money.ts";
import { holdsCash, inProfitAndLoss, settles } from "./books.ts";
import { linesOf } from "./document.ts";
import type { Draft, PostedEntry } from "./draft.ts";
import type { Kind, Party, Posting, Transaction } from "./translated.ts";

/** What a family of documents says of itself beside its entries. */
export type Outline = {
  readonly kind: Kind;
  /** The signed amount to show where no cash moved, at scale 4. */
  readonly meaning: bigint;
  readonly party: Party | null;
};

/** The transaction of balanced entries; see `Transaction.amount` for which amount is shown. */
export function transactionOf(draft: Draft, outline: Outline, entries: readonly PostedEntry[]): Transaction {
  const cash = entries.filter((entry) => holdsCash(draft.books.accounts.get(entry.accountId)));
  const net = cash.reduce((total, entry) => total + entry.units, 0n);
  const moving = entries.filter((entry) => entry.part !== "exchange");
  const transfer = cash.length > 0 && cash.length === moving.length;
  const movedCash = !transfer && net !== 0n;
  const moved = cash.reduce((total, entry) => (entry.units > 0n ? total + entry.units : total), 0n);
  const category = transfer ? null : categoryOf(draft, outline, entries);
  return {
    ...basicsOf(draft, outline),
    amount: written(transfer ? moved : movedCash ? net : outline.meaning, draft.currency),
    kind: transfer ? "transfer" : outline.kind,
    movedCash,
    category: category === null ? null : (draft.books.accounts.get(category)?.fullyQualifiedName ?? category),
    categoryAccountId: category,
    status: "posted",
  };
}

/** A voided document stays in the list, worth nothing. */
export function voidedTransactionOf(draft: Draft, outline: Outline): Transaction {
  return { ...basicsOf(draft, outline), amount: written(0n, draft.currency), movedCash: false, category: null, categoryAccountId: null, status: "voided" };
}

export function postingsOf(draft: Draft, entries: readonly PostedEntry[]): Posting[] {
  return entries.map((entry, line) => ({
    line,
    accountId: entry.accountId,
    amount: written(entry.units, draft.currency),
    currency: draft.currency,
    homeAmount: written(entry.homeUnits, draft.books.homeCurrency),
    memo: entry.memo,
    entityId: entry.party === null ? null : `${entry.party.type}:${entry.party.id}`,
  }));
}

function basicsOf(
  draft: Draft,
  { kind, party }: Outline,
): Pick<Transaction, "date" | "currency" | "kind" | "counterparty" | "description" | "memo" | "docNumber"> {
  const { document } = draft;
  const memo = said(document.PrivateNote) ?? said(document.Memo);
  const described = linesOf(document)
    .map((line) => said(line.Description))
    .find((text) => text !== null);
  return {
    date: document.TxnDate,
    currency: draft.currency,
    kind,
    counterparty: party,
    description: described ?? memo ?? party?.name ?? kind.replaceAll("_", " "),
    memo,
    docNumber: said(document.DocNumber),
  };
}

/**
 * The account that most of the document is for. Cash, claims and tax are never what it is for. In a journal entry,
 * which has no header to tell purpose from means, income and expense come before the rest.
 */
function categoryOf(draft: Draft, outline: Outline, entries: readonly PostedEntry[]): string | null {
  const totals = new Map<string, bigint>();
  for (const entry of entries) {
    const account = draft.books.accounts.get(entry.accountId);
    if (entry.part === "line" && !holdsCash(account) && !settles(account)) totals.set(entry.accountId, (totals.get(entry.accountId) ?? 0n) + entry.units);
  }
  const candidates = [...totals.keys()];
  const earning = candidates.filter((id) => inProfitAndLoss(draft.books.accounts.get(id)));
  const pool = outline.kind === "journal" && earning.length > 0 ? earning : candidates;
  return pool.reduce<string | null>((best, id) => (best === null || size(totals.get(id)) > size(totals.get(best)) ? id : best), null);
}

function size(units = 0n): bigint {
  return units < 0n ? -units : units;
}

function said(text: string | null | undefined): string | null {
  const trimmed = text?.trim();
  return trimmed ? trimmed : null;
}

function written(units: bigint, currency: string): string {
  return fromUnits(units, exponentOf(currency));
}
