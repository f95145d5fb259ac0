import { sql } from "drizzle-orm";
import { readWhole } from "../../../../db/client.ts";
import { daysBetween } from "../../../core/period.ts";
import type { Ctx } from "../../../runtime.ts";
import { trimmed } from "./ledger.ts";

export type OpenFilter = {
  side: "receivable" | "payable";
  today: string;
  currency?: string;
  /** By or to whom; null is nobody named. */
  who?: string | null;
  /** How many days past due, at least and at most. */
  least?: number;
  most?: number;
  document?: string;
};
export type OpenDocument = { id: string; due: string; who: string | null; number: string | null; open: string; currency: string; days: number };

/** Documents that are read at most; more than these, and a figure says that it is not complete. */
export const OPEN_MOST = 5000;

/** Unpaid invoices or bills as QuickBooks states their balances, in their own currencies; the one due first in front. */
export async function openDocuments(ctx: Ctx<"db">, filter: OpenFilter): Promise<OpenDocument[]> {
  const entity = filter.side === "receivable" ? "Invoice" : "Bill";
  const due = sql`coalesce((d.body->>'DueDate')::date, t.transaction_date)`;
  const days = sql`(${filter.today}::date - ${due})`;
  const conditions = [
    sql`d.entity = ${entity} and not d.is_deleted and (d.body->>'Balance')::numeric > 0`,
    ...(filter.currency === undefined ? [] : [sql`t.currency = ${filter.currency}`]),
    ...(filter.who === undefined ? [] : [sql`t.counterparty is not distinct from ${filter.who}::text`]),
    ...(filter.least === undefined ? [] : [sql`${days} >= ${filter.least}::int`]),
    ...(filter.most === undefined ? [] : [sql`${days} <= ${filter.most}::int`]),
    ...(filter.document === undefined ? [] : [sql`t.id = ${filter.document}::uuid`]),
  ];
  const rows = await readWhole<{ id: string; due: string; who: string | null; number: string | null; open: string; cur: string }>(
    ctx.db,
    sql`
    select t.id::text as id, ${due}::text as due, t.counterparty as who, t.doc_number as number, (d.body->>'Balance')::numeric as open, t.currency as cur
    from mine.source_documents d join mine.transactions t on t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id and not t.is_deleted
    where ${sql.join(conditions, sql` and `)} order by 2, 1 limit ${sql.raw(String(OPEN_MOST))}`,
  );
  return rows.map((row) => ({ ...row, open: trimmed(row.open, row.cur), currency: row.cur, days: daysBetween(row.due, filter.today) }));
}
