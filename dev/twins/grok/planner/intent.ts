import { findEntities, type Mention } from "./mentions.ts";
import { endsOf, findPeriods } from "./periods.ts";
import {
  KINDS,
  COMPARE,
  RANKED,
  SINGLE_ROWS,
  ROWS,
  MONEY,
  LISTING,
  NOUN_LIST,
  ELSEWHERE,
  COMMANDS,
  DIMENSIONS,
  EXPENSE,
  INCOME,
  NET,
  CURRENCIES,
  NUMBERS,
  type Kind,
} from "./vocabulary.ts";

export type Direction = "expense" | "income" | "net";
export type Measure = "sum" | "count" | "average" | "max" | "min" | "share";

/** What one question asks for, before any tool is chosen. */
export type Intent = {
  readonly kind: Kind;
  readonly direction: Direction | null;
  readonly measure: Measure;
  /** What to group or rank by, as the question named it: "vendor", "month". */
  readonly dimensions: readonly string[];
  readonly n: number | null;
  readonly side: "receivable" | "payable";
  readonly periods: readonly string[];
  readonly mentions: readonly Mention[];
  readonly currency: string | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** Compare with the same period a year before rather than with the one just before. */
  readonly yearAgo: boolean;
  /** A balance at the beginning, not the end, of the period. */
  readonly atStart: boolean;
  /** How far a forecast looks ahead. */
  readonly horizon: { readonly count: number; readonly unit: string } | null;
  readonly overdue: boolean;
  readonly smallest: boolean;
  readonly latest: boolean;
  readonly basis: "cash" | "accrual" | null;
};

/** Every intent of the question: two when it asks for spending and income in one breath, none when it is not about the books. */
export function readIntents(question: string): Intent[] {
  const found = findPeriods(question);
  let rest = question;
  for (const { start, end } of found) rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  const text = rest.toLowerCase().replace(/[’]/g, "'").replace(/\s+/g, " ").trim();
  const whole = question.toLowerCase();
  if (ELSEWHERE.test(text) || COMMANDS.test(text)) return [];
  const direction = directionOf(text);
  const side = sideOf(text);
  const names = findEntities(rest, direction === "income" ? "income" : "expense");
  // "Rent in 2019?"
  const terse = found.length > 0 && names.length > 0 && text.split(" ").length <= 4 ? "sum" : null;
  const read = kindOf(text, whole, found.length) ?? terse;
  if (read === null) return [];
  // "Amazon versus Walmart" compares two names within one period
  const kind =
    read === "compare" && found.length <= 1 && names.length > 1 && /\bcompar|\bversus\b|\bvs\b|\bthan\b|difference between/.test(text) ? "sum" : read;

  const phrases = withYears(found.map((phrase) => phrase.text));
  const [only] = phrases;
  const ends = kind === "compare" && phrases.length === 1 && only ? endsOf(only) : null;
  const ahead = phrases.find((phrase) => /^(next|coming)/i.test(phrase));
  const yearAgo =
    phrases.some((phrase) => /^same /i.test(phrase)) || /year over year|year-on-year|year on year|\byoy\b|a year (ago|earlier|before)/.test(whole);
  const named = kind === "compare" && phrases.length === 1 && found[0] && only ? againstNow(only, question.slice(0, found[0].start)) : null;
  const periods = (ends ? withYears(ends) : (named ?? phrases)).filter((phrase) => !/^same /i.test(phrase) && !(kind === "forecast" && phrase === ahead));
  const shared = {
    kind,
    periods,
    yearAgo,
    side,
    measure: measureOf(text),
    dimensions: kind === "aging" ? [] : dimensionsOf(text, kind),
    n: countOf(text, kind),
    mentions: names.map((mention) => likelier(mention, kind, side)),
    currency: CURRENCIES.find(([, pattern]) => pattern.test(text))?.[0] ?? null,
    atLeast: amountAfter(text, /(?:over|above|more than|greater than|at least|exceeding|bigger than|larger than|>)/),
    atMost: amountAfter(text, /(?:under|below|less than|smaller than|at most|up to|<)/),
    atStart: /(start|beginning|opening)\b/.test(text),
    horizon: horizonOf(ahead ?? text),
    overdue: /overdue|past[- ]due|\blate\b/.test(text),
    smallest: /lowest|smallest|cheapest|\bleast\b|fewest/.test(text),
    latest: /latest|most recent|newest|\blast (\d+ )?(transaction|payment|purchase|expense|invoice|bill|deposit|charge)/.test(text),
    basis: /\bcash basis\b/.test(text) ? ("cash" as const) : /accrual/.test(text) ? ("accrual" as const) : null,
  };
  const both =
    (kind === "sum" || kind === "top") &&
    EXPENSE.test(text) &&
    INCOME.test(text) &&
    // "and" inside a quoted name joins nothing
    /\b(and|or|versus|vs)\b/.test(text.replace(/"[^"]*"/g, "")) &&
    !/vendor|supplier|customer|client|invoice|bill/.test(text);
  if (both)
    return [
      { ...shared, direction: "income" },
      { ...shared, direction: "expense" },
    ];
  return [{ ...shared, direction }];
}

function kindOf(text: string, whole: string, periods: number): Kind | null {
  for (const [kind, pattern] of KINDS) {
    if (!pattern.test(text)) continue;
    if (kind === "profit" && COMPARE.test(text)) return "compare";
    if (kind === "profit" && /most profit|profitable/.test(text) && /customer|vendor|client/.test(text)) return "top";
    if (kind === "balance" && COMPARE.test(text) && periods > 1) return "compare";
    return kind;
  }
  if (/\b(next|coming) (month|quarter|year|week|\d+)/.test(whole) && /cash|money|spend|income|balance/.test(text)) return "forecast";
  if (COMPARE.test(text) && (MONEY.test(text) || periods > 0 || /\bwhy did\b/.test(text))) return "compare";
  if (RANKED.test(text)) return SINGLE_ROWS.test(text) ? "largest" : "top";
  if (NOUN_LIST.test(text) && !/spen[dt]|paid|\bpay\b|revenue|income|sales|cost|earn|transactions|how much|bought/.test(text)) return "entities";
  if (
    LISTING.test(text) &&
    ROWS.test(text.replace(/expenses? by|sales by/, "")) &&
    !/\b(by|per)\b (categor|vendor|suppl|customer|client|account|month|quarter|year|week)|total|how much|how many|average/.test(text)
  )
    return "list";
  if (/what did (we|i) (buy|purchase)/.test(text)) return "list";
  if (MONEY.test(text)) return "sum";
  // "What were bank charges in 2019?", "\"Rent\" in 2019?": a name and a period, and nothing else that it could be about
  return periods > 0 && /^(and )?(what|how)\b|^(show|give)\b|^"[^"]+"/.test(text) ? "sum" : null;
}

/** "March and April 2019" is one year, said once. */
function withYears(phrases: readonly string[]): string[] {
  return phrases.map((phrase, index) => {
    const year = phrases
      .slice(index + 1)
      .map((later) => /(?:19|20)\d\d$/.exec(later)?.[0])
      .find((each) => each !== undefined);
    return year !== undefined && /^(q[1-4]|h[12]|[a-z]{3,9})$/i.test(phrase) && !/^(ytd|mtd|qtd|today|yesterday)$/i.test(phrase) ? `${phrase} ${year}` : phrase;
  });
}

/** "What changed compared to last month?" has the running month on its other side. */
function againstNow(phrase: string, before: string): string[] | null {
  const unit = /^(?:last|previous|prior) (month|quarter|year|week)$/i.exec(phrase)?.[1];
  return unit && /\b(compared (to|with)|than|versus|vs\.?|against)\s+(the )?$/i.test(before) ? [`this ${unit.toLowerCase()}`, phrase] : null;
}

/** Some questions can only be about one kind of entity. */
function likelier(mention: Mention, kind: Kind, side: Intent["side"]): Mention {
  const first = kind === "aging" ? (side === "receivable" ? "customer" : "vendor") : kind === "balance" ? "account" : null;
  return first === null
    ? mention
    : { ...mention, kinds: [...new Set([first, ...mention.kinds])], parts: mention.parts.map((part) => likelier(part, kind, side)) };
}

function directionOf(text: string): Direction | null {
  if (NET.test(text)) return "net";
  if (/sales tax/.test(text)) return "expense";
  if (/pays? us|paid us|pay me|paid me/.test(text)) return "income";
  if (/\b(spen[dt]|spending|expenses?|costs?)\b/.test(text)) return "expense";
  if (/\b(revenue|income|sales|earn(ed|ings)?|received|turnover)\b/.test(text)) return "income";
  if (EXPENSE.test(text)) return "expense";
  return INCOME.test(text) ? "income" : null;
}

function measureOf(text: string): Measure {
  if (/how many|number of|\bcount\b|how often/.test(text)) return "count";
  if (/\baverage|\bmean\b|\btypical|on average|\bavg\b/.test(text)) return "average";
  if (/percent|share of|proportion|fraction of|what part of|%/.test(text)) return "share";
  if (/largest single|single largest|\bmaximum\b/.test(text)) return "max";
  return /\bminimum\b/.test(text) ? "min" : "sum";
}

function dimensionsOf(text: string, kind: Kind): string[] {
  const cue =
    kind === "top" || kind === "compare" || kind === "entities"
      ? /(?:\bby|\bper|\beach|\bevery|\bwhich|\bwhat|\btop|\bbiggest|\blargest|\bhighest|\bmost|\blowest|\bsmallest|\bbest|\bmain|\bmajor|\bour|\bmy|\blist|\bshow|\ball|\bthe|\bmany|\bfor each|\bexpensive|\bvaluable|\bimportant|\bleast|\d)/
      : /(?:\bby|\bper|\beach|\bevery|\bacross|\bwhich)/;
  const found = DIMENSIONS.filter(([name, pattern]) => {
    const at = new RegExp(
      `${cue.source}(?: (?:the|each|my|our|all|different|expense|income|spending|cost|revenue|gl|top|and))* (?:\\w+ and )?(?:${pattern.source})\\b`,
    ).exec(text);
    return (
      at !== null ||
      (/month|quarter|year|week|day/.test(name) &&
        new RegExp(`\\b${name === "day" ? "daily" : name === "year" ? "(?:yearly|annual)" : `${name}ly`}\\b|${name} by ${name}|over time`).test(text) &&
        (name === "month" || !/over time/.test(text)))
    );
  }).map(([name]) => name);
  if (found.length === 0 && /\bwho\b/.test(text)) return [INCOME.test(text) ? "customer" : "vendor"];
  if (found.length === 0 && kind === "top") return [/customer|client/.test(text) ? "customer" : /vendor|supplier|pay/.test(text) ? "vendor" : "category"];
  if (found.length === 0 && /breakdown|break down/.test(text)) return ["category"];
  return found.slice(0, 2);
}

function countOf(text: string, kind: Kind): number | null {
  const near =
    /\b(?:top|biggest|largest|highest|lowest|smallest|last|latest|recent|first|best|main|show|list)\s+(\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b/.exec(
      text,
    )?.[1] ??
    /\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s+(?:\w+\s+)?(?:biggest|largest|highest|lowest|smallest|top|most|latest|best|main|cheapest|least|recent)\b/.exec(
      text,
    )?.[1];
  if (near) return NUMBERS[near] ?? Number(near);
  if (kind !== "top" && kind !== "largest") return null;
  if (/\b(which|what) (vendor|supplier|customer|client|category|account|month|quarter|year)\b/.test(text)) return 1;
  const single =
    /\b(vendor|supplier|customer|client|category|account|month|quarter|year|transaction|payment|purchase|expense|invoice|bill|deposit|charge|sale|merchant|payee)\b(?!s)/.test(
      text,
    ) || /\bwho\b/.test(text);
  return single &&
    !/\b(vendors|suppliers|customers|clients|categories|accounts|months|transactions|payments|purchases|expenses|invoices|bills|deposits|charges)\b/.test(text)
    ? 1
    : 5;
}

function sideOf(text: string): "receivable" | "payable" {
  if (
    /\b(i|we) (still |currently )?owe|do (we|i)\b.*\bowe|payable|\bbills?\b|vendor|supplier|a\/?p\b|to pay|(we|i) (haven't|have not|hasn't) paid/.test(text) &&
    !/owes? (us|me)|owed to (us|me)/.test(text)
  )
    return "payable";
  return "receivable";
}

function amountAfter(text: string, cue: RegExp): number | null {
  const match = new RegExp(`${cue.source} *[$€£]? *(\\d[\\d,]*(?:\\.\\d+)?)(k\\b)?(?![\\d,]| ?(?:days?|weeks?|months?|years?|%|percent)\\b)`).exec(text);
  if (!match?.[1]) return null;
  return Number(match[1].replaceAll(",", "")) * (match[2] ? 1000 : 1);
}

function horizonOf(text: string): Intent["horizon"] {
  const match =
    /\b(?:next|coming|in|over|for|within) (?:the (?:next|coming) )?(\d+|one|two|three|four|five|six|nine|twelve|few)?\s*-?(day|week|month|quarter|year)s?\b/i.exec(
      text,
    ) ?? /(\d+)[- ](day|week|month|quarter|year)s?\b/i.exec(text);
  if (!match?.[2]) return null;
  const count = match[1] ? (NUMBERS[match[1].toLowerCase()] ?? (Number(match[1]) || 3)) : 1;
  return { count, unit: match[2].toLowerCase() };
}
