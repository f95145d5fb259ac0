import type { InputError } from "../../../core/errors.ts";
import { exponentOf } from "../../../core/money.ts";

/** A row of a bank's file as it will stand. */
export type BankRow = {
  transactionDate: string;
  amount: string;
  currency: string;
  description: string | null;
  counterparty: string | null;
  memo: string | null;
  category: string | null;
};

/** What was read of a file: its rows, and what is wrong with those that could not be read. `account` is whose file it says it is. */
export type BankFile = { rows: BankRow[]; errors: InputError[]; errorCount: number; account: string | null };

/** More would not be written in one go. */
export const ROWS_MOST = 20_000;
const ERRORS_MOST = 100;

export function newFile(): BankFile {
  return { rows: [], errors: [], errorCount: 0, account: null };
}

/** Notes what is wrong with the row at `index` (from 0), which begins in `line` of the file. */
export function refuseRow(file: BankFile, index: number, line: number | null, field: string, detail: string): void {
  file.errorCount += 1;
  if (file.errors.length >= ERRORS_MOST) return;
  file.errors.push({ pointer: `/rows/${index}/${field}`, detail: line === null ? detail : `line ${line}: ${detail}` });
}

/** What is wrong with an amount of a currency, or null. */
export function faultOf(amount: string, currency: string): string | null {
  if (!/^[A-Z]{3}$/.test(currency)) return "must be three letters, as in ISO 4217";
  const digits = exponentOf(currency);
  return (amount.split(".")[1] ?? "").length > digits ? `must have at most ${digits} fraction digits in ${currency}` : null;
}
