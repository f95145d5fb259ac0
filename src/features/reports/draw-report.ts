import { type Chart, drawBars, type Group } from "../../core/chart.ts";
import { Problem } from "../../core/errors.ts";
import { compare, fromUnits, format, toUnits } from "../../core/money.ts";
import { periodLabel } from "../../core/period.ts";
import type { OpenCtx } from "../../runtime.ts";
import { TOTAL } from "./columns.ts";
import { linkedReport } from "./download-report.ts";
import type { Figures, Line, Parameters } from "./report.ts";

const GROUPS_MOST = 16;
const SERIES_MOST = 3;

const TITLES: Readonly<Record<Parameters["type"], string>> = {
  transactions: "Transactions",
  category_breakdown: "By category",
  profit_and_loss: "Profit and loss",
  balance_sheet: "Balance sheet",
  trial_balance: "Trial balance",
  cash_flow: "Cash flow",
};

/** The figures behind a signed link as an SVG: drawn from what the report holds, so that it shows the same. */
export async function drawReport(ctx: OpenCtx<"dbAs">, id: string, token: string): Promise<string> {
  const row = await linkedReport(ctx, "chart", id, token);
  const figures = row.figures as Figures | null;
  if (!figures) throw new Problem("not_found");
  return drawBars(chartOf(row.parameters as Parameters, figures));
}

/** One panel a currency. One column: its lines, largest first; several: its totals, column by column, the whole in words. */
export function chartOf(parameters: Parameters, figures: Figures): Chart {
  const currencies = [...new Set([...figures.lines, ...figures.totals].map((line) => line.currency))];
  const several = figures.columns.length > 1;
  const period = periodLabel({ from: parameters.from, to: parameters.to });
  const panels = currencies.map((currency) => {
    const of = (lines: readonly Line[]) => lines.filter((line) => line.currency === currency);
    return several
      ? { unit: currency, ...byColumn(figures, of(figures.totals)) }
      : { unit: currency, series: [figures.columns[0]?.label ?? period], totals: null, groups: byLine(of(figures.lines)) };
  });
  return { title: `${TITLES[parameters.type]}, ${period}`, note: parameters.basis === "cash" ? "Cash basis" : null, panels };
}

function byColumn(figures: Figures, lines: readonly Line[]): { series: string[]; totals: string[] | null; groups: Group[] } {
  const shown = [...lines].slice(-SERIES_MOST);
  const amounts = (index: number) => shown.map((line) => line.amounts[index] ?? "0");
  const groups = figures.columns.map((column, index) => ({ label: column.label, amounts: amounts(index) }));
  const whole = figures.columns.findIndex((column) => column.label === TOTAL);
  return { series: shown.map((line) => line.name), totals: whole < 0 ? null : amounts(whole), groups: groups.filter((_, index) => index !== whole) };
}

function byLine(lines: readonly Line[]): Group[] {
  const size = (line: Line) => (line.amounts[0] ?? "0").replace("-", "");
  const sorted = [...lines].sort((a, b) => compare(size(b), size(a)));
  const rest = sorted.slice(GROUPS_MOST);
  const groups = sorted.slice(0, GROUPS_MOST).map((line) => ({ label: line.name, amounts: [line.amounts[0] ?? "0"] }));
  return [...groups, ...others(rest)];
}

/** The lines that have no bar of their own, each kind in one: income and costs together would show what they differ by, as if they were small. */
function others(lines: readonly Line[]): Group[] {
  const kinds = Map.groupBy(lines, (line) => (line.section !== line.currency ? line.section : (line.amounts[0] ?? "").startsWith("-") ? "out" : "in"));
  return [...kinds].map(([kind, some]) => {
    const sum = some.reduce((total, line) => total + toUnits(line.amounts[0] ?? "0"), 0n);
    return { label: `${some.length} others, ${kind}`, amounts: [format(fromUnits(sum), some[0]?.currency ?? "USD")] };
  });
}
