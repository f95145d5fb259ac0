import { type Cell, csvLine } from "../../core/csv.ts";
import type { Figures, Line } from "./report.ts";

/** The figures as CSV: one line each, one number a column, its currency beside it. Notes stand below. */
export function figuresCsv(figures: Figures): string {
  const header = csvLine(["section", "name", "currency", ...figures.columns.map((column) => column.label)]);
  const row = (line: Line): Cell[] => [line.section, line.name, line.currency, ...line.amounts.map((number) => ({ number }))];
  const lines = [...figures.lines, ...figures.totals].map((line) => csvLine(row(line)));
  return header + lines.join("") + figures.notes.map((note) => csvLine(["Note", note, null, ...figures.columns.map(() => null)])).join("");
}
