import { type SQL, sql } from "drizzle-orm";
import { type Cut, cutDays, inMonths } from "./archived.ts";

/** Accounts that a cash basis needs and a chart may lack: what was paid before anything claimed it. */
export const UNAPPLIED = {
  income: "00000000-0000-4000-8000-000000000001",
  expense: "00000000-0000-4000-8000-000000000002",
} as const;

export const CASH_NOTE =
  "Cash basis: a payment counts as the lines of what it pays, in proportion and in line order, each share rounded so that the shares add up to the payment. QuickBooks does not publish its own rule; this is an assumption. Invoices and bills dated before the copied window are missing from it: what is paid of one within the window counts as unapplied.";

/**
 * The rows that figures are sums of: `transaction_id, line, ledger_account_id, day, amount` (home currency, debit
 * positive), one company's. The same rows explain a figure, so the two cannot differ. What is in the archive is there as a
 * month's total, on its first day, or as a day's, where the month is cut: `archived_rows` says of how many rows.
 */
export function ledgerRows(accountId: string, basis: "accrual" | "cash", cut: Cut): SQL {
  if (basis === "accrual") {
    return sql`${entries(accountId, cut)}, ledger as (select transaction_id, line, ledger_account_id, day, home_amount as amount, memo, archived_rows from entries)`;
  }
  return sql`${entries(accountId, cut)}, ${links(accountId)}, ${portions}, ${unapplied}, ledger as (
    select p.transaction_id, p.line, p.ledger_account_id, p.day, p.amount, p.memo, p.archived_rows from kept p
    union all
    select s.transaction_id, 1000000 + row_number() over (partition by s.transaction_id order by s.day, s.ledger_account_id, s.target, s.target_line, s.amount), s.ledger_account_id, s.day, s.amount, null, 0
    from (
      select payment as transaction_id, ledger_account_id, greatest(day, target_day) as day, amount, target, line as target_line from portions where amount <> 0
      union all
      select payment, ledger_account_id, day, amount, target, 0 from unapplied where amount <> 0
    ) s
  )`;
}

function entries(accountId: string, cut: Cut): SQL {
  const whole = cut.months.length === 0 ? sql`` : sql`and (archived_rows = 0 or not ${inMonths(sql`posting_date`, cut)})`;
  const opened =
    cut.days.length === 0 ? sql`` : sql`union all select null::uuid, o.n, o.a, o.d, o.m, o.m, null, null, o.r from ${cutDays(cut)} where o.a is not null`;
  return sql`entries as (
    select transaction_id, line, ledger_account_id, posting_date as day, home_amount, amount, memo, cause, archived_rows from mine.postings where account_id = ${accountId} ${whole} ${opened}
  )`;
}

/** The company's postings, the claims (what waits for money) and the payments with what they were applied to, oldest first. */
function links(accountId: string): SQL {
  return sql`posted as (
    select p.transaction_id, p.line, p.ledger_account_id, p.day, p.home_amount as amount, p.memo, p.cause, p.archived_rows, t.entity, t.external_id,
      l.account_type in ('Accounts Receivable', 'Accounts Payable') as control, p.amount = 0 as rounding
    from entries p left join mine.transactions t on t.id = p.transaction_id join mine.ledger_accounts l on l.id = p.ledger_account_id
  ), kept as (
    select * from posted where coalesce(entity, '') not in ('Invoice', 'Bill', 'CreditMemo', 'VendorCredit') and not (coalesce(entity, '') in ('Payment', 'BillPayment') and control)
  ), documents as (
    select t.id, d.entity, d.external_id, t.transaction_date as day, d.body, (d.body->'MetaData'->>'CreateTime')::timestamptz as made, (d.body->>'TotalAmt')::numeric as total
    from mine.source_documents d join mine.transactions t on t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id
    where d.account_id = ${accountId} and not d.is_deleted and d.entity in ('Invoice', 'Bill', 'CreditMemo', 'VendorCredit', 'Payment', 'BillPayment', 'JournalEntry')
  ), applied as (
    select d.id as payment, d.entity, d.day, t.id as target, t.entity as target_entity, t.day as target_day, t.total, a.amount,
      a.amount * coalesce((t.body->>'ExchangeRate')::numeric, 1) as home,
      sum(a.amount) over (partition by t.id order by d.day, d.made, d.entity, d.external_id::bigint, a.n, a.m) as paid
    from documents d
      cross join lateral (
        select (line.value->>'Amount')::numeric as amount, link.value->>'TxnType' as type, link.value->>'TxnId' as id, line.ordinality as n, link.ordinality as m
        from jsonb_array_elements(d.body->'Line') with ordinality as line cross join lateral jsonb_array_elements(line.value->'LinkedTxn') with ordinality as link
        where jsonb_typeof(line.value->'LinkedTxn') = 'array'
      ) a
      join documents t on t.entity = a.type and t.external_id = a.id
    where d.entity in ('Payment', 'BillPayment') and jsonb_typeof(d.body->'Line') = 'array'
  )`;
}

/**
 * Each application's share of its claim's lines: the share up to what is paid now, less the share up to what was paid before.
 * What the provider posts by itself (the cost of what was sold) has no line order: it is shared by account.
 */
const portions = sql`lines as (
    select transaction_id, min(line) as line, ledger_account_id, sum(amount) as amount, rounding
    from posted where not control group by transaction_id, ledger_account_id, rounding, case when cause is null then line end
  ), claims as (
    select transaction_id, line, ledger_account_id, sum(amount) over (partition by transaction_id order by rounding, line) as upto, amount from lines
  ), portions as (
    select a.payment, a.day, a.target, a.target_day, a.entity, c.line, c.ledger_account_id,
      round(c.upto * a.paid / a.total, 2) - round(c.upto * (a.paid - a.amount) / a.total, 2)
        - round((c.upto - c.amount) * a.paid / a.total, 2) + round((c.upto - c.amount) * (a.paid - a.amount) / a.total, 2) as amount
    from applied a join claims c on c.transaction_id = a.target where a.target_entity in ('Invoice', 'Bill', 'CreditMemo', 'VendorCredit') and a.total <> 0
  )`;

/** What of a payment no claim takes yet, and what it takes later: an invoice dated after its payment. Journals keep their claims. */
const unapplied = sql`settled as (
    select d.id as payment, d.entity, d.day, coalesce(sum(p.amount), 0) as amount, (array_agg(p.ledger_account_id order by p.line))[1] as control_account
    from documents d left join posted p on p.transaction_id = d.id and p.control where d.entity in ('Payment', 'BillPayment') group by d.id, d.entity, d.day
  ), journals as (
    select a.payment, a.target, a.day, case when a.entity = 'Payment' then -1 else 1 end * round(a.home, 2) as amount from applied a where a.target_entity = 'JournalEntry'
  ), unapplied as (
    select s.payment, case when s.entity = 'Payment' then ${UNAPPLIED.income}::uuid else ${UNAPPLIED.expense}::uuid end as ledger_account_id, s.day, null::uuid as target,
      s.amount - coalesce(p.amount, 0) - coalesce(j.amount, 0) as amount
    from settled s left join (select payment, sum(amount) as amount from portions where target_day <= day group by payment) p on p.payment = s.payment
      left join (select payment, sum(amount) as amount from journals group by payment) j on j.payment = s.payment
    union all
    select p.payment, case when p.entity = 'Payment' then ${UNAPPLIED.income}::uuid else ${UNAPPLIED.expense}::uuid end, p.target_day, p.target, -sum(p.amount)
    from portions p where p.target_day > p.day group by p.payment, p.entity, p.target_day, p.target
    union all
    select j.payment, s.control_account, j.day, j.target, j.amount from journals j join settled s on s.payment = j.payment and s.control_account is not null
  )`;
