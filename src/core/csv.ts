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

/** What a reader of CSV met that no writer of it means. `line` counts from 1, as an editor does. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, detail: string) {
    super(detail);
    this.line = line;
  }
}

/**
 * The records of RFC 4180 text, one at a time, each with the line that it begins in. Lines end as they like (CRLF, LF, CR);
 * empty ones are passed over. A quote that is not closed, or that does not stand where a quote may, is an error: cells are
 * never guessed.
 */
export function* readCsv(text: string, delimiter = ","): Generator<{ line: number; cells: string[] }> {
  const plain = new RegExp(`[^${delimiter === "|" ? "\\|" : delimiter}"\r\n]*`, "y");
  const quoted = /"((?:[^"]|"")*)"/y;
  let [at, line] = [0, 1];
  while (at < text.length) {
    const record = { line, cells: [] as string[] };
    for (;;) {
      const isQuoted = text[at] === '"';
      const pattern = isQuoted ? quoted : plain;
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (!found) throw new CsvError(line, "a quote is not closed");
      at += found[0].length;
      if (isQuoted) line += found[0].split(/\r\n|\r|\n/).length - 1;
      record.cells.push(isQuoted ? (found[1] ?? "").replaceAll('""', '"') : found[0]);
      if (text[at] !== delimiter) break;
      at += 1;
    }
    if (at < text.length && text[at] !== "\r" && text[at] !== "\n")
      throw new CsvError(line, "a quote stands inside a cell that is not quoted, or text behind one that is");
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line += 1;
    if (record.cells.some((one) => one !== "")) yield record;
  }
}
