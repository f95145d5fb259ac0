import { sql } from "drizzle-orm";
import { z } from "zod";
import { readWhole } from "../../../../db/client.ts";
import type { Period } from "../../../core/period.ts";
import { CATEGORY, FROM, HOME, trimmed } from "./ledger.ts";
import { type Desk, inWords, NO_PERIOD, periodOf, state, tool, When } from "./tool.ts";

export type Duplicate = { kind: string; who: string; amount: string; currency: string; first: string; last: string; ids: string[]; count: number };

/** Payments and bills of the same kind, to the same name, of the same amount, within a week of each other. */
export async function duplicatesIn(ctx: Desk["ctx"], period: Period, accountId?: string): Promise<Duplicate[]> {
  const { rows } = await ctx.db.execute<{ kind: string; who: string; amount: string; cur: string; first: string; last: string; ids: string; n: string }>(sql`
    with near as (
      select t.*, t.transaction_date - lag(t.transaction_date) over same <= 7 as follows, lead(t.transaction_date) over same - t.transaction_date <= 7 as leads
      from mine.transactions t
      where not t.is_deleted and t.status <> 'voided' and t.amount < 0 and t.counterparty is not null and t.kind in ('purchase', 'bill', 'bill_payment', 'manual') ${accountId === undefined ? sql`` : sql`and t.account_id = ${accountId}::uuid`}
        and t.transaction_date between ${period.from}::date and ${period.to}::date
      window same as (partition by t.account_id, t.kind, t.counterparty, t.amount, t.currency order by t.transaction_date, t.id)
    ), runs as (
      select n.*, count(*) filter (where n.follows is not true) over (partition by n.account_id, n.kind, n.counterparty, n.amount, n.currency order by n.transaction_date, n.id) as run from near n where n.follows or n.leads
    )
    select kind, counterparty as who, -amount as amount, currency as cur, min(transaction_date)::text as first, max(transaction_date)::text as last, count(*) as n, string_agg(id::text, ',' order by transaction_date, id) as ids
    from runs group by account_id, kind, counterparty, amount, currency, run order by -amount desc, 1, 4 limit 50`);
  return rows.map((row) => ({
    kind: row.kind,
    who: row.who,
    amount: trimmed(row.amount, row.cur),
    currency: row.cur,
    first: row.first,
    last: row.last,
    ids: row.ids.split(","),
    count: Number(row.n),
  }));
}

/** Up to today: what was paid twice this week is what is asked for. */
const period = When.default("last 365 days");

export const findDuplicates = tool(
  "find_duplicates",
  "Payments or bills that look entered more than once: same kind, name and amount within a week.",
  z.strictObject({ period }),
  async (desk, args) => {
    const within = periodOf(desk, args.period);
    if (!within) return { error: NO_PERIOD, step: "reading a period" };
    const found = await duplicatesIn(desk.ctx, within);
    const facts = found.slice(0, 10).map((each) =>
      state(desk, {
        kind: "amount",
        flow: "expense",
        subject: `the same amount more than once to ${each.who}`,
        names: [each.who],
        period: { from: each.first, to: each.last },
        value: each.amount,
        currency: each.currency,
        citations: each.ids,
        rows: each.count,
        source: { of: "rows", ids: each.ids.slice(0, 1) },
      }),
    );
    const count = state(desk, {
      kind: "count",
      subject: "number of possible duplicates",
      period: within,
      value: String(found.length),
      rows: found.length,
      complete: found.length < 50,
      source: { of: "rows", ids: found.flatMap((each) => each.ids) },
    });
    return { facts: [...facts, count], complete: count.complete, step: `looking for duplicates for ${inWords(within)}` };
  },
);

export const findOutliers = tool(
  "find_outliers",
  "Spending that stands far above what is usual in its category: more than three standard deviations over the mean of at least eight entries.",
  z.strictObject({ period }),
  async (desk, args) => {
    const within = periodOf(desk, args.period);
    if (!within) return { error: NO_PERIOD, step: "reading a period" };
    const rows = await readWhole<{
      id: string;
      day: string;
      who: string | null;
      category: string;
      amount: string;
      cur: string;
      mean: string;
    }>(
      desk.ctx.db,
      sql`
      with entries as (
        select p.transaction_id as id, t.transaction_date as day, t.counterparty as who, ${CATEGORY} as category, ${HOME} as cur, sum(p.home_amount) as amount
        from ${FROM} where l.classification = 'Expense' and t.kind <> 'opening' group by 1, 2, 3, 4, 5 having sum(p.home_amount) > 0
      ), usual as (select category, cur, avg(amount) as mean, stddev_samp(amount) as deviation from entries group by 1, 2 having count(*) >= 8)
      select e.id::text as id, e.day::text as day, e.who, e.category, e.amount, e.cur, round(u.mean, 2) as mean from entries e join usual u on u.category = e.category and u.cur = e.cur
      where e.day between ${within.from}::date and ${within.to}::date and e.amount > u.mean + 3 * u.deviation order by (e.amount - u.mean) / nullif(u.deviation, 0) desc nulls last, e.id limit 10`,
    );
    const facts = rows.map((row) =>
      state(desk, {
        kind: "amount",
        flow: "expense",
        subject: `unusually high spending on ${row.category}${row.who === null ? "" : ` with ${row.who}`}`,
        names: row.who === null ? [row.category] : [row.category, row.who],
        period: { from: row.day, to: row.day },
        value: trimmed(row.amount, row.cur),
        currency: row.cur,
        citations: [row.id],
        rows: 1,
      }),
    );
    const count = state(desk, {
      kind: "count",
      subject: "number of unusual entries shown",
      period: within,
      value: String(facts.length),
      rows: facts.length,
      source: { of: "rows", ids: rows.map((row) => row.id) },
    });
    return { facts: [...facts, count], step: `looking for what is unusual for ${inWords(within)}` };
  },
);

export type Recurring = {
  who: string;
  amount: string;
  before: string | null;
  currency: string;
  last: string;
  months: number;
  ids: string[];
  latest: string[];
  earlier: string[];
};

/** Names that were paid in each of at least three months on end, once or twice a month, up to last month at the latest. */
export async function recurringBefore(ctx: Desk["ctx"], today: string, accountId?: string): Promise<Recurring[]> {
  const { rows } = await ctx.db.execute<{
    who: string;
    amount: string;
    before: string | null;
    cur: string;
    last: string;
    months: string;
    ids: string;
    latest: string;
    earlier: string | null;
  }>(sql`
    with paid as (
      select t.counterparty as who, t.currency as cur, date_trunc('month', t.transaction_date)::date as month, sum(-t.amount) as amount, max(t.transaction_date) as last, count(*) as n, array_agg(t.id::text order by t.transaction_date desc, t.id) as ids
      from mine.transactions t where not t.is_deleted and t.amount < 0 and t.counterparty is not null and t.kind in ('purchase', 'bill', 'manual') ${accountId === undefined ? sql`` : sql`and t.account_id = ${accountId}::uuid`}
        and t.transaction_date > (${today}::date - 400) and t.transaction_date <= ${today}::date group by 1, 2, 3
    ), runs as (select p.*, (extract(year from month) * 12 + extract(month from month)) - row_number() over (partition by who, cur order by month) as run from paid p where n <= 2),
    latest as (
      select who, cur, run, count(*) as months, max(last) as last, (array_agg(amount order by month desc))[1] as amount, (array_agg(amount order by month desc))[2] as before, string_agg(ids[1], ',' order by month desc) as ids,
        (array_agg(array_to_string(ids, ',') order by month desc))[1] as latest, (array_agg(array_to_string(ids, ',') order by month desc))[2] as earlier,
        max(amount) as most, min(amount) as least from runs group by 1, 2, 3
    )
    select who, amount, before, cur, last::text as last, months, ids, latest, earlier from latest where months >= 3 and last > (${today}::date - 62) and most <= 2 * least order by amount desc, who limit 30`);
  return rows.map((row) => ({
    who: row.who,
    amount: trimmed(row.amount, row.cur),
    before: row.before === null ? null : trimmed(row.before, row.cur),
    currency: row.cur,
    last: row.last,
    months: Number(row.months),
    ids: row.ids.split(",").slice(0, 10),
    latest: row.latest.split(","),
    earlier: row.earlier?.split(",") ?? [],
  }));
}

export const recurringPayments = tool(
  "recurring_payments",
  "Payments that recur every month: to whom, and how much at the last time.",
  z.strictObject({}),
  async (desk) => {
    const found = await recurringBefore(desk.ctx, desk.today);
    const facts = found.slice(0, 12).map((each) =>
      state(desk, {
        kind: "amount",
        flow: "expense",
        subject: `latest monthly payment to ${each.who}`,
        names: [each.who],
        period: { from: each.last, to: each.last },
        value: each.amount,
        currency: each.currency,
        citations: each.latest,
        rows: each.latest.length,
        source: { of: "rows", ids: each.latest },
      }),
    );
    return { facts, step: "looking for payments that recur" };
  },
);
