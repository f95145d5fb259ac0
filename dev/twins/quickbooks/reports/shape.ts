import { money, type Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { pacific } from "../pacific.ts";
import { monthTitle, type Asked, type Period } from "./period.ts";

export type Cell = { value: string; id?: string };
export type RowJson = { [key: string]: Json };
export type Column = { readonly title: string; readonly type: string; readonly key: string; readonly period?: Period };

export function report(company: Company, name: string, ask: Asked, columns: readonly Column[], rows: readonly RowJson[]): { [key: string]: Json } {
  const empty = rows.length === 0;
  return {
    Header: {
      Time: pacific(company.now()),
      ReportName: name,
      ReportBasis: ask.basis,
      StartPeriod: ask.period.start,
      EndPeriod: ask.period.end,
      SummarizeColumnsBy: ask.byMonth ? "Month" : "Total",
      Currency: company.profile.home,
      Option: [
        { Name: "AccountingStandard", Value: "GAAP" },
        { Name: "NoReportData", Value: String(empty) },
      ],
    },
    Columns: { Column: columns.map(column) },
    Rows: empty ? {} : { Row: [...rows] },
  };
}

function column({ title, type, key, period }: Column): Json {
  const dates: Json[] = period
    ? [
        { Name: "StartDate", Value: period.start },
        { Name: "EndDate", Value: period.end },
      ]
    : [];
  return { ColTitle: title, ColType: type, MetaData: [...dates, { Name: "ColKey", Value: key }] };
}

/** One money column for each month, and their total. */
export function moneyColumns(months: readonly Period[] | null): Column[] {
  const account = { title: "", type: "Account", key: "account" };
  const total = { title: "Total", type: "Money", key: "total" };
  if (!months) return [account, total];
  return [account, ...months.map((period) => ({ title: monthTitle(period), type: "Money", key: period.start.slice(0, 7), period })), total];
}

export function cells(label: Cell, amounts: readonly Cents[]): Json[] {
  return [label, ...amounts.map((amount) => ({ value: money(amount) }))];
}

export function section(
  title: string,
  amounts: readonly Cents[],
  rows: readonly RowJson[],
  group: string | undefined,
  header: Cell = { value: title },
): RowJson {
  return {
    Header: { ColData: [header, ...amounts.map(() => ({ value: "" }))] },
    Rows: { Row: [...rows] },
    Summary: { ColData: cells({ value: `Total ${title}` }, amounts) },
    type: "Section",
    ...(group === undefined ? {} : { group }),
  };
}

export function summary(title: string, amounts: readonly Cents[], group: string): RowJson {
  return { Summary: { ColData: cells({ value: title }, amounts) }, type: "Section", group };
}

export function plus(a: readonly Cents[], b: readonly Cents[]): Cents[] {
  return a.map((amount, index) => amount + (b[index] ?? 0));
}

export function minus(a: readonly Cents[], b: readonly Cents[]): Cents[] {
  return a.map((amount, index) => amount - (b[index] ?? 0));
}
