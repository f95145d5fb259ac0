/**
 * QuickBooks writes every instant in Pacific time, whatever the company's zone. The rule of the United States since
 * 2007: summer time from the second Sunday of March 2:00 to the first Sunday of November 2:00.
 */

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** `2015-06-29T12:33:57-07:00`. */
export function pacific(ms: number, withMillis = false): string {
  const offset = summer(ms) ? 7 : 8;
  const local = new Date(ms - offset * HOUR).toISOString();
  return `${withMillis ? local.slice(0, 23) : local.slice(0, 19)}-0${offset}:00`;
}

/** The calendar day in Pacific time. */
export function pacificDate(ms: number): string {
  return pacific(ms).slice(0, 10);
}

/** An ISO instant, or one without a zone, which is read as Pacific time. NaN when it is neither. */
export function instant(text: string): number {
  if (/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text.slice(10))) return Date.parse(text);
  const local = Date.parse(`${text.length === 10 ? `${text}T00:00:00` : text}Z`);
  const standard = local + 8 * HOUR;
  return summer(standard - HOUR) ? standard - HOUR : standard;
}

function summer(ms: number): boolean {
  const year = new Date(ms - 8 * HOUR).getUTCFullYear();
  return ms >= sunday(year, 2, 2) + 10 * HOUR && ms < sunday(year, 10, 1) + 9 * HOUR;
}

/** Midnight UTC of the n-th Sunday of a month. */
function sunday(year: number, month: number, nth: number): number {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay();
  return Date.UTC(year, month, 1 + ((7 - first) % 7) + (nth - 1) * 7);
}

/** `addDays("2026-03-01", -1)` -> `"2026-02-28"`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

export function addMonths(date: string, months: number): string {
  const from = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  const first = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const day = Math.min(Number(date.slice(8, 10)), last);
  return `${first.toISOString().slice(0, 8)}${String(day).padStart(2, "0")}`;
}

export function monthEnd(date: string): string {
  return addDays(`${addMonths(date, 1).slice(0, 7)}-01`, -1);
}

export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}
