import { sql } from "drizzle-orm";
import { readWhole } from "../../../../db/client.ts";
import { daysBetween, monthsBefore } from "../../../core/period.ts";
import { trimmed } from "../tools/ledger.ts";
import { state } from "../tools/tool.ts";
import { type Detector, type Finding, keyOf } from "./detector.ts";

/** Large is what a tenth of a usual month's income is. */
const SHARE = "0.1";
const LATE_DAYS = 30;
const MOST = 5;

/** An invoice past its due day, of which at least a tenth of a usual month's income is still open. */
export const overdueInvoice: Detector = async (ctx, company, today) => {
  const year = monthsBefore(today, 12);
  const rows = await readWhole<{ id: string; who: string | null; due: string; open: string; cur: string }>(
    ctx.db,
    sql`
    with usual as (
      select coalesce(-sum(p.home_amount), 0) / 12 as income from mine.postings p join mine.ledger_accounts l on l.id = p.ledger_account_id join mine.transactions t on t.id = p.transaction_id and not t.is_deleted
      where p.account_id = ${company.id}::uuid and l.classification = 'Revenue' and t.kind <> 'opening' and p.posting_date between ${year.from}::date and ${year.to}::date
    ), open as (
      select t.id::text as id, t.counterparty as who, coalesce((d.body->>'DueDate')::date, t.transaction_date)::text as due, (d.body->>'Balance')::numeric as open, t.currency as cur,
        (d.body->>'Balance')::numeric * case when t.currency = ${company.homeCurrency} then 1 else coalesce((d.body->>'ExchangeRate')::numeric, 1) end as home
      from mine.source_documents d join mine.transactions t on t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id and not t.is_deleted
      where d.account_id = ${company.id}::uuid and d.entity = 'Invoice' and not d.is_deleted and (d.body->>'Balance')::numeric > 0
    )
    select id, who, due, open, cur from open, usual where due < ${today} and income > 0 and home >= income * ${SHARE}::numeric order by home desc, id limit ${MOST}`,
  );
  return Promise.all(
    rows.map(async (row): Promise<Finding> => {
      const whose = row.who === null ? "" : ` of ${row.who}`;
      const names = row.who === null ? [] : [row.who];
      const open = trimmed(row.open, row.cur);
      return {
        key: await keyOf("overdue", company, row.id),
        kind: "aging",
        severity: daysBetween(row.due, today) > LATE_DAYS ? "warning" : "notice",
        magnitude: open,
        question: "Which invoices are overdue?",
        tool: "aging",
        text: "A large invoice is overdue: {{f1}}. It was due: {{f2}}.",
        state: (desk) => [
          state(desk, {
            kind: "total",
            flow: "receivable",
            subject: `overdue invoice${whose}, what is open of it`,
            names,
            period: { from: today, to: today },
            value: open,
            currency: row.cur,
            citations: [row.id],
            rows: 1,
            source: { of: "open", filter: { side: "receivable", today, document: row.id } },
          }),
          state(desk, { kind: "date", subject: `due day of the invoice${whose}`, names, value: row.due, citations: [row.id], rows: 1 }),
        ],
      };
    }),
  );
};
