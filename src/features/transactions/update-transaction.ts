import { and, eq } from "drizzle-orm";
import { transactions } from "../../../db/schema/books.ts";
import { myTransactions as t } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raisedVersion, raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import { checkDigits, checkSplits, largest } from "./own-rows.ts";
import { isOwn, type Row, type Split, toTransaction, type Transaction } from "./transaction.ts";

/** Fields to change; null takes back what a person said, or empties what a person entered. */
export type TransactionChange = {
  transactionDate?: string | undefined;
  amount?: string | undefined;
  currency?: string | undefined;
  description?: string | null | undefined;
  category?: string | null | undefined;
  counterparty?: string | null | undefined;
  memo?: string | null | undefined;
  notes?: string | null | undefined;
  splits?: Split[] | null | undefined;
};

const COMMENTS: readonly string[] = ["category", "description", "notes"];

/**
 * Changes a transaction. One of the user's own changes with its postings. Of a provider's, a person may say another
 * category, description or notes: kept beside the row, so that no sync undoes it and ledger reports stay the provider's.
 */
export async function updateTransaction(ctx: Ctx<"db">, id: string, change: TransactionChange): Promise<Transaction> {
  const [row] = await ctx.db
    .select()
    .from(t)
    .where(and(eq(t.id, id), eq(t.isDeleted, false)));
  if (!row) throw new Problem("not_found");
  const own = isOwn(row);
  const foreign = Object.keys(change).filter((field) => !COMMENTS.includes(field));
  if (!own && foreign.length > 0) {
    const errors = foreign.map((field) => ({ pointer: `/${field}`, detail: "is kept by QuickBooks" }));
    throw new Problem("conflict", {
      detail: "This transaction is kept by QuickBooks: change that there. Here, its category, description and notes can be said otherwise.",
      errors,
    });
  }
  if (own) checkOwn(row, change);
  const [, changed] = await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db
      .update(transactions)
      .set({ ...(own ? shown(change) : beside(change)), dataVersion: raisedVersion(ctx), updatedAt: ctx.now().toISOString() })
      .where(and(eq(transactions.id, id), eq(transactions.isDeleted, false), own ? eq(transactions.dataVersion, row.dataVersion) : undefined))
      .returning(),
    ...(own ? manualPostings(ctx, [id]) : []),
    auditRow(ctx, ctx.db, {
      userId: ctx.actor.userId,
      action: "transaction.changed",
      subject: id,
      actor: ctx.actor.kind,
      details: { fields: Object.keys(change).join(" ") },
    }),
  ]);
  if (!changed[0]) throw new Problem("conflict", { detail: "Somebody changed this transaction at the same moment. Read it again." });
  return toTransaction(changed[0]);
}

function checkOwn(row: Row, change: TransactionChange): void {
  const next = {
    amount: change.amount ?? row.amount,
    currency: change.currency ?? row.currency,
    splits: change.splits === undefined ? (row.splits as Split[] | null) : change.splits,
  };
  if (change.amount !== undefined || change.currency !== undefined) checkDigits(next);
  checkSplits(next);
}

/** Where parts are new and nothing else is said, the largest one's category is shown. */
function shown(change: TransactionChange): TransactionChange {
  return change.splits && change.category === undefined ? { ...change, category: largest(change.splits) } : change;
}

function beside({ category, description, notes }: TransactionChange) {
  return {
    ...(category === undefined ? {} : { ownCategory: category }),
    ...(description === undefined ? {} : { ownDescription: description }),
    ...(notes === undefined ? {} : { notes }),
  };
}
