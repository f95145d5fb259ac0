import { and, eq, inArray, sql } from "drizzle-orm";
import { archives } from "../../../db/schema/archives.ts";
import { postings, providerPostings, transactions, transactionVersions } from "../../../db/schema/books.ts";
import { parseExact } from "../../core/money.ts";
import { Problem } from "../../core/errors.ts";
import { sha256 } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";

/** The file of an archive: one transaction a line, each with its postings and its versions, as the tables held them. */
export const CONTENT_TYPE = "application/x-ndjson";
export type Archive = { id: string; sha256: string };

/** What a line holds under which name, and where that came from. Amounts are read as decimal strings. */
export const TABLES = { transaction: transactions, postings, provider: providerPostings, versions: transactionVersions } as const;

export type ArchivedPosting = { line: string; ledger_account_id: string; posting_date: string; home_amount: string; memo: string | null };
export type ArchivedTransaction = {
  transaction: Record<"id" | "account_id" | "transaction_date" | "amount" | "currency" | "kind", string> &
    Record<"category" | "own_category" | "description" | "own_description" | "counterparty" | "memo", string | null> & { moved_cash: boolean };
  postings: ArchivedPosting[];
  provider: ArchivedPosting[];
};

export const objectKey = (id: string) => `archive/${id}.ndjson`;

/** The text of a file, which is what was written: a file that is not there, or is another, is no answer. */
export async function textOf(ctx: Ctx<"files">, { id, sha256: wanted }: Archive): Promise<string> {
  const file = await ctx.files.get(ctx.actor.userId, objectKey(id));
  const text = file ? await new Response(file.body).text() : "";
  if ((await sha256(text)) === wanted) return text;
  throw new Problem("unavailable", { detail: "A file of the archive cannot be read.", retryAfterSeconds: 60, cause: new Error(`archive ${id}`) });
}

export async function transactionsIn(ctx: Ctx<"files">, archive: Archive): Promise<ArchivedTransaction[]> {
  return (await textOf(ctx, archive)).split("\n").map((line) => parseExact(line) as ArchivedTransaction);
}

const FILES_MOST = 100;

/** Removes some of the files of an account that is being erased, and their rows; false when there are none. */
export async function discardSome(ctx: Ctx<"db" | "files">, accountId: string): Promise<boolean> {
  const found = await ctx.db.select({ id: archives.id }).from(archives).where(eq(archives.accountId, accountId)).limit(FILES_MOST);
  if (found.length === 0) return false;
  const ids = found.map(({ id }) => id);
  await ctx.files.remove(ctx.actor.userId, ...ids.map(objectKey));
  await ctx.db.delete(archives).where(inArray(archives.id, ids));
  return true;
}

/** A file that is not in force goes, and then its row. Said in the row first: from then on nobody can put it in force. */
export async function discard(ctx: Ctx<"db" | "files">, id: string): Promise<void> {
  const idle = and(eq(archives.id, id), sql`${archives.status} <> 'kept'`);
  const [found] = await ctx.db.update(archives).set({ status: "restored" }).where(idle).returning({ id: archives.id });
  if (!found) return;
  await ctx.files.remove(ctx.actor.userId, objectKey(id));
  await ctx.db.delete(archives).where(idle);
}
