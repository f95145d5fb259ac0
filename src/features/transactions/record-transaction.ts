import { transactions } from "../../../db/schema/books.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import { asWritten, checkDigits, checkSplits, manualAccountOf, type NewTransaction, ownRow } from "./own-rows.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

/** Adds one transaction by hand to the caller's own ledger, with its postings and its audit row, or nothing of it. */
export async function recordTransaction(ctx: Ctx<"db">, input: NewTransaction): Promise<Transaction> {
  checkDigits(input);
  checkSplits(input);
  const row = ownRow(ctx, input);
  await ctx.foretell(async () => asWritten(row, await manualAccountOf(ctx)));
  const [, created] = await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db.insert(transactions).values(row).returning(),
    ...manualPostings(ctx, [row.id]),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "transaction.recorded", subject: row.id, actor: ctx.actor.kind }),
  ]);
  if (!created[0]) throw new Error("insert returned no row");
  return toTransaction(created[0]);
}
