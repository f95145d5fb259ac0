/** Finds the words of a question that name a period, and works them out when there is no tool for that. */

export type Range = { readonly from: string; readonly to: string };

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?";
const YEAR = "(?:19|20)\\d\\d";
const OF_YEAR = `(?:,? +(?:of +)?(?:${YEAR}|(?:last|this|the previous) year))`;
const COUNT = "(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|few)";
const UNIT = "(?:day|week|month|quarter|year)s?";
const ORDINAL = "(?:first|second|third|fourth|1st|2nd|3rd|4th)";
const DAY = `(?:\\d{4}-\\d{2}-\\d{2}|${MONTH} +\\d{1,2}(?:st|nd|rd|th)?(?:,? +${YEAR})?(?!\\d)|\\d{1,2}(?:st|nd|rd|th)? +(?:of +)?${MONTH}(?: +${YEAR})?)`;
const POINT = `(?:${DAY}|\\d{4}-\\d{2}(?!\\d)|q[1-4]${OF_YEAR}?|${ORDINAL} quarter${OF_YEAR}?|${MONTH}${OF_YEAR}?|${YEAR})`;

/** Tried in this order at each place of the question. */
const PHRASES = [
  `(?:between|from) +${POINT} +(?:and|to|until|till|through|thru|-|–) +${POINT}`,
  `${POINT} *(?:to|until|through|–|\\.\\.) *${POINT}`,
  `(?:since|after|before|until) +(?:the +)?(?:start|beginning|end)? *(?:of +)?(?:${POINT}|(?:last|this) (?:month|quarter|year))`,
  `the +month +before +last`,
  `(?:the +)?week +(?:of|starting|beginning) +${DAY}`,
  `(?:the +)?same +(?:month|quarter|period|time)(?: +of)? +(?:last|the previous|the prior) +year`,
  `(?:the +)?(?:last|past|previous|prior|trailing|next|coming) +${COUNT} +(?:full +|calendar +)?${UNIT}`,
  `(?:the +)?(?:last|past|previous|prior|this|current|next|coming) +(?:calendar +|fiscal +|financial +)?(?:week|month|quarter|year)(?: +so +far| +to +date)?`,
  `so +far +this +(?:month|quarter|year)`,
  `(?:year|month|quarter)[ -]to[ -]date|ytd|mtd|qtd`,
  `(?:the +)?${ORDINAL} +(?:half|quarter)${OF_YEAR}?`,
  `(?:h[12]|q[1-4])${OF_YEAR}?`,
  `fy *${YEAR}|(?:fiscal|financial) +year +${YEAR}`,
  `${MONTH} +${YEAR} *(?:-|–) *${MONTH} +${YEAR}`,
  DAY,
  `\\d{4}-\\d{2}(?!\\d|-)`,
  `${MONTH}${OF_YEAR}?`,
  `${YEAR}(?![\\d-])`,
  `yesterday|today|all[ -]time|overall +history`,
];
const PHRASE = new RegExp(`(?<![\\w-])(?:${PHRASES.join("|")})(?!\\w)`, "gi");
const SPAN = new RegExp(`^(?:between|from) +(${POINT}) +(?:and|to|until|till|through|thru|-|–) +(${POINT})$`, "i");

export type Phrase = { readonly text: string; readonly start: number; readonly end: number };

export function findPeriods(question: string): Phrase[] {
  return [...question.matchAll(PHRASE)]
    .filter((match) => !isVerb(match[0], question.slice(0, match.index), question.slice(match.index + match[0].length)))
    .map((match) => ({ text: match[0].replace(/\s+/g, " ").replace(/^the /i, "").replace(/\.$/, ""), start: match.index, end: match.index + match[0].length }));
}

/** "may" and "march" are also verbs, "mar" and "dec" parts of names: alone they count only where a month can stand. */
function isVerb(word: string, before: string, after: string): boolean {
  if (!/^(may|march|mar|sep|dec|jan|oct|nov|jun|jul)\.?$/i.test(word)) return false;
  if (/\b(in|of|for|during|since|until|and|to|vs\.?|versus|with|than|last|this|next|compare|between|from|end|or)\s+$/i.test(before)) return false;
  return word[0] === word[0]?.toLowerCase() || /^\s+(i|we|you)\b/i.test(after) || /^\s+[A-Z]/.test(after);
}

/** "between March and April" as its two ends; null for any other phrase. */
export function endsOf(phrase: string): [string, string] | null {
  const match = SPAN.exec(phrase);
  return match?.[1] && match[2] ? [match[1], match[2]] : null;
}

const DAY_MS = 86_400_000;
const at = (iso: string) => Date.parse(`${iso}T00:00:00Z`);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const utc = (year: number, month: number, day = 1) => iso(Date.UTC(year, month, day));
const WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  few: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
};

/** Whole months from `month` (0 = January of `year`), `count` of them. */
function months(year: number, month: number, count: number): Range {
  return { from: utc(year, month), to: utc(year, month + count, 0) };
}

export function resolvePeriod(phrase: string, today: string): Range | null {
  const text = phrase.toLowerCase().replace(/^the /, "").trim();
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7)) - 1;
  const ends = endsOf(text);
  if (ends) {
    const [a, b] = [resolvePeriod(ends[0], today), resolvePeriod(ends[1], today)];
    return a && b ? { from: a.from, to: b.to } : null;
  }
  const edge = /^(since|after|before|until)(?: the)?(?: (start|beginning|end))?(?: of)? (.+)$/.exec(text);
  if (edge) {
    const range = resolvePeriod(edge[3] ?? "", today);
    if (!range) return null;
    if (edge[1] === "since") return { from: range.from, to: today };
    if (edge[1] === "after") return { from: iso(at(range.to) + DAY_MS), to: today };
    return { from: "1970-01-01", to: edge[1] === "until" ? range.to : iso(at(range.from) - DAY_MS) };
  }
  const week = /^week (?:of|starting|beginning) (.+)$/.exec(text);
  if (week) {
    const day = resolvePeriod(week[1] ?? "", today);
    return day ? { from: day.from, to: iso(at(day.from) + 6 * DAY_MS) } : null;
  }
  if (text === "today") return { from: today, to: today };
  if (text === "yesterday") return { from: iso(at(today) - DAY_MS), to: iso(at(today) - DAY_MS) };
  if (text.startsWith("all")) return { from: "1970-01-01", to: today };
  if (/to[ -]date|so far|^[ymq]td$/.test(text)) {
    const start = /month|mtd/.test(text) ? month : /quarter|qtd/.test(text) ? month - (month % 3) : 0;
    return { from: utc(year, start), to: today };
  }
  if (text === "month before last") return months(year, month - 2, 1);
  return rolling(text, today) ?? named(text, year, month, today);
}

function rolling(text: string, today: string): Range | null {
  const match = /^(last|past|previous|prior|trailing|next|coming) (\w+) (?:full |calendar )?(day|week|month|quarter|year)s?$/.exec(text);
  if (!match) return null;
  const count = WORDS[match[2] ?? ""] ?? Number(match[2]);
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
  const ahead = match[1] === "next" || match[1] === "coming";
  const days = match[3] === "day" ? count : match[3] === "week" ? count * 7 : null;
  if (days !== null) {
    return ahead ? { from: iso(at(today) + DAY_MS), to: iso(at(today) + days * DAY_MS) } : { from: iso(at(today) - (days - 1) * DAY_MS), to: today };
  }
  const span = count * (match[3] === "quarter" ? 3 : match[3] === "year" ? 12 : 1);
  return ahead ? months(year, month + 1, span) : months(year, month - span, span);
}

function named(text: string, year: number, month: number, today: string): Range | null {
  const relative = /^(last|past|previous|prior|this|current|next|coming) (?:calendar |fiscal |financial )?(week|month|quarter|year)$/.exec(text);
  if (relative) {
    const shift = /this|current/.test(relative[1] ?? "") ? 0 : /next|coming/.test(relative[1] ?? "") ? 1 : -1;
    if (relative[2] === "week") {
      const monday = at(today) - ((new Date(at(today)).getUTCDay() + 6) % 7) * DAY_MS + shift * 7 * DAY_MS;
      return { from: iso(monday), to: iso(monday + 6 * DAY_MS) };
    }
    if (relative[2] === "month") return months(year, month + shift, 1);
    if (relative[2] === "quarter") return months(year, month - (month % 3) + shift * 3, 3);
    return months(year + shift, 0, 12);
  }
  const stated = /(?:19|20)\d\d/.exec(text)?.[0];
  const inYear = stated ? Number(stated) : /(last|previous) year/.test(text) ? year - 1 : year;
  const day = /^(\d{4}-\d{2}-\d{2})$/.exec(text)?.[1];
  if (day) return { from: day, to: day };
  const isoMonth = /^(\d{4})-(\d{2})$/.exec(text);
  if (isoMonth) return months(Number(isoMonth[1]), Number(isoMonth[2]) - 1, 1);
  const ordinal = { first: 1, "1st": 1, second: 2, "2nd": 2, third: 3, "3rd": 3, fourth: 4, "4th": 4 }[
    /first|second|third|fourth|[1-4](?:st|nd|rd|th)(?= (?:half|quarter))/.exec(text)?.[0] ?? ""
  ];
  const quarter = Number(/q([1-4])/.exec(text)?.[1] ?? (text.includes("quarter") ? ordinal : 0));
  if (quarter) return months(inYear, (quarter - 1) * 3, 3);
  const half = Number(/h([12])/.exec(text)?.[1] ?? (text.includes("half") ? ordinal : 0));
  if (half) return months(inYear, (half - 1) * 6, 6);
  const name = new RegExp(MONTH, "i").exec(text)?.[0].slice(0, 3);
  const index = name ? MONTHS.findIndex((each) => each.startsWith(name)) : -1;
  if (index >= 0) {
    const wanted = !stated && !/year/.test(text) && index > month ? inYear - 1 : inYear;
    const dayOfMonth = /(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?!\d)/.exec(text.replace(/(?:19|20)\d\d/, ""))?.[1];
    return dayOfMonth ? { from: utc(wanted, index, Number(dayOfMonth)), to: utc(wanted, index, Number(dayOfMonth)) } : months(wanted, index, 1);
  }
  return stated ? months(inYear, 0, 12) : null;
}

/** The period just before, of the same kind: whole months stay whole months. `yearAgo` shifts by twelve months instead. */
export function periodBefore(range: Range, yearAgo = false): Range {
  const [fy, fm, fd] = parts(range.from);
  const [ty, tm] = parts(range.to);
  const whole = fd === 1 && range.to === utc(ty, tm + 1, 0);
  const length = (ty - fy) * 12 + tm - fm + 1;
  if (whole) return months(fy, fm - (yearAgo ? 12 : length), length);
  if (yearAgo) return { from: `${fy - 1}${range.from.slice(4)}`, to: `${ty - 1}${range.to.slice(4)}` };
  const to = at(range.from) - DAY_MS;
  return { from: iso(to - (at(range.to) - at(range.from))), to: iso(to) };
}

function parts(day: string): [number, number, number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10))];
}
