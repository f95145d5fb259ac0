/** A closed range of days, `YYYY-MM-DD` both. Days have no zone. */
export type Period = { from: string; to: string };

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const DAY_MS = 86_400_000;

/**
 * The period that an English phrase means on the day `today`, or null: "last month", "this quarter", "Q3 2019", "March",
 * "in March 2019", "2019", "last 90 days", "year to date", two dates, or all time.
 */
export function resolvePeriod(phrase: string, today: string): Period | null {
  const text = phrase.toLowerCase().trim();
  const dates = text.match(/\d{4}-\d{2}-\d{2}/g);
  if (dates) return ordered(dates[0] ?? today, dates[1] ?? dates[0] ?? today);
  return relative(text, today) ?? named(text, today);
}

function relative(text: string, today: string): Period | null {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  const quarter = Math.floor((month - 1) / 3);
  const days = /(?:last|past) (\d{1,4}) days?/.exec(text);
  const months = /(?:last|past) (\d{1,3}) months?/.exec(text);
  if (days) return { from: addDays(today, 1 - Number(days[1])), to: today };
  if (months) return { from: monthOf(year, month - Number(months[1])).from, to: monthOf(year, month - 1).to };
  if (/all time|ever|so far in total|overall/.test(text)) return { from: "1900-01-01", to: today };
  if (/year to date|ytd|this year|so far this year/.test(text)) return { from: `${year}-01-01`, to: today };
  if (/last year|previous year/.test(text)) return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
  if (/this quarter/.test(text)) return { from: quarterOf(year, quarter).from, to: today };
  if (/last quarter|previous quarter/.test(text)) return quarterOf(year, quarter - 1);
  if (/this month|month to date/.test(text)) return { from: monthOf(year, month).from, to: today };
  if (/last month|previous month/.test(text)) return monthOf(year, month - 1);
  if (/yesterday/.test(text)) return { from: addDays(today, -1), to: addDays(today, -1) };
  if (/today/.test(text)) return { from: today, to: today };
  return null;
}

function named(text: string, today: string): Period | null {
  const named = /\b(\d{4})\b/.exec(text);
  const year = named ? Number(named[1]) : null;
  const quarter = /\bq([1-4])\b/.exec(text);
  if (quarter) return quarterOf(year ?? Number(today.slice(0, 4)), Number(quarter[1]) - 1);
  const month = MONTHS.findIndex((name) => new RegExp(`\\b${name.slice(0, 3)}(?:${name.slice(3)})?\\b`).test(text));
  if (month >= 0) return monthOf(year ?? latestYearOf(month + 1, today), month + 1);
  return year === null ? null : { from: `${year}-01-01`, to: `${year}-12-31` };
}

/** A month without a year is its latest one that has begun. */
function latestYearOf(month: number, today: string): number {
  const year = Number(today.slice(0, 4));
  return month <= Number(today.slice(5, 7)) ? year : year - 1;
}

/** A calendar month; months outside 1 to 12 run over into other years. */
function monthOf(year: number, month: number): Period {
  const first = new Date(Date.UTC(year, month - 1, 1));
  const last = new Date(Date.UTC(year, month, 0));
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}

function quarterOf(year: number, quarter: number): Period {
  return { from: monthOf(year, quarter * 3 + 1).from, to: monthOf(year, quarter * 3 + 3).to };
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

function ordered(a: string, b: string): Period {
  return a <= b ? { from: a, to: b } : { from: b, to: a };
}
