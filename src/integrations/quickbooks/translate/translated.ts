/** What a document becomes: one transaction that people read, and the postings that prove it. */
import type { Decimal } from "../../../core/money.ts";

export type Kind =
  | "purchase"
  | "bill"
  | "vendor_credit"
  | "bill_payment"
  | "invoice"
  | "credit_memo"
  | "sales_receipt"
  | "refund_receipt"
  | "payment"
  | "deposit"
  | "transfer"
  | "journal"
  | "opening"
  | "adjustment";

export type Party = { readonly id: string; readonly name: string | null; readonly type: "customer" | "vendor" | "employee" | "other" };

export type Transaction = {
  /** `YYYY-MM-DD`, as the books say it; no zone. */
  date: string;
  /**
   * In positive, out negative, in `currency`. Where cash moved: the net effect on money at hand. Where it only moved
   * between own accounts (`transfer`): how much, positive. Otherwise what the document means for the business
   * (an invoice positive, a bill negative).
   */
  amount: Decimal;
  currency: string;
  kind: Kind;
  /** True when money at hand changed in total; the sum of `amount` over such transactions is the change of cash. */
  movedCash: boolean;
  /** Full name of the account that most of the document is for; null when it only settles or transfers. */
  category: string | null;
  categoryAccountId: string | null;
  counterparty: Party | null;
  description: string;
  memo: string | null;
  docNumber: string | null;
  status: "posted" | "voided";
};

/** One side of the double entry: debit positive. Over one document, `amount` and `homeAmount` each sum to zero. */
export type Posting = {
  line: number;
  /** A QuickBooks account id, or `role:<role>` where the chart of accounts lacks a well-known account. */
  accountId: string;
  amount: Decimal;
  currency: string;
  homeAmount: Decimal;
  memo: string | null;
  /** Whom the posting concerns, as `customer:24`. */
  entityId: string | null;
};

/**
 * `unknown_rate` leaves the transaction in place, posted at the document's own rate: an exchange difference is missing.
 * With every other code the document could not be posted and `transaction` is null.
 */
export type TranslationProblem = {
  code: "unknown_entity" | "unknown_line" | "unknown_account" | "unbalanced" | "unreadable" | "unknown_rate";
  detail: string;
};

export type Translated = {
  externalId: string;
  entity: string;
  /** SyncToken; null on tombstones, which carry none. */
  version: string | null;
  /** ISO instant in UTC; null only when the document is unreadable. */
  updatedAt: string | null;
  deleted: boolean;
  transaction: Transaction | null;
  postings: Posting[];
  problems: TranslationProblem[];
};
