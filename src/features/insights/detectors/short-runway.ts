import { sql } from "drizzle-orm";
import { readWhole } from "../../../../db/client.ts";
import { fromUnits, toUnits } from "../../../core/money.ts";
import { EPOCH, monthsBefore } from "../../../core/period.ts";
import { ALL_FROM, COUNTS, HOME, trimmed } from "../tools/ledger.ts";
import { divided } from "../tools/sums.ts";
import { state } from "../tools/tool.ts";
import { type Detector, type Finding, keyOf } from "./detector.ts";

const BASE_MONTHS = 3;
/** Runway under so many months is told of; under half of it, as a warning. */
const MONTHS = 6n;

/** Cash that lasts less than six months at the pace of the last three whole ones. */
export const shortRunway: Detector = async (ctx, company, today) => {
  const base = monthsBefore(today, BASE_MONTHS);
  const rows = await readWhole<{ cur: string; cash: string; change: string; ids: string | null }>(
    ctx.db,
    sql`
    select ${HOME} as cur, sum(p.home_amount) as cash, coalesce(sum(p.home_amount) filter (where t.kind <> 'opening' and p.posting_date between ${base.from}::date and ${base.to}::date), 0) as change,
      array_to_string((array_agg(t.id::text order by abs(p.home_amount) desc, p.transaction_id) filter (where t.kind <> 'opening' and p.posting_date between ${base.from}::date and ${base.to}::date))[1:10], ',') as ids
    from ${ALL_FROM} where ${COUNTS} and p.account_id = ${company.id}::uuid and l.account_type = 'Bank' and p.posting_date <= ${today}::date group by 1 order by 1`,
  );
  const found = rows.flatMap((row) => {
    const change = divided(trimmed(row.change, row.cur), BASE_MONTHS);
    const [cash, burn] = [toUnits(row.cash), -toUnits(change)];
    if (cash <= 0n || burn <= 0n || cash >= burn * MONTHS) return [];
    return [{ ...row, change, months: fromUnits((cash * 10n) / burn, 0, 1), isUrgent: cash * 2n < burn * MONTHS }];
  });
  return Promise.all(
    found.map(async (row): Promise<Finding> => {
      const day = { from: today, to: today };
      const filter = { flow: "debit" as const, types: ["Bank"], from: EPOCH, to: today, currency: row.cur, company: company.id };
      const pace = { of: "ledger" as const, filter: { ...filter, ...base, moved: true } };
      return {
        key: await keyOf("runway", company, row.cur),
        kind: "runway",
        severity: row.isUrgent ? "warning" : "notice",
        magnitude: row.months,
        question: "What is our runway?",
        tool: "runway",
        text: "Cash is running short: {{f1}}. There is {{f2}}; over the last whole months the change was {{f3}}.",
        state: (desk) => [
          state(desk, { kind: "months", subject: "runway at the pace of the last whole months", period: day, value: row.months, source: pace }),
          state(desk, {
            kind: "balance",
            subject: "cash in all bank accounts",
            period: day,
            value: trimmed(row.cash, row.cur),
            currency: row.cur,
            source: { of: "ledger", filter },
          }),
          state(desk, {
            kind: "average",
            subject: "average change of bank balances per month",
            period: base,
            value: row.change,
            currency: row.cur,
            citations: [...new Set((row.ids ?? "").split(",").filter(Boolean))],
            source: pace,
          }),
        ],
      };
    }),
  );
};
