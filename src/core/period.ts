/** A closed range of days, `YYYY-MM-DD` both. Days have no zone. */
export type Period = { from: string; to: string };

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"] as const;
const DAY_MS = 86_400_000;
/** Books have no earlier day; a period without a beginning begins here. */
export const EPOCH = "1900-01-01";

const MONTH = MONTHS.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`)
  .join("|")
  .replace("Sep(?:tember)?", "Sept?(?:ember)?")
  .toLowerCase();
const YEAR = "(?:19|20)\\d\\d";
const COUNTS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  few: 3,
};
const ORDINALS: Readonly<Record<string, number>> = { first: 1, "1st": 1, second: 2, "2nd": 2, third: 3, "3rd": 3, fourth: 4, "4th": 4 };

/**
 * The period that an English phrase means on the day `today`, or null: "last month", "Q3 2019", "March", "since May 2020",
 * "between March and June 2019", "2019", "last 90 days", "year to date", "FY2020", two dates, or all time. "Last n months"
 * are whole calendar months; "last n days" end today. `fiscalStart` is the month in which financial years begin.
 */
export function resolvePeriod(phrase: string, today: string, fiscalStart = 1): Period | null {
  const text = withoutMarks(phrase.toLowerCase())
    .replace(/\bthe\b|\bcalendar\b|\bfull\b|\bwhole\b/g, " ")
    .replace(/[–—]/g, "-")
    .replace(/\s+/g, " ")
    .trim();
  return span(text, today, fiscalStart) ?? open(text, today, fiscalStart) ?? relative(text, today) ?? fiscal(text, today, fiscalStart) ?? point(text, today);
}

/** Without the spaces and marks that end a sentence. A loop: a pattern that ends in `+$` takes the square of a long text. */
export function withoutMarks(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\n\r?!.".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** "between a and b", "a to b": from the first day of one to the last day of the other; a year said once counts for both. */
function span(text: string, today: string, fiscalStart: number): Period | null {
  const isoDays = text.match(/\d{4}-\d{2}-\d{2}/g);
  if (isoDays && isoDays.length > 1) return ordered(isoDays[0] ?? today, isoDays[1] ?? today);
  const parts = /^(?:(?:between|from) )?(.+?) ?(?:\bto\b|\band\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b|\.\.| - |(?<=[a-z\d])-(?=[a-z])) ?(.+)$/.exec(text);
  if (!parts || /to date/.test(text)) return null;
  const year = new RegExp(`${YEAR}$`).exec(parts[2] ?? "")?.[0];
  const left = year !== undefined && !new RegExp(YEAR).test(parts[1] ?? "") ? `${parts[1]} ${year}` : (parts[1] ?? "");
  const [from, to] = [resolvePeriod(left, today, fiscalStart), resolvePeriod(parts[2] ?? "", today, fiscalStart)];
  return from && to && from.from <= to.to ? { from: from.from, to: to.to } : null;
}

/** "since March", "before 2019", "until last month". */
function open(text: string, today: string, fiscalStart: number): Period | null {
  if (/^(all[ -]time|ever|overall|overall history|so far in total|everything)$/.test(text)) return { from: EPOCH, to: today };
  const match = /^(since|after|before|until|till|up to) (?:(?:start|beginning|end) (?:of )?)?(.+)$/.exec(text);
  const anchor = match?.[2] === undefined ? null : resolvePeriod(match[2], today, fiscalStart);
  if (!match || !anchor) return null;
  if (match[1] === "since") return ordered(anchor.from, today);
  if (match[1] === "after") return ordered(addDays(anchor.to, 1), today);
  return { from: EPOCH, to: match[1] === "before" ? addDays(anchor.from, -1) : anchor.to };
}

function relative(text: string, today: string): Period | null {
  if (text === "today" || text === "now") return { from: today, to: today };
  if (text === "yesterday") return { from: addDays(today, -1), to: addDays(today, -1) };
  if (text === "tomorrow") return { from: addDays(today, 1), to: addDays(today, 1) };
  const toDate = /^(year|month|quarter)[ -]to[ -]date$|^(y|m|q)td$|^so far this (year|month|quarter)$|^this (year|month|quarter) (?:so far|to date)$/.exec(
    text,
  );
  if (toDate) {
    const unit = toDate[1] ?? toDate[3] ?? toDate[4] ?? { y: "year", m: "month", q: "quarter" }[toDate[2] ?? ""] ?? "year";
    return { from: units(unit, 0, 1, today).from, to: today };
  }
  if (text === "month before last") return units("month", -2, 1, today);
  const same = /^same (month|quarter|time|period)(?: of)? (?:last|previous|prior) year$/.exec(text);
  if (same) return units(same[1] === "quarter" ? "quarter" : "month", same[1] === "quarter" ? -4 : -12, 1, today);
  const many = /^(last|past|previous|prior|trailing|next|coming) (\d{1,3}|[a-z]+) (day|week|month|quarter|year)s?$/.exec(text);
  const count = many ? (COUNTS[many[2] ?? ""] ?? Number(many[2])) : Number.NaN;
  if (many && Number.isInteger(count) && count > 0) return several(many[3] ?? "", /next|coming/.test(many[1] ?? ""), count, today);
  const single = /^(this|current|last|past|previous|prior|next|coming) (day|week|month|quarter|year)$/.exec(text);
  if (!single) return null;
  const shift = /this|current/.test(single[1] ?? "") ? 0 : /next|coming/.test(single[1] ?? "") ? 1 : -1;
  return units(single[2] ?? "", shift, 1, today);
}

function several(unit: string, ahead: boolean, count: number, today: string): Period {
  if (unit === "day") return ahead ? { from: addDays(today, 1), to: addDays(today, count) } : { from: addDays(today, 1 - count), to: today };
  return units(unit, ahead ? 1 : -count, count, today);
}

/** `count` whole units, the first of them `shift` units from today's. */
function units(unit: string, shift: number, count: number, today: string): Period {
  const [year, month] = partsOf(today);
  if (unit === "day") return { from: addDays(today, shift), to: addDays(today, shift + count - 1) };
  if (unit === "week") {
    const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
    return { from: addDays(monday, shift * 7), to: addDays(monday, (shift + count) * 7 - 1) };
  }
  if (unit === "month") return months(year, month + shift, count);
  if (unit === "quarter") return months(year, Math.floor((month - 1) / 3) * 3 + 1 + shift * 3, count * 3);
  return months(year + shift, 1, count * 12);
}

/** Financial years carry the number of the year in which they end. */
function fiscal(text: string, today: string, start: number): Period | null {
  const said = new RegExp(`^(?:fy ?|(?:fiscal|financial) year ?)(${YEAR})$`).exec(text);
  const relativeYear = /^(this|current|last|previous|prior|next) (?:fiscal|financial) (year|quarter)$/.exec(text);
  const [year, month] = partsOf(today);
  const current = start > 1 && month >= start ? year + 1 : year;
  const begin = (ending: number) => months(start > 1 ? ending - 1 : ending, start, 12);
  if (said) return begin(Number(said[1]));
  if (!relativeYear) return null;
  const shift = /this|current/.test(relativeYear[1] ?? "") ? 0 : relativeYear[1] === "next" ? 1 : -1;
  if (relativeYear[2] === "quarter") return months(year, month - ((((month - start) % 3) + 3) % 3) + shift * 3, 3);
  return begin(current + shift);
}

/** A day, month, quarter, half or year, with its own year or another's. */
function point(text: string, today: string): Period | null {
  const [thisYear, thisMonth] = partsOf(today);
  const stated = new RegExp(`(?<![\\d-])${YEAR}(?![\\d])`).exec(text)?.[0];
  const year =
    stated !== undefined ? Number(stated) : /(last|previous|prior) year/.test(text) ? thisYear - 1 : /next year/.test(text) ? thisYear + 1 : thisYear;
  const bare = text
    .replace(/,/g, " ")
    .replace(new RegExp(`(?:of |in )?(?:${YEAR}|(?:this|last|previous|prior|next) year)$`), "")
    .replace(/\s+/g, " ")
    .trim();
  const isoDay = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (isoDay) return day(Number(isoDay[1]), Number(isoDay[2]), Number(isoDay[3]));
  const isoMonth = /^(\d{4})-(\d{2})$/.exec(text);
  if (isoMonth) return Number(isoMonth[2]) >= 1 && Number(isoMonth[2]) <= 12 ? months(Number(isoMonth[1]), Number(isoMonth[2]), 1) : null;
  const week = /^week (?:of|starting|beginning) (.+)$/.exec(text);
  const first = week?.[1] === undefined ? null : point(week[1], today);
  if (first) return units("week", 0, 1, first.from);
  if (bare === "") return stated === undefined ? null : months(year, 1, 12);
  const part = /^(?:q([1-4])|h([12])|(first|second|third|fourth|1st|2nd|3rd|4th) (quarter|half))$/.exec(bare);
  if (part) {
    const n = Number(part[1] ?? part[2] ?? ORDINALS[part[3] ?? ""]);
    const length = part[1] !== undefined || part[4] === "quarter" ? 3 : 6;
    return n * length <= 12 ? months(year, (n - 1) * length + 1, length) : null;
  }
  return monthOrDay(bare, stated !== undefined || /year/.test(text), year, thisMonth);
}

/** Of a month without a year, the latest that has begun. */
function monthOrDay(text: string, yearSaid: boolean, year: number, thisMonth: number): Period | null {
  const match = new RegExp(`^(?:(\\d{1,2})(?:st|nd|rd|th)? (?:of )?)?(${MONTH})\\.?(?: (\\d{1,2})(?:st|nd|rd|th)?)?$`).exec(text);
  if (!match) return null;
  const month = MONTHS.findIndex((name) => name.toLowerCase().startsWith((match[2] ?? "").slice(0, 3))) + 1;
  const of = yearSaid || month <= thisMonth ? year : year - 1;
  const date = match[1] ?? match[3];
  return date === undefined ? months(of, month, 1) : day(of, month, Number(date));
}

function day(year: number, month: number, date: number): Period | null {
  const at = new Date(Date.UTC(year, month - 1, date));
  const text = at.toISOString().slice(0, 10);
  return at.getUTCDate() === date && at.getUTCMonth() === month - 1 ? { from: text, to: text } : null;
}

/** `count` calendar months from a first one; months outside 1 to 12 run over into other years. */
function months(year: number, month: number, count: number): Period {
  const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
  return { from: iso(Date.UTC(year, month - 1, 1)), to: iso(Date.UTC(year, month - 1 + count, 0)) };
}

/** The period of the same kind just before; `yearAgo` shifts by twelve months instead. Whole months stay whole months. */
export function periodBefore(period: Period, yearAgo = false): Period {
  const [year, month] = partsOf(period.from);
  const length = wholeMonths(period);
  if (length !== null) return months(year, month - (yearAgo ? 12 : length), length);
  const shifted = (text: string) => `${Number(text.slice(0, 4)) - 1}${text.slice(4).replace("02-29", "02-28")}`;
  if (yearAgo) return { from: shifted(period.from), to: shifted(period.to) };
  const to = addDays(period.from, -1);
  return { from: addDays(to, -daysBetween(period.from, period.to)), to };
}

/** How many whole calendar months a period is, or null when it is not made of whole ones. */
export function wholeMonths(period: Period): number | null {
  const [fromYear, fromMonth] = partsOf(period.from);
  const [toYear, toMonth] = partsOf(period.to);
  const count = (toYear - fromYear) * 12 + toMonth - fromMonth + 1;
  return count > 0 && period.from.endsWith("-01") && months(fromYear, fromMonth, count).to === period.to ? count : null;
}

/** How many calendar months a period touches. */
export function monthsTouched(period: Period): number {
  const [fromYear, fromMonth] = partsOf(period.from);
  const [toYear, toMonth] = partsOf(period.to);
  return (toYear - fromYear) * 12 + toMonth - fromMonth + 1;
}

/** A period in words, exact: "March 2019", "Q1 2019", "2019", "5 March 2019", "5 March 2019 to 7 April 2019". */
export function periodLabel(period: Period): string {
  if (period.from === period.to) return dayLabel(period.from);
  if (period.from === EPOCH) return `up to ${dayLabel(period.to)}`;
  const [year, month] = partsOf(period.from);
  const whole = wholeMonths(period);
  if (whole === 1) return `${MONTHS[month - 1]} ${year}`;
  if (whole === 3 && month % 3 === 1) return `Q${(month + 2) / 3} ${year}`;
  if (whole === 6 && month % 6 === 1) return `H${(month + 5) / 6} ${year}`;
  if (whole === 12 && month === 1) return String(year);
  if (whole !== null) return `${MONTHS[month - 1]} ${year} to ${MONTHS[partsOf(period.to)[1] - 1]} ${period.to.slice(0, 4)}`;
  return `${dayLabel(period.from)} to ${dayLabel(period.to)}`;
}

/** `2019-03-05` -> "5 March 2019". */
export function dayLabel(text: string): string {
  const [year, month] = partsOf(text);
  return `${Number(text.slice(8, 10))} ${MONTHS[month - 1]} ${year}`;
}

export function addDays(text: string, days: number): string {
  return new Date(Date.parse(text) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** The last `count` whole months before the one of `today`. */
export function monthsBefore(today: string, count: number): Period {
  return units("month", -count, count, today);
}

function partsOf(text: string): [year: number, month: number] {
  return [Number(text.slice(0, 4)), Number(text.slice(5, 7))];
}

function ordered(a: string, b: string): Period {
  return a <= b ? { from: a, to: b } : { from: b, to: a };
}
