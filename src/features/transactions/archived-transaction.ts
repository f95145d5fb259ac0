import { getTableColumns, inArray, sql } from "drizzle-orm";
import { transactions, transactionVersions } from "../../../db/schema/books.ts";
import { myArchivedTransactions, myArchives, myLedgerAccounts } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { type Archive, transactionsIn } from "../archive/file.ts";
import type { Posting } from "./get-transaction.ts";
import type { Row } from "./transaction.ts";

/** A row without what the database computes of it. */
export type Archivable = Omit<Row, "shownCategory" | "category1" | "category2" | "category3">;
type Columns = Parameters<typeof getTableColumns>[0];
type Version = typeof transactionVersions.$inferSelect;
type Held = { transaction: object; postings: Raw[]; versions: object[] };
type Raw = { line: number | string; ledger_account_id: string; amount: string; currency: string; memo: string | null };

/** A caller's transaction as the file of its archive holds it, the newest version first; null when none does. */
export async function archivedTransaction(ctx: Ctx<"db" | "files">, id: string): Promise<{ row: Archivable; lines: Posting[]; versions: Version[] } | null> {
  const { rows } = await ctx.db.execute<Archive>(
    sql`select a.id::text as id, a.sha256 from ${myArchives} a join ${myArchivedTransactions} t on t.archive_id = a.id where t.transaction_id = ${id}::uuid and a.status = 'kept'`,
  );
  const [file] = rows;
  if (!file) return null;
  const found = (await transactionsIn(ctx, file)).find(({ transaction }) => transaction.id === id) as Held | undefined;
  if (!found) return null;
  const names = await ctx.db
    .select({ id: myLedgerAccounts.id, name: myLedgerAccounts.fullName })
    .from(myLedgerAccounts)
    .where(
      inArray(
        myLedgerAccounts.id,
        found.postings.map((one) => one.ledger_account_id),
      ),
    );
  const nameOf = new Map(names.map((one) => [one.id, one.name]));
  return {
    row: fromColumns(transactions, found.transaction) as Archivable,
    lines: found.postings.map(({ line, ledger_account_id, amount, currency, memo }) => {
      return { line: Number(line), ledgerAccount: nameOf.get(ledger_account_id) ?? "", amount, currency, memo };
    }),
    versions: found.versions.map((one) => fromColumns(transactionVersions, one) as Version).toReversed(),
  };
}

/** A row as the table's queries give it, from its columns by name. */
function fromColumns(table: Columns, raw: object): object {
  const values = raw as Record<string, unknown>;
  const given = Object.entries(getTableColumns(table)).filter(([, column]) => column.name in values);
  return Object.fromEntries(given.map(([key, column]) => [key, values[column.name] === null ? null : column.mapFromDriverValue(values[column.name])]));
}
