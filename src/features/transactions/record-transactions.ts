import { transactions } from "../../../db/schema/books.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import { asWritten, checkDigits, checkSplits, manualAccountOf, type NewTransaction, ownRow } from "./own-rows.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

/** Adds many transactions by hand, all or none, in the order given; a refusal points at its row. */
export async function recordTransactions(ctx: Ctx<"db">, inputs: readonly NewTransaction[]): Promise<Transaction[]> {
  for (const [index, input] of inputs.entries()) {
    checkDigits(input, `/transactions/${index}`);
    checkSplits(input, `/transactions/${index}`);
  }
  const rows = inputs.map((input) => ownRow(ctx, input));
  const ids = rows.map((row) => row.id);
  await ctx.foretell(async () => {
    const accountId = await manualAccountOf(ctx);
    return rows.map((row) => asWritten(row, accountId));
  });
  const [, created] = await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db.insert(transactions).values(rows).returning(),
    ...manualPostings(ctx, ids),
    auditRow(ctx, ctx.db, {
      userId: ctx.actor.userId,
      action: "transaction.recorded",
      subject: ids[0] ?? "",
      actor: ctx.actor.kind,
      details: { count: ids.length },
    }),
  ]);
  const byId = new Map(created.map((row) => [row.id, toTransaction(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
