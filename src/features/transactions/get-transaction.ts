import { and, asc, eq } from "drizzle-orm";
import { myLedgerAccounts, myPostings, myTransactions as t } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

export type Posting = { line: number; ledgerAccount: string; amount: string; currency: string; memo: string | null };

/** One transaction of the caller's, with its double entry: debit positive. */
export async function getTransaction(ctx: Ctx<"db">, id: string): Promise<Transaction & { postings: Posting[] }> {
  const [[row], lines] = await ctx.db.batch([
    ctx.db.select().from(t).where(and(eq(t.id, id), eq(t.isDeleted, false))),
    ctx.db
      .select({ line: myPostings.line, ledgerAccount: myLedgerAccounts.fullName, amount: myPostings.amount, currency: myPostings.currency, memo: myPostings.memo })
      .from(myPostings)
      .innerJoin(myLedgerAccounts, eq(myLedgerAccounts.id, myPostings.ledgerAccountId))
      .where(eq(myPostings.transactionId, id))
      .orderBy(asc(myPostings.line)),
  ]);
  if (!row) throw new Problem("not_found");
  return { ...toTransaction(row), postings: lines.map((line) => ({ ...line, amount: format(line.amount, line.currency) })) };
}
