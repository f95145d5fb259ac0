import { and, asc, desc, eq } from "drizzle-orm";
import { myLedgerAccounts, myPostings, myTransactions as t, myTransactionVersions as v } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { type Archivable, archivedTransaction } from "./archived-transaction.ts";
import { isOwn, toTransaction, type Transaction } from "./transaction.ts";

export type Posting = { line: number; ledgerAccount: string; amount: string; currency: string; memo: string | null };
/** The fields that a change touched, as they were before it. */
export type Version = { version: number; author: string; changedAt: string; before: Record<string, unknown> };
export type Origin = "quickbooks" | "person" | "file";
export type Detail = Transaction & { postings: Posting[]; versions: Version[]; origins: Record<string, Origin> };

const VERSIONS_MOST = 100;

type Kept = { version: number; author: string; changedAt: string; before: unknown };

/**
 * One transaction of the caller's, with its double entry (debit positive), its newest versions and where its fields came from.
 * One that is in the archive is read from its file.
 */
export async function getTransaction(ctx: Ctx<"db" | "files">, id: string): Promise<Detail> {
  const [[row], lines, versions] = await ctx.db.batch([
    ctx.db
      .select()
      .from(t)
      .where(and(eq(t.id, id), eq(t.isDeleted, false))),
    ctx.db
      .select({
        line: myPostings.line,
        ledgerAccount: myLedgerAccounts.fullName,
        amount: myPostings.amount,
        currency: myPostings.currency,
        memo: myPostings.memo,
      })
      .from(myPostings)
      .innerJoin(myLedgerAccounts, eq(myLedgerAccounts.id, myPostings.ledgerAccountId))
      .where(eq(myPostings.transactionId, id))
      .orderBy(asc(myPostings.line)),
    ctx.db
      .select({ version: v.version, author: v.author, changedAt: v.changedAt, before: v.before })
      .from(v)
      .where(eq(v.transactionId, id))
      .orderBy(desc(v.version))
      .limit(VERSIONS_MOST),
  ]);
  if (row) return detail(row, lines, versions);
  const archived = await archivedTransaction(ctx, id);
  if (!archived) throw new Problem("not_found");
  return detail(archived.row, archived.lines, archived.versions.slice(0, VERSIONS_MOST));
}

function detail(row: Archivable, lines: readonly Posting[], versions: readonly Kept[]): Detail {
  return {
    ...toTransaction(row),
    postings: lines.map((line) => ({ ...line, amount: format(line.amount, line.currency) })),
    versions: versions.map((one) => ({ ...one, before: shown(one.before as Record<string, unknown>, row.currency) })),
    origins: originsOf(row),
  };
}

/** Names as the API has them; amounts as decimal strings. */
function shown(before: Record<string, unknown>, currency: string): Record<string, unknown> {
  const name = (column: string) => column.replace(/^own_/, "own ").replace(/[_ ]([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(before).map(([column, value]) => [
      name(column),
      column === "amount" ? format(String(value), typeof before["currency"] === "string" ? before["currency"] : currency) : value,
    ]),
  );
}

function originsOf(row: Archivable): Record<string, Origin> {
  const base: Origin = row.source === "import" ? "file" : isOwn(row) ? "person" : "quickbooks";
  const fields = ["transactionDate", "amount", "currency", "counterparty", "memo"] as const;
  return {
    ...Object.fromEntries(fields.filter((field) => row[field] !== null).map((field) => [field, base])),
    ...(row.ownCategory !== null ? { category: "person" } : row.category !== null ? { category: base } : {}),
    ...(row.ownDescription !== null ? { description: "person" } : row.description !== null ? { description: base } : {}),
    ...(row.notes === null ? {} : { notes: "person" }),
    ...(row.splits === null ? {} : { splits: "person" }),
  };
}
