import { and, eq } from "drizzle-orm";
import { postings, transactions } from "../../../db/schema/books.ts";
import { myTransactions as t } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raisedVersion, raiseDataVersion } from "../books/data-version.ts";
import { isOwn } from "./transaction.ts";

/** Removes a transaction of the user's own; its row stays, marked, for the trail and so that its file adds it no second time. */
export async function removeTransaction(ctx: Ctx<"db">, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ source: t.source })
    .from(t)
    .where(and(eq(t.id, id), eq(t.isDeleted, false)));
  if (!row) throw new Problem("not_found");
  if (!isOwn(row)) throw new Problem("conflict", { detail: "This transaction is kept by QuickBooks: remove it there." });
  await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db
      .update(transactions)
      .set({ isDeleted: true, dataVersion: raisedVersion(ctx), updatedAt: ctx.now().toISOString() })
      .where(eq(transactions.id, id)),
    ctx.db.delete(postings).where(eq(postings.transactionId, id)),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "transaction.removed", subject: id, actor: ctx.actor.kind }),
  ]);
}
