import { sql } from "drizzle-orm";
import { readWhole } from "../../../../db/client.ts";
import { monthsBefore, periodBefore } from "../../../core/period.ts";
import { CATEGORY, FROM, HOME, trimmed } from "../tools/ledger.ts";
import { percentOf } from "../tools/sums.ts";
import { state } from "../tools/tool.ts";
import { add, negate } from "../../../core/money.ts";
import { type Detector, type Finding, keyOf } from "./detector.ts";

const NORM_MONTHS = 6;
const MOST = 5;

/**
 * A category whose spending in the last whole month stands more than three standard deviations over the six months before,
 * and by half at least. A category that is new, or seen in fewer than four of those months, has no norm.
 */
export const categoryNorm: Detector = async (ctx, company, today) => {
  const month = monthsBefore(today, 1);
  const all = monthsBefore(today, NORM_MONTHS + 1);
  const norm = { from: all.from, to: periodBefore(month).to };
  const rows = await readWhole<{ category: string; cur: string; now: string; usual: string; now_ids: string; norm_ids: string; n: string }>(
    ctx.db,
    sql`
    with lines as (
      select ${CATEGORY} as category, ${HOME} as cur, p.posting_date >= ${month.from}::date as is_now, date_trunc('month', p.posting_date)::date as month, p.transaction_id::text as id, p.home_amount as amount
      from ${FROM} where p.account_id = ${company.id}::uuid and l.classification = 'Expense' and t.kind <> 'opening' and p.posting_date between ${all.from}::date and ${month.to}::date
    ), months as (select category, cur, is_now, month, sum(amount) as amount from lines group by 1, 2, 3, 4),
    norms as (
      select category, cur, coalesce(sum(amount) filter (where is_now), 0) as now, sum(amount) filter (where not is_now) / ${NORM_MONTHS} as mean,
        -- months without spending count as nothing spent
        sqrt(greatest((sum(amount * amount) filter (where not is_now) - power(sum(amount) filter (where not is_now), 2) / ${NORM_MONTHS}) / ${NORM_MONTHS - 1}, 0)) as deviation
      from months group by 1, 2 having count(*) filter (where not is_now) >= 4
    )
    select n.category, n.cur, n.now, round(n.mean, 2) as usual,
      (select array_to_string((array_agg(l.id order by abs(l.amount) desc, l.id))[1:10], ',') from lines l where l.category = n.category and l.cur = n.cur and l.is_now) as now_ids,
      (select array_to_string((array_agg(l.id order by abs(l.amount) desc, l.id))[1:10], ',') from lines l where l.category = n.category and l.cur = n.cur and not l.is_now) as norm_ids,
      (select count(distinct l.id) from lines l where l.category = n.category and l.cur = n.cur and l.is_now) as n
    from norms n where n.mean > 0 and n.now > n.mean + 3 * n.deviation and n.now >= 1.5 * n.mean order by n.now - n.mean desc, n.category limit ${MOST}`,
  );
  return Promise.all(
    rows.map(async (row): Promise<Finding> => {
      const [now, usual] = [trimmed(row.now, row.cur), trimmed(row.usual, row.cur)];
      const names = [row.category];
      const base = { flow: "expense" as const, names, currency: row.cur, basis: "accrual" as const };
      const source = { of: "ledger" as const, filter: { flow: "expense" as const, ...month, category: row.category, currency: row.cur, company: company.id } };
      return {
        key: await keyOf("category", company, month.from, row.cur, row.category),
        kind: "outlier",
        severity: "notice",
        magnitude: now,
        question: "Which spending is unusual?",
        tool: "find_outliers",
        text: "Spending in a category is far above its norm: {{f1}}. The norm is {{f2}}. The difference from it: {{f3}}.",
        state: (desk) => [
          state(desk, {
            ...base,
            kind: "total",
            subject: `spending on ${row.category}`,
            period: month,
            value: now,
            citations: distinct(row.now_ids),
            rows: Number(row.n),
            source,
          }),
          state(desk, {
            ...base,
            kind: "average",
            subject: `average per month, spending on ${row.category}`,
            period: norm,
            value: usual,
            citations: distinct(row.norm_ids),
            source: { ...source, filter: { ...source.filter, ...norm } },
          }),
          state(desk, {
            ...base,
            currency: null,
            kind: "change_percent",
            subject: `spending on ${row.category} beside its average per month`,
            period: month,
            against: norm,
            value: percentOf(add(now, negate(usual)), usual) ?? "0.0",
            source,
          }),
        ],
      };
    }),
  );
};

function distinct(ids: string | null): string[] {
  return [...new Set((ids ?? "").split(",").filter(Boolean))];
}
