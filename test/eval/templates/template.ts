import { type Books, decimal, type Flow, groups, type Part, parts, rounded, total } from "../oracle.ts";

/** What an answer must hold: these values, in this order, first; and citations only among these documents. */
export type Expected = { value: string; among?: Set<string> };
export type Filled = { slots: Record<string, string>; expected: Expected[]; exact: boolean };

/** A question with slots. `fill` puts a company's own names and days in; null where the company has nothing that it could be about. */
export type Template = { kind: string; text: string; fill: (company: Company, turn: number) => Filled | null };
export type Span = { said: string; from: string; to: string };
export type Company = { books: Books; today: string; year: Span; spans: Span[]; categories: string[]; vendors: string[]; customers: string[] };

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** `count` whole months from `index` (0 = January). */
export function months(year: number, index: number, count = 1): Span {
  const first = new Date(Date.UTC(year, index, 1));
  const iso = (at: Date) => at.toISOString().slice(0, 10);
  return { said: `${MONTHS[first.getUTCMonth()]} ${first.getUTCFullYear()}`, from: iso(first), to: iso(new Date(Date.UTC(year, index + count, 0))) };
}

export function quarter(year: number, q: number): Span {
  return { ...months(year, q * 3 - 3, 3), said: `Q${q} ${year}` };
}

/** A company as templates see it: `anchor` is the month around which its books are full. */
export function companyOf(books: Books, today: string, anchor: { year: number; month: number }): Company {
  const { year: y, month } = anchor;
  const year: Span = { said: String(y), from: `${y}-01-01`, to: `${y}-12-31` };
  const named = (flow: Flow, key: (part: Part) => string | null, most: number) =>
    groups(parts(books, flow, year), key)
      .filter((each) => each.cents > 0n)
      .slice(0, most)
      .map((each) => each.key);
  return {
    books,
    today,
    year,
    spans: [months(y, month - 1), year, quarter(y, 2), months(y, month - 2), quarter(y, 1), months(y, month - 4)],
    categories: named("expense", (part) => part.account, 5),
    vendors: named("expense", (part) => part.entry.who, 5),
    customers: named("income", (part) => part.entry.who, 4),
  };
}

export const pick = <T>(all: readonly T[], turn: number): T | undefined => all[turn % all.length];
export const among = (of: readonly Part[]) => new Set(of.map((part) => part.entry.ref));
export const valued = (of: readonly Part[]): Expected => ({ value: decimal(total(of)), among: among(of) });
export const filled = (slots: Record<string, string>, expected: Expected[], exact = true): Filled | null =>
  expected.length === 0 ? null : { slots, expected, exact };

/** Tenths of a percent, half away from zero; null of nothing. */
export function percent(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const tenths = rounded(part * 1000n, whole);
  const size = tenths < 0n ? -tenths : tenths;
  return `${tenths < 0n ? "-" : ""}${size / 10n}.${size % 10n}`;
}

type Answer = (company: Company, span: Span) => Expected[];

/** Templates that ask for the same of a period: "{period}". */
export function ofPeriod(kind: string, texts: readonly string[], answer: Answer, exact = true): Template[] {
  return texts.map((text) => ({
    kind,
    text,
    fill: (company, turn) => {
      const span = pick(company.spans, turn) ?? company.year;
      return filled({ period: span.said }, answer(company, span), exact);
    },
  }));
}

/** Templates with a period's own words in them, worked out here. */
export function ofWords(kind: string, asked: readonly (readonly [text: string, span: (today: string) => Span])[], answer: Answer, exact = true): Template[] {
  return asked.map(([text, span]) => ({ kind, text, fill: (company) => filled({}, answer(company, span(company.today)), exact) }));
}

/** Templates about somebody or something of the books: "{name}", and perhaps "{period}". */
export function ofName(
  kind: string,
  names: "categories" | "vendors" | "customers",
  texts: readonly string[],
  answer: (company: Company, span: Span, name: string) => Expected[],
  exact = true,
): Template[] {
  return texts.map((text) => ({
    kind,
    text,
    fill: (company, turn) => {
      const name = pick(company[names], turn);
      const span = turn % 2 === 0 ? company.year : (pick(company.spans, turn) ?? company.year);
      return name === undefined ? null : filled({ name, period: span.said }, answer(company, span, name), exact);
    },
  }));
}
