import { sql } from "drizzle-orm";
import { transactions } from "../../../db/schema/books.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raisedVersion, raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import { toTransaction, type Transaction } from "./transaction.ts";

export type NewTransaction = {
  transactionDate: string;
  amount: string;
  currency: string;
  description: string;
  category?: string | undefined;
  counterparty?: string | undefined;
  memo?: string | undefined;
};

/** Adds one transaction by hand to the caller's own ledger, with its postings and its audit row, or nothing of it. */
export async function recordTransaction(ctx: Ctx<"db">, input: NewTransaction): Promise<Transaction> {
  const { userId, kind } = ctx.actor;
  const id = ctx.id();
  const now = ctx.now().toISOString();
  const category = input.category ?? null;
  const row = {
    ...input,
    id,
    userId,
    accountId: sql`(select id from accounts where user_id = ${userId} and service_name = 'manual')`,
    source: "manual",
    kind: "manual",
    movedCash: true,
    dataVersion: raisedVersion(ctx),
    createdAt: now,
    updatedAt: now,
  };
  const [, created] = await ctx.db.batch([
    raiseDataVersion(ctx),
    ctx.db.insert(transactions).values(row).returning(),
    ...manualPostings(ctx, { transactionId: id, transactionDate: input.transactionDate, amount: input.amount, currency: input.currency, category }),
    auditRow(ctx, ctx.db, { userId, action: "transaction.recorded", subject: id, actor: kind }),
  ]);
  if (!created[0]) throw new Error("insert returned no row");
  return toTransaction(created[0]);
}
