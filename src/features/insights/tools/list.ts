import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Period } from "../../../core/period.ts";
import { clean } from "../clean.ts";
import { narrow, type Narrowed, narrowing } from "./filter.ts";
import { CATEGORY, trimmed, within } from "./ledger.ts";
import { inWords, state, tool } from "./tool.ts";

type Row = {
  id: string;
  day: string;
  amount: string;
  currency: string;
  who: string | null;
  category: string | null;
  description: string | null;
  memo: string | null;
  kind: string;
  n: string;
};

const ORDERS = {
  date_desc: sql`t.transaction_date desc, t.id desc`,
  date_asc: sql`t.transaction_date, t.id`,
  amount_desc: sql`abs(t.amount) desc, t.id`,
  amount_asc: sql`abs(t.amount), t.id`,
} as const;
const KINDS: Readonly<Record<string, string>> = {
  purchase: "purchase",
  bill: "bill",
  bill_payment: "payment of a bill",
  vendor_credit: "vendor credit",
  invoice: "invoice",
  payment: "payment received",
  sales_receipt: "sales receipt",
  credit_memo: "credit memo",
  refund_receipt: "refund",
  deposit: "deposit",
  transfer: "transfer",
  journal: "journal entry",
};

export const listTransactions = tool(
  "list_transactions",
  "Lists transactions, newest first unless sorted otherwise. Never add these up: use sum_transactions for totals.",
  z.strictObject({
    ...narrowing,
    direction: z.enum(["expense", "income", "net"]).optional(),
    minAmount: z.union([z.string().regex(/^\d{1,12}(\.\d{1,2})?$/), z.number().nonnegative().max(1e12)]).optional(),
    maxAmount: z.union([z.string().regex(/^\d{1,12}(\.\d{1,2})?$/), z.number().nonnegative().max(1e12)]).optional(),
    sort: z.enum(["date_desc", "date_asc", "amount_desc", "amount_asc"]).default("date_desc"),
    limit: z.int().min(1).max(25).default(10),
  }),
  async (desk, args) => {
    const narrowed = narrow(desk, { ...args, direction: args.direction ?? "net" }, args.period);
    if ("error" in narrowed) return { ...narrowed, step: "reading a period" };
    const where = conditionOf(narrowed, args.direction, args.minAmount, args.maxAmount);
    const { rows } = await desk.ctx.db
      .execute<Row>(sql`select t.id::text as id, t.transaction_date::text as day, t.amount, t.currency, t.counterparty as who, t.shown_category as category, coalesce(t.own_description, t.description) as description, t.memo, t.kind, count(*) over () as n
      from mine.transactions t where ${where} order by ${ORDERS[args.sort]} limit ${sql.raw(String(args.limit))}`);
    const facts = rows.map((row) => stateRow(row));
    const total = Number(rows[0]?.n ?? 0);
    const count = state(desk, {
      kind: "count",
      subject: `number of transactions that match${narrowed.names.length > 0 ? `, ${narrowed.names.join(" and ")}` : ""}`,
      names: narrowed.names,
      period: narrowed.period,
      value: String(total),
      rows: total,
    });
    return { facts: [...facts, count], complete: total <= rows.length, rows: rows.map(forModel), step: `listing transactions for ${inWords(narrowed.period)}` };

    function stateRow(row: Row) {
      const name = row.who ?? row.category;
      const day: Period = { from: row.day, to: row.day };
      const subject = `${KINDS[row.kind] ?? "transaction"}${name === null ? "" : ` with ${name}`}`;
      return state(desk, {
        kind: "amount",
        subject,
        names: name === null ? [] : [name],
        period: day,
        value: trimmed(row.amount, row.currency),
        currency: row.currency,
        citations: [row.id],
        rows: 1,
      });
    }
  },
);

function conditionOf(narrowed: Narrowed, direction: string | undefined, least: string | number | undefined, most: string | number | undefined): SQL {
  const { filter } = narrowed;
  const conditions = [
    sql`not t.is_deleted and t.kind <> 'opening' and t.status <> 'voided'`,
    sql`t.transaction_date between ${filter.from}::date and ${filter.to}::date`,
  ];
  if (direction === "expense") conditions.push(sql`t.amount < 0`);
  if (direction === "income") conditions.push(sql`t.amount > 0`);
  if (filter.counterparties)
    conditions.push(
      sql`t.counterparty in (${sql.join(
        filter.counterparties.map((name) => sql`${name}`),
        sql`, `,
      )})`,
    );
  const posted = (which: SQL) =>
    sql`exists (select 1 from mine.postings p join mine.ledger_accounts l on l.id = p.ledger_account_id where p.transaction_id = t.id and ${which})`;
  if (filter.categories)
    conditions.push(
      posted(
        sql`l.classification in ('Expense', 'Revenue') and (${sql.join(
          filter.categories.map((name) => within(CATEGORY, name)),
          sql` or `,
        )})`,
      ),
    );
  if (filter.account !== undefined) conditions.push(posted(within(sql`l.full_name`, filter.account)));
  if (filter.currency !== undefined) conditions.push(sql`t.currency = ${filter.currency}`);
  if (least !== undefined) conditions.push(sql`abs(t.amount) >= ${String(least)}::numeric`);
  if (most !== undefined) conditions.push(sql`abs(t.amount) <= ${String(most)}::numeric`);
  return sql.join(conditions, sql` and `);
}

/** What others wrote, cleaned and capped: data for the model, never instructions. */
function forModel(row: Row): Record<string, unknown> {
  return {
    id: row.id,
    date: row.day,
    kind: row.kind,
    counterparty: clean(row.who),
    category: clean(row.category),
    description: clean(row.description),
    memo: clean(row.memo, 160),
  };
}
