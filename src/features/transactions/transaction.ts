import type { transactions } from "../../../db/schema/books.ts";
import { format } from "../../core/money.ts";

export type Row = Omit<typeof transactions.$inferSelect, "search">;

/** A part of a transaction: its own category and amount. */
export type Split = { category: string; amount: string; memo?: string | undefined };

export type Transaction = {
  id: string;
  accountId: string;
  source: string;
  transactionDate: string;
  amount: string;
  currency: string;
  category: string | null;
  description: string | null;
  counterparty: string | null;
  memo: string | null;
  notes: string | null;
  splits: Split[] | null;
  docNumber: string | null;
  kind: string;
  movedCash: boolean;
  status: string;
  createdAt: string;
  updatedAt: string;
};

/** A row as features hand it on: what a person said before what a provider said, its amount with its currency's digits. */
export function toTransaction(row: Omit<Row, "shownCategory" | "category1" | "category2" | "category3">): Transaction {
  const { id, accountId, source, transactionDate, currency, counterparty, memo, notes, docNumber, kind, movedCash, status, createdAt, updatedAt } = row;
  const splits = row.splits as Split[] | null;
  return {
    id,
    accountId,
    source,
    transactionDate,
    amount: format(row.amount, currency),
    currency,
    category: row.ownCategory ?? row.category,
    description: row.ownDescription ?? row.description,
    counterparty,
    memo,
    notes,
    splits: splits && splits.map((split) => ({ ...split, amount: format(split.amount, currency) })),
    docNumber,
    kind,
    movedCash,
    status,
    createdAt,
    updatedAt,
  };
}

/** Whether its rows are the user's own, to change and remove at will; a provider's are only commented. */
export function isOwn(row: Pick<Row, "source">): boolean {
  return row.source === "manual" || row.source === "import";
}
