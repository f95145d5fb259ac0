import { eq, sql } from "drizzle-orm";
import { myAccounts } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { compare, add, exponentOf } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { raisedVersion } from "../books/data-version.ts";
import { type Split, toTransaction, type Transaction } from "./transaction.ts";

export type NewTransaction = {
  transactionDate: string;
  amount: string;
  currency: string;
  description: string;
  category?: string | undefined;
  counterparty?: string | undefined;
  memo?: string | undefined;
  notes?: string | undefined;
  splits?: Split[] | undefined;
};

/** The row of a transaction that a person entered: it stands in the `manual` account, which every user has. */
export function ownRow(ctx: Ctx<"db">, input: NewTransaction) {
  const now = ctx.now().toISOString();
  return {
    transactionDate: input.transactionDate,
    amount: input.amount,
    currency: input.currency,
    description: input.description,
    category: input.category ?? largest(input.splits),
    counterparty: input.counterparty ?? null,
    memo: input.memo ?? null,
    notes: input.notes ?? null,
    splits: input.splits ?? null,
    id: ctx.id(),
    userId: ctx.actor.userId,
    accountId: sql`(select id from accounts where user_id = ${ctx.actor.userId} and service_name = 'manual')`,
    source: "manual",
    kind: "manual",
    movedCash: true,
    dataVersion: raisedVersion(ctx),
    createdAt: now,
    updatedAt: now,
  };
}

/** The account in which it stands. */
export async function manualAccountOf(ctx: Ctx<"db">): Promise<string> {
  const [account] = await ctx.db.select({ id: myAccounts.id }).from(myAccounts).where(eq(myAccounts.serviceName, "manual"));
  if (!account) throw new Error("a user has no manual account");
  return account.id;
}

/** The row as the database will give it back. */
export function asWritten(row: ReturnType<typeof ownRow>, accountId: string): Transaction {
  return toTransaction({
    ...row,
    accountId,
    entity: null,
    externalId: null,
    docNumber: null,
    status: "posted",
    isDeleted: false,
    ownCategory: null,
    ownDescription: null,
    dataVersion: 0,
  });
}

/** Of what is in parts, the largest one's category stands for the whole where a single one is shown. */
export function largest(splits: Split[] | null | undefined): string | null {
  const size = (split: Split) => split.amount.replace("-", "");
  return splits?.reduce((most, split) => (compare(size(split), size(most)) > 0 ? split : most)).category ?? null;
}

/** Refuses parts whose sum is not the amount. `at` is the JSON pointer of the transaction in the body. */
export function checkSplits(row: { amount: string; currency: string; splits?: Split[] | null | undefined }, at = ""): void {
  if (!row.splits) return;
  row.splits.forEach((split, index) => checkDigits({ amount: split.amount, currency: row.currency }, `${at}/splits/${index}`));
  const sum = add(...row.splits.map((split) => split.amount));
  if (compare(sum, row.amount) === 0) return;
  const detail = `must add up to ${row.amount} ${row.currency}, not ${sum}`;
  throw new Problem("invalid_request", { detail: "The splits do not add up to the amount.", errors: [{ pointer: `${at}/splits`, detail }] });
}

/** Refuses an amount with more digits than its currency has: half a yen is a mistake of the sender. */
export function checkDigits(row: { amount: string; currency: string }, at = ""): void {
  const fraction = (row.amount.split(".")[1] ?? "").replace(/0{1,4}$/, "");
  const digits = exponentOf(row.currency);
  if (fraction.length <= digits) return;
  throw new Problem("invalid_request", {
    detail: "The amount is finer than its currency.",
    errors: [{ pointer: `${at}/amount`, detail: `must have at most ${digits} fraction digits in ${row.currency}` }],
  });
}
