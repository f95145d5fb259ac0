import { sql } from "drizzle-orm";
import { z } from "zod";
import { readWhole } from "../../../../db/client.ts";
import { add, fromUnits, multiply, negate, toUnits } from "../../../core/money.ts";
import { addDays, daysBetween, monthsBefore, type Period } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { type SummaryRow, summarizeTransactions } from "../../transactions/summarize-transactions.ts";
import { FROM, HOME, trimmed } from "./ledger.ts";
import { cashAt } from "./statements.ts";
import { divided, timeOf } from "./sums.ts";
import { type Desk, inWords, NO_PERIOD, periodOf, state, tool, When } from "./tool.ts";

const BASE_MONTHS = 3;

export const cashFlow = tool(
  "cash_flow",
  "Money in, money out and the net of a period, by month or quarter if wanted: what moved through banks and cards.",
  z.strictObject({ period: When.default("year to date"), groupBy: z.enum(["month", "quarter", "year"]).optional() }),
  async (desk, args) => {
    const period = periodOf(desk, args.period);
    if (!period) return { error: NO_PERIOD, step: "reading a period" };
    const { data, complete } = await summarizeTransactions(desk.ctx, period, args.groupBy ?? "currency");
    const facts = data.flatMap((row) => {
      const within =
        args.groupBy === undefined || row.key === null ? period : (timeOf(args.groupBy, row.key.replace("-Q", " Q").replace(" Q", "-Q"), period) ?? period);
      return args.groupBy === undefined
        ? [flow(desk, row, within, "net"), flow(desk, row, within, "in"), flow(desk, row, within, "out")]
        : [flow(desk, row, within, "net")];
    });
    return { facts, complete, step: `following cash for ${inWords(period)}` };
  },
);

function flow(desk: Desk, row: SummaryRow, period: Period, side: "in" | "out" | "net"): Fact {
  const subject = { in: "money in", out: "money out", net: "net cash flow" }[side];
  const query = new URLSearchParams({ ...period, currency: row.currency }).toString();
  return state(desk, {
    kind: "total",
    subject,
    period,
    value: side === "out" ? negate(row.out) : row[side],
    currency: row.currency,
    basis: "cash",
    rows: row.count,
    source: { of: "transactions", query },
  });
}

/** How bank balances moved in the last whole months, on average a month. */
async function monthlyChange(desk: Desk): Promise<{ period: Period; rows: { currency: string; change: string; ids: string[] }[] }> {
  const period = monthsBefore(desk.today, BASE_MONTHS);
  const rows = await readWhole<{ cur: string; total: string; ids: string }>(
    desk.ctx.db,
    sql`
    select ${HOME} as cur, sum(p.home_amount) as total, array_to_string((array_agg(p.transaction_id::text order by abs(p.home_amount) desc, p.transaction_id))[1:10], ',') as ids
    from ${FROM} where l.account_type = 'Bank' and t.kind <> 'opening' and p.posting_date between ${period.from}::date and ${period.to}::date group by 1 order by 1`,
  );
  return {
    period,
    rows: rows.map((row) => ({ currency: row.cur, change: divided(trimmed(row.total, row.cur), BASE_MONTHS), ids: [...new Set(row.ids.split(","))] })),
  };
}

async function basis(desk: Desk) {
  const day = { from: desk.today, to: desk.today };
  periodOf(desk, day);
  const [cash, monthly] = await Promise.all([cashAt(desk, desk.today), monthlyChange(desk)]);
  periodOf(desk, monthly.period);
  const totals = cash.filter((fact) => fact.names.length === 0);
  return totals.map((total) => {
    const found = monthly.rows.find((row) => row.currency === total.currency);
    const change = found?.change ?? "0";
    const average = state(desk, {
      kind: "average",
      subject: "average change of bank balances per month",
      period: monthly.period,
      value: change,
      currency: total.currency,
      citations: found?.ids ?? [],
      source: {
        of: "ledger",
        filter: { flow: "debit", types: ["Bank"], moved: true, ...monthly.period, ...(total.currency === null ? {} : { currency: total.currency }) },
      },
    });
    return { total, change, average };
  });
}

export const runway = tool("runway", "How many months cash lasts at the pace of the last three whole months.", z.strictObject({}), async (desk) => {
  const facts = (await basis(desk)).flatMap(({ total, change, average }) => {
    const [cash, burn] = [toUnits(total.value), -toUnits(change)];
    const tenths = burn > 0n && cash > 0n ? (cash * 10n) / burn : null;
    const months =
      tenths === null
        ? []
        : [
            state(desk, {
              kind: "months",
              subject: "runway at the pace of those months",
              period: total.period,
              value: fromUnits(tenths, 0, 1),
              source: average.source,
            }),
          ];
    return [...months, total, average];
  });
  const growing = !facts.some((fact) => fact.kind === "months");
  return { facts, more: growing ? { note: "Bank balances did not shrink in those months: there is no runway to state." } : {}, step: "working out the runway" };
});

export const forecastCash = tool(
  "forecast_cash",
  "Cash at the end of some days ahead, if bank balances go on changing as in the last three whole months.",
  z.strictObject({ days: z.int().min(1).max(365).default(90) }),
  async (desk, { days }) => {
    const until = addDays(desk.today, days);
    periodOf(desk, { from: until, to: until });
    periodOf(desk, { from: addDays(desk.today, 1), to: until });
    const facts = (await basis(desk)).flatMap(({ total, change, average }) => {
      const span = daysBetween(monthsBefore(desk.today, BASE_MONTHS).from, addDays(monthsBefore(desk.today, BASE_MONTHS).to, 1));
      const daily = fromUnits((toUnits(change) * BigInt(BASE_MONTHS) * 10_000n) / BigInt(span), 2, 8);
      const expected = add(total.value, multiply(daily, String(days)));
      return [
        state(desk, {
          kind: "balance",
          subject: "forecast of cash in all bank accounts, by the trend of the last months",
          period: { from: until, to: until },
          value: expected,
          currency: total.currency,
          source: average.source,
        }),
        total,
        average,
      ];
    });
    return { facts, step: "projecting cash" };
  },
);
