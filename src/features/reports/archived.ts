import { type SQL, sql } from "drizzle-orm";
import { myArchivedTransactions, myArchives, myArchiveTotals as totals } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { fromUnits, toUnits } from "../../core/money.ts";
import type { Period } from "../../core/period.ts";
import type { Ctx } from "../../runtime.ts";
import { type Archive, type ArchivedTransaction, transactionsIn } from "../archive/file.ts";

/**
 * What a report takes from the archive: totals of whole months from the database, and, for months that a column begins or
 * ends in the middle of, the rows of their files, summed by day. `ids` are the files that were opened for that.
 */
export type Cut = { months: readonly string[]; ids: readonly string[]; days: readonly CutDay[] };
/** `a` a ledger account, or null for what moved cash in category `c` and currency `u`. */
type CutDay = { n: number; a: string | null; c: string | null; u: string; d: string; m: string; r: number };

const TRIES_MOST = 4;
const monthOf = (day: string) => `${day.slice(0, 7)}-01`;
const lastOf = (day: string) => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);

/**
 * Runs a statement over the books with the archive in it. It is told by the statement's `stale` that other files were archived in the
 * months that are cut than were opened for it, opens those, and runs again: of who archives nothing, no more is asked.
 */
export async function withArchive<T extends { stale: boolean }>(
  ctx: Ctx<"db" | "files">,
  accountId: string | undefined,
  spans: readonly Period[],
  run: (cut: Cut) => Promise<T[]>,
): Promise<T[]> {
  const months = [...new Set(spans.flatMap(({ from, to }) => [...(from.endsWith("-01") ? [] : [monthOf(from)]), ...(to === lastOf(to) ? [] : [monthOf(to)])]))];
  let cut: Cut = { months, ids: [], days: [] };
  for (let attempt = 1; ; attempt++) {
    const rows = await run(cut);
    if (!rows.some((row) => row.stale)) return rows;
    if (attempt === TRIES_MOST) throw new Problem("unavailable", { detail: "The books are being archived.", retryAfterSeconds: 5 });
    cut = await open(ctx, accountId, months);
  }
}

/** Whether the files of the months that are cut are others than were opened. */
export function isStale(cut: Cut, accountId: string | undefined): SQL {
  if (cut.months.length === 0) return sql`false`;
  return sql`(coalesce((select jsonb_agg(id order by id) from (select distinct archive_id::text as id from ${totals} where ${inMonths(sql`month`, cut)} ${ofAccount(accountId)}) o), '[]') <> ${JSON.stringify(cut.ids)}::jsonb)`;
}

export function inMonths(month: SQL, cut: Cut): SQL {
  return sql`${month} in (select value::date from jsonb_array_elements_text(${JSON.stringify(cut.months)}::jsonb))`;
}

/** The days of the months that are cut, as a row source. */
export function cutDays(cut: Cut): SQL {
  return sql`jsonb_to_recordset(${JSON.stringify(cut.days)}::jsonb) as o(n int, a uuid, c text, u text, d date, m numeric, r int)`;
}

const ofAccount = (accountId: string | undefined) => (accountId === undefined ? sql`` : sql`and account_id = ${accountId}`);

async function open(ctx: Ctx<"db" | "files">, accountId: string | undefined, months: readonly string[]): Promise<Cut> {
  const cut: Cut = { months, ids: [], days: [] };
  const files = await filesWhere(ctx, sql`${inMonths(sql`t.month`, cut)} ${ofAccount(accountId)}`);
  const sums = new Map<string, { key: Pick<CutDay, "a" | "c" | "u" | "d">; units: bigint; rows: number }>();
  const count = (key: Pick<CutDay, "a" | "c" | "u" | "d">, amount: string) => {
    if (!months.includes(monthOf(key.d))) return;
    const name = JSON.stringify(key);
    const sum = sums.get(name) ?? { key, units: 0n, rows: 0 };
    sums.set(name, { key, units: sum.units + toUnits(amount), rows: sum.rows + 1 });
  };
  for (const file of files) {
    for (const { transaction: t, postings, provider } of await transactionsIn(ctx, file)) {
      for (const one of [...postings, ...provider]) count({ a: one.ledger_account_id, c: null, u: "", d: one.posting_date }, one.home_amount);
      if (t.moved_cash) count({ a: null, c: t.own_category ?? t.category, u: t.currency, d: t.transaction_date }, t.amount);
    }
  }
  const days = [...sums.values()].map(({ key, units, rows }, n) => ({ n, ...key, m: fromUnits(units), r: rows }));
  return { months, ids: files.map(({ id }) => id), days };
}

/** The files some of whose totals `t` meet a condition, in the order of their ids. */
async function filesWhere(ctx: Ctx<"db">, condition: SQL, from = "00000000-0000-0000-0000-000000000000"): Promise<Archive[]> {
  const { rows } = await ctx.db.execute<Archive>(sql`select a.id::text as id, a.sha256 from ${myArchives} a
    where a.status = 'kept' and a.id >= ${from}::uuid and exists (select 1 from ${totals} t where t.archive_id = a.id and ${condition}) order by a.id::text`);
  return rows;
}

/** A row behind a figure as it was read, from a table or from a file: its amount is not formatted yet. */
export type FigureRow = {
  transactionId: string;
  line: number;
  day: string;
  amount: string;
  kind: string;
  description: string | null;
  counterparty: string | null;
  memo: string | null;
};
/** Which rows of which files a figure is made of. */
export type Match = { files: SQL; rows: (one: ArchivedTransaction) => FigureRow[] };
/** A place in the archive: a file, and how many of its rows were shown. */
export type Place = { id: string; shown: number };

/** The next rows of a figure that are in the archive, file after file, and the place of each. */
export async function archivedCauses(ctx: Ctx<"db" | "files">, match: Match, after: Place | null, limit: number) {
  const found: { cause: FigureRow; place: Place }[] = [];
  for (const file of await filesWhere(ctx, match.files, after?.id)) {
    if (found.length >= limit) break;
    const all = (await transactionsIn(ctx, file)).flatMap(match.rows);
    const skipped = file.id === after?.id ? after.shown : 0;
    found.push(...all.slice(skipped).map((cause, index) => ({ cause, place: { id: file.id, shown: skipped + index + 1 } })));
  }
  return found.slice(0, limit);
}

/** A row of a file as it explains a figure. */
export function causeOf({ transaction: t }: ArchivedTransaction, line: number, day: string, amount: string, weight: number, memo: string | null): FigureRow {
  const { kind, counterparty } = t;
  const description = t.own_description ?? t.description;
  return { transactionId: t.id, line, day, amount: fromUnits(toUnits(amount) * BigInt(weight)), kind, description, counterparty, memo: memo ?? t.memo };
}

/** Whether transactions of a list's period are in the archive. */
export async function isInArchive(ctx: Ctx<"db">, { from, to, accountId }: Period & { accountId?: string | undefined }): Promise<boolean> {
  const { rows } = await ctx.db.execute<{ found: boolean }>(
    sql`select exists (select 1 from ${myArchivedTransactions} where transaction_date between ${from}::date and ${to}::date ${ofAccount(accountId)}) as found`,
  );
  return rows[0]?.found === true;
}

export const LIST_NOTE = "Some transactions of this period are in the archive and not in this list.";

/** Said by a report that has figures of the archive in it. */
export const ARCHIVE_NOTE = "Some rows of this report are in the archive: their totals are in its figures, and each opens into the archive's rows.";
