import { sql } from "drizzle-orm";
import { withoutLoops } from "../../../../db/client.ts";
import { add } from "../../../core/money.ts";
import type { Ctx } from "../../../runtime.ts";
import { ALL_FROM, amountOf, CATEGORY, conditionOf, FROM, HOME, isFlow, type LedgerFilter, trimmed } from "./ledger.ts";
import { type OpenFilter, openDocuments } from "./open-documents.ts";

export type FigureRow = {
  transactionId: string;
  line: number;
  date: string;
  category: string;
  counterparty: string | null;
  description: string | null;
  amount: string;
  currency: string;
};
/** One page of rows, with the sum of all pages. */
export type FigureRows = { rows: FigureRow[]; total: string; currency: string | null };

type Found = { id: string; line: string; day: string; category: string; counterparty: string | null; description: string | null; amount: string; cur: string };

const toRow = (row: Found): FigureRow => ({
  transactionId: row.id,
  line: Number(row.line),
  date: row.day,
  category: row.category,
  counterparty: row.counterparty,
  description: row.description,
  amount: trimmed(row.amount, row.cur),
  currency: row.cur,
});

/** What stands for a month that is in the archive, whose rows a report of that month opens. */
const IN_ARCHIVE = "What is in the archive of this month";

/** Postings that a figure is the exact sum of, oldest first. Those of `less` count negative: a change is the sum of its two sides. */
export async function ledgerRows(
  ctx: Ctx<"db">,
  { filter, less }: { filter: LedgerFilter; less?: LedgerFilter },
  after: readonly string[] | undefined,
  limit: number,
): Promise<FigureRows> {
  const own = amountOf(filter.flow);
  const from = isFlow(filter.flow) ? FROM : ALL_FROM;
  const amount = less ? sql`case when ${conditionOf(filter)} then ${own} else 0 end - case when ${conditionOf(less)} then ${own} else 0 end` : own;
  const where = less ? sql`((${conditionOf(filter)}) or (${conditionOf(less)}))` : conditionOf(filter);
  const position = after ? sql`and (p.posting_date, p.transaction_id, p.line) > (${after[0]}::date, ${after[1]}::uuid, ${after[2]}::int)` : sql``;
  const [, sums, page] = await ctx.db.batch([
    withoutLoops(ctx.db),
    ctx.db.execute<{ cur: string; total: string }>(
      sql`select ${HOME} as cur, sum(${amount}) as total from ${from} where ${where} group by 1 order by 1 limit 1`,
    ),
    ctx.db.execute<Found>(sql`
      select p.transaction_id::text as id, p.line::text as line, p.posting_date::text as day, ${CATEGORY} as category, t.counterparty, case when p.archived_rows > 0 then ${IN_ARCHIVE} else t.description end as description, ${amount} as amount, ${HOME} as cur
      from ${from} where ${where} ${position} order by p.posting_date, p.transaction_id, p.line limit ${sql.raw(String(limit))}`),
  ]);
  const [sum] = sums.rows;
  return { rows: page.rows.map(toRow), total: sum ? trimmed(sum.total, sum.cur) : "0", currency: sum?.cur ?? filter.currency ?? null };
}

/** What is unpaid of each document, the one due first in front. */
export async function openRows(ctx: Ctx<"db">, filter: OpenFilter, after: readonly string[] | undefined, limit: number): Promise<FigureRows> {
  const all = await openDocuments(ctx, filter);
  const rows = all.map((each): FigureRow => ({
    transactionId: each.id,
    line: 0,
    date: each.due,
    category: filter.side === "receivable" ? "Accounts receivable" : "Accounts payable",
    counterparty: each.who,
    description: each.number,
    amount: each.open,
    currency: each.currency,
  }));
  return pageOf(rows, after, limit);
}

/** Payments by their ids, as money spent. */
export async function paidRows(ctx: Ctx<"db">, ids: readonly string[], after: readonly string[] | undefined, limit: number): Promise<FigureRows> {
  const { rows } = await ctx.db.execute<Found>(sql`
    select t.id::text as id, '0' as line, t.transaction_date::text as day, coalesce(t.shown_category, '') as category, t.counterparty, coalesce(t.own_description, t.description) as description, -t.amount as amount, t.currency as cur
    from mine.transactions t where not t.is_deleted and t.id = any(${`{${ids.join(",")}}`}::uuid[]) order by t.transaction_date, t.id`);
  return pageOf(rows.map(toRow), after, limit);
}

/** A page of rows that stand in the order of their days and ids. */
function pageOf(all: readonly FigureRow[], after: readonly string[] | undefined, limit: number): FigureRows {
  const [day = "", id = ""] = after ?? [];
  const rest = after ? all.filter((row) => row.date > day || (row.date === day && row.transactionId > id)) : all;
  return { rows: rest.slice(0, limit), total: add("0", ...all.map((row) => row.amount)), currency: all[0]?.currency ?? null };
}
