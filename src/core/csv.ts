/** A cell: text is neutralised, a number is written as it is. */
export type Cell = string | { number: string } | null;

/**
 * One RFC 4180 line with CRLF. Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers are
 * plain decimals and stay numbers.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return value.number;
  const safe = /^[=+\-@\t\r\0＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
