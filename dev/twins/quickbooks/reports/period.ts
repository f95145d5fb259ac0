import type { Company } from "../company/company.ts";
import { fault } from "../fault.ts";
import type { Basis } from "../ledger/posting.ts";
import { addDays, isDate, monthEnd, pacificDate } from "../pacific.ts";

export type Period = { readonly start: string; readonly end: string };
export type Asked = { readonly period: Period; readonly basis: Basis; readonly byMonth: boolean; readonly columns: readonly string[] | null };

/** What a report is asked for. Without dates: the year so far, as QuickBooks does. */
export function asked(company: Company, params: URLSearchParams): Asked {
  const today = pacificDate(company.now());
  const end = date(params, "end_date") ?? date(params, "report_date") ?? today;
  const start = date(params, "start_date") ?? `${end.slice(0, 4)}-01-01`;
  if (start > end) throw fault("2080", "start_date is after end_date", "start_date");
  const method = (params.get("accounting_method") ?? company.profile.reportBasis).toLowerCase();
  if (method !== "accrual" && method !== "cash") throw fault("2080", `Invalid accounting_method ${method}`, "accounting_method");
  const columns = params.get("summarize_column_by") ?? "Total";
  if (columns !== "Total" && columns !== "Month") throw fault("2010", `summarize_column_by ${columns} is not supported`, "summarize_column_by");
  return {
    period: { start, end },
    basis: method === "cash" ? "Cash" : "Accrual",
    byMonth: columns === "Month",
    columns: params.get("columns")?.split(",") ?? null,
  };
}

function date(params: URLSearchParams, name: string): string | undefined {
  const given = params.get(name);
  if (given === null || given === "") return undefined;
  if (!isDate(given)) throw fault("2080", `Invalid date ${given}`, name);
  return given;
}

/** The calendar months of a period, the first and last cut to it. */
export function monthsOf({ start, end }: Period): Period[] {
  const months: Period[] = [];
  for (let from = start; from <= end; from = addDays(monthEnd(from), 1)) {
    const last = monthEnd(from);
    months.push({ start: from, end: last < end ? last : end });
  }
  return months;
}

/** `Jan 2026`, with days where the month is not whole. */
export function monthTitle({ start, end }: Period): string {
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const name = names[Number(start.slice(5, 7)) - 1] ?? "";
  const whole = start.endsWith("-01") && end === monthEnd(start);
  return whole ? `${name} ${start.slice(0, 4)}` : `${name} ${Number(start.slice(8))} - ${name} ${Number(end.slice(8))}, ${start.slice(0, 4)}`;
}
