import type { myTransactions } from "../../../db/schema/views.ts";
import { format } from "../../core/money.ts";

export type Row = typeof myTransactions.$inferSelect;

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
  docNumber: string | null;
  kind: string;
  movedCash: boolean;
  status: string;
  createdAt: string;
  updatedAt: string;
};

/** A row as features hand it on: its amount written with its currency's digits. */
export function toTransaction(row: Row): Transaction {
  const { id, accountId, source, transactionDate, currency, category, description, counterparty, memo, docNumber, kind, movedCash, status, createdAt, updatedAt } = row;
  return { id, accountId, source, transactionDate, amount: format(row.amount, currency), currency, category, description, counterparty, memo, docNumber, kind, movedCash, status, createdAt, updatedAt };
}
