import { CsvError, readCsv } from "../../../core/csv.ts";
import { Problem } from "../../../core/errors.ts";
import { type DateOrder, readAmount, readDay, readSign, readText } from "./bank-values.ts";
import { type BankFile, faultOf, newFile, refuseRow, ROWS_MOST } from "./bank-row.ts";

/** Which column says what, by its name in the first line or as `#3`; and how the bank writes. */
export type Mapping = {
  date: string;
  amount?: string | undefined;
  debit?: string | undefined;
  credit?: string | undefined;
  sign?: string | undefined;
  description?: string | undefined;
  counterparty?: string | undefined;
  memo?: string | undefined;
  category?: string | undefined;
  currencyColumn?: string | undefined;
  currency?: string | undefined;
  dateOrder: DateOrder;
  decimal: "." | ",";
  delimiter: string;
  skipLines: number;
  header: boolean;
  negate: boolean;
};

type Fields = Partial<
  Record<"date" | "amount" | "debit" | "credit" | "sign" | "description" | "counterparty" | "memo" | "category" | "currencyColumn", number>
>;

/** The rows of a bank's CSV by a mapping. What cannot be read is an error of its row; what the file as a whole lacks is refused. */
export function readCsvFile(text: string, asked: Mapping): BankFile {
  const mapping = asked.debit === undefined && asked.credit === undefined ? { ...asked, amount: asked.amount ?? "amount" } : asked;
  checkMapping(mapping);
  const file = newFile();
  let fields: Fields | null = null;
  let index = 0;
  try {
    for (const record of readCsv(afterLines(text.replace(/^\ufeff/, ""), mapping.skipLines), mapping.delimiter)) {
      const line = record.line + mapping.skipLines;
      if (!fields) {
        fields = fieldsOf(mapping, record.cells);
        if (mapping.header) continue;
      }
      if (index >= ROWS_MOST) throw new Problem("too_large", { detail: `At most ${ROWS_MOST} rows are read at once: split the file.` });
      readRow(file, mapping, fields, record.cells, index, line);
      index += 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    refuseRow(file, index, error.line + mapping.skipLines, "", error.message);
  }
  return file;
}

function checkMapping(mapping: Mapping): void {
  const bySides = mapping.debit !== undefined || mapping.credit !== undefined;
  const errors = [
    ...(bySides && mapping.amount !== undefined ? [{ pointer: "/amount", detail: "goes without columns of debits and credits" }] : []),
    ...(mapping.currency === undefined && mapping.currencyColumn === undefined ? [{ pointer: "/currency", detail: "name the currency, or its column" }] : []),
    ...(mapping.sign !== undefined && bySides ? [{ pointer: "/sign", detail: "goes with a column of amounts" }] : []),
  ];
  if (errors.length > 0) throw new Problem("invalid_request", { detail: "The mapping does not say what the columns are.", errors });
}

function afterLines(text: string, lines: number): string {
  let at = 0;
  const end = /\r\n|\r|\n/g;
  for (let skipped = 0; skipped < lines; skipped++) {
    end.lastIndex = at;
    const found = end.exec(text);
    if (!found) return "";
    at = found.index + found[0].length;
  }
  return text.slice(at);
}

function fieldsOf(mapping: Mapping, first: readonly string[]): Fields {
  const names = first.map((name) => name.trim().toLowerCase());
  const errors: { pointer: string; detail: string }[] = [];
  const fields: Fields = {};
  for (const field of ["date", "amount", "debit", "credit", "sign", "description", "counterparty", "memo", "category", "currencyColumn"] as const) {
    const column = mapping[field];
    if (column === undefined) continue;
    const number = /^#(\d{1,3})$/.exec(column)?.[1];
    const at = number !== undefined ? Number(number) - 1 : mapping.header ? names.indexOf(column.trim().toLowerCase()) : -1;
    if (at < 0 || at >= first.length) errors.push({ pointer: `/${field}`, detail: `names no column; there are: ${first.join(", ").slice(0, 300)}` });
    else fields[field] = at;
  }
  if (errors.length > 0) throw new Problem("invalid_request", { detail: "The file has other columns than the mapping.", errors });
  return fields;
}

function readRow(file: BankFile, mapping: Mapping, fields: Fields, cells: readonly string[], index: number, line: number): void {
  const cell = (field: keyof Fields) => cells[fields[field] ?? -1];
  const before = file.errorCount;
  const refuse = (field: string, detail: string) => refuseRow(file, index, line, field, detail);
  const transactionDate = readDay(cell("date") ?? "", mapping.dateOrder);
  if (transactionDate === null) refuse("date", `"${(cell("date") ?? "").slice(0, 40)}" is no date (${mapping.dateOrder})`);
  const currency = fields.currencyColumn === undefined ? (mapping.currency ?? "") : (cell("currencyColumn") ?? "").trim().toUpperCase();
  const amount = amountOf(mapping, fields, cell, refuse);
  const fault = amount === null ? null : faultOf(amount, currency);
  if (fault !== null) refuse(/^[A-Z]{3}$/.test(currency) ? "amount" : "currency", fault);
  if (file.errorCount > before || transactionDate === null || amount === null) return;
  file.rows.push({
    transactionDate,
    amount,
    currency,
    description: readText(cell("description"), 500) ?? readText(cell("counterparty"), 500) ?? readText(cell("memo"), 500),
    counterparty: readText(cell("counterparty"), 500),
    memo: readText(cell("memo"), 2_000),
    category: readText(cell("category"), 500),
  });
}

function amountOf(
  mapping: Mapping,
  fields: Fields,
  cell: (field: keyof Fields) => string | undefined,
  refuse: (field: string, detail: string) => void,
): string | null {
  const read = (field: "amount" | "debit" | "credit") => {
    const text = cell(field) ?? "";
    const amount = readAmount(text, mapping.decimal);
    if (amount === null) refuse(field, `"${text.slice(0, 40)}" is no amount with the decimal sign ${mapping.decimal}`);
    return amount;
  };
  const signed = (amount: string | null) => (amount !== null && mapping.negate && amount !== "0" ? flip(amount) : amount);
  if (fields.amount !== undefined) {
    const amount = read("amount");
    if (fields.sign === undefined || amount === null) return signed(amount);
    const sign = readSign(cell("sign") ?? "");
    if (sign === null) refuse("sign", `"${(cell("sign") ?? "").slice(0, 40)}" says neither debit nor credit`);
    else if (sign === 1 && amount.startsWith("-")) refuse("sign", "is credit, but the amount is negative");
    return signed(sign === -1 ? outOf(amount) : amount);
  }
  // a side that is empty or zero says nothing; one of both speaks
  const sides = (["debit", "credit"] as const).filter((side) => fields[side] !== undefined && (cell(side) ?? "").trim() !== "");
  const spoken = sides.map((side) => [side, read(side)] as const);
  if (spoken.some(([, amount]) => amount === null)) return null;
  const speaking = spoken.filter(([, amount]) => amount !== "0");
  const [side, amount] = speaking[0] ?? spoken[0] ?? [];
  if (side === undefined || amount === undefined || amount === null || speaking.length > 1) {
    refuse("amount", sides.length === 0 ? "has neither debit nor credit" : "has both debit and credit");
    return null;
  }
  return signed(side === "debit" ? outOf(amount) : amount);
}

const flip = (amount: string) => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);
/** What went out is negative, whether the bank writes a minus or leaves it to the column. */
const outOf = (amount: string) => (amount.startsWith("-") || amount === "0" ? amount : `-${amount}`);
