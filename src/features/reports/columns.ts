import { addDays, EPOCH, type Period, periodBefore, periodLabel } from "../../core/period.ts";
import type { Column, Parameters, ReportType } from "./report.ts";

/** Reports of balances: what counts is the last day. */
const STANDING: readonly ReportType[] = ["balance_sheet", "trial_balance"];

/** The label of the column that holds all others. */
export const TOTAL = "Total";

/** Whether a report is made of figures that can be opened; a list of transactions is its own explanation. */
export function explainable(type: ReportType): boolean {
  return type !== "transactions";
}

/** The columns of a report: the period or its months or quarters with their total, then those compared with and the changes. */
export function columnsOf(parameters: Parameters): Column[] {
  const whole = { from: parameters.from, to: parameters.to };
  const parts = parameters.columns === "total" ? [whole] : spansOf(whole, parameters.columns === "month" ? 1 : 3);
  const standing = STANDING.includes(parameters.type);
  // balances do not add up over columns
  const periods = parts.length > 1 && !standing ? [...parts, whole] : parts;
  const label = (period: Period) => (standing ? period.to : periodLabel(period));
  const plain = (period: Period): Column => ({ label: period === whole && periods.length > 1 ? TOTAL : label(period), terms: [{ ...period, weight: 1 }] });
  if (parameters.compare === "none") return periods.map(plain);
  const before = periods.map((period) => periodBefore(period, parameters.compare === "previous_year"));
  const change = (period: Period, index: number): Column => ({
    label: periods.length > 1 ? `Change, ${plain(period).label}` : "Change",
    terms: [
      { ...period, weight: 1 },
      { ...(before[index] ?? period), weight: -1 },
    ],
  });
  return [...periods.map(plain), ...before.map((period) => ({ label: label(period), terms: [{ ...period, weight: 1 as const }] })), ...periods.map(change)];
}

/** A period cut at the ends of calendar months or quarters. */
export function spansOf(period: Period, months: 1 | 3): Period[] {
  const spans: Period[] = [];
  for (let from = period.from; from <= period.to;) {
    const [year, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))];
    const last = months === 1 ? month : Math.ceil(month / 3) * 3;
    const end = new Date(Date.UTC(year, last, 0)).toISOString().slice(0, 10);
    const to = end < period.to ? end : period.to;
    spans.push({ from, to });
    from = addDays(to, 1);
  }
  return spans;
}

/** What of an account a line counts, seen from a column's span of days. */
export type Range = "moved" | "until" | "before" | "prior" | "year";

/** The days that a range means; null when it has none. Fiscal years decide what is closed into retained earnings. */
export function daysOf(range: Range, span: Period, fiscalStart: number): Period | null {
  const year = fiscalYearStart(span.to, fiscalStart);
  const days = {
    moved: span,
    until: { from: EPOCH, to: span.to },
    before: { from: EPOCH, to: addDays(span.from, -1) },
    prior: { from: EPOCH, to: addDays(year, -1) },
    year: { from: year, to: span.to },
  }[range];
  return days.from <= days.to ? days : null;
}

function fiscalYearStart(day: string, start: number): string {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  return `${month < start ? year - 1 : year}-${String(start).padStart(2, "0")}-01`;
}
