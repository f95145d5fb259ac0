import { and, eq } from "drizzle-orm";
import { transactions } from "../../../db/schema/books.ts";
import { myTransactions as t } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raisedVersion, raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import type { NewTransaction } from "./record-transaction.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

/** Changes a transaction that was entered by hand, with its postings. One that came from a provider is the provider's: 409. */
export async function updateTransaction(ctx: Ctx<"db">, id: string, change: { [K in keyof NewTransaction]?: NewTransaction[K] | undefined }): Promise<Transaction> {
  const [row] = await ctx.db.select().from(t).where(and(eq(t.id, id), eq(t.isDeleted, false)));
  if (!row) throw new Problem("not_found");
  if (row.source !== "manual") throw new Problem("conflict", { detail: "This transaction is kept by QuickBooks: change it there." });
  const next = {
    transactionId: id,
    transactionDate: change.transactionDate ?? row.transactionDate,
    amount: change.amount ?? row.amount,
    currency: change.currency ?? row.currency,
    category: change.category ?? row.category,
  };
  const [, changed] = await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db
      .update(transactions)
      .set({ ...change, dataVersion: raisedVersion(ctx), updatedAt: ctx.now().toISOString() })
      .where(eq(transactions.id, id))
      .returning(),
    ...manualPostings(ctx, next),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "transaction.changed", subject: id, actor: ctx.actor.kind, details: { fields: Object.keys(change).join(" ") } }),
  ]);
  if (!changed[0]) throw new Problem("not_found");
  return toTransaction(changed[0]);
}
