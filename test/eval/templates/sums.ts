import { count, decimal, type Flow, parts, rounded, total, type Where } from "../oracle.ts";
import { among, type Company, months, ofName, ofPeriod, ofWords, percent, quarter, type Span, type Template, valued } from "./template.ts";

const sum = (flow: Flow) => (company: Company, span: Span) => [valued(parts(company.books, flow, span))];
const sumOf = (flow: Flow, where: (name: string) => Where) => (company: Company, span: Span, name: string) => [
  valued(parts(company.books, flow, { ...span, ...where(name) })),
];
const category = (name: string): Where => ({ category: name });
const who = (name: string): Where => ({ who: name });

const DAY = 86_400_000;
const shifted = (day: string, days: number) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
const yearOf = (today: string) => Number(today.slice(0, 4));
const monthOf = (today: string) => Number(today.slice(5, 7)) - 1;
const between = (from: string, to: string): Span => ({ said: "", from, to });
const monthsBack =
  (back: number, span = 1) =>
  (today: string) =>
    months(yearOf(today), monthOf(today) - back, span);
const yearTo = (today: string) => between(`${yearOf(today)}-01-01`, today);
const quarterBack = (back: number) => (today: string) => months(yearOf(today), monthOf(today) - (monthOf(today) % 3) - 3 * back, 3);
const last = (days: number) => (today: string) => between(shifted(today, 1 - days), today);

const IN_PERIOD = {
  spending: [
    "How much did we spend in {period}?",
    "What was our total spending in {period}?",
    "What were our total expenses in {period}?",
    "How much money did we spend in {period}?",
    "What were our costs in {period}?",
    "How much did I spend in {period}?",
    "Total expenses for {period}?",
    "Can you tell me our total costs for {period}?",
    "Please show total spending for {period}",
    "{period}: how much did we spend?",
    "What did we spend altogether in {period}?",
    "How much have we spent during {period}?",
  ],
  income: [
    "What was our income in {period}?",
    "How much revenue did we make in {period}?",
    "What were our total sales in {period}?",
    "How much did we earn in {period}?",
    "What was our total revenue for {period}?",
    "How much income did we receive in {period}?",
    "What was our turnover in {period}?",
    "How much did we bring in during {period}?",
  ],
};

const SPENDING_IN_WORDS: readonly (readonly [string, (today: string) => Span])[] = [
  ["How much did we spend last month?", monthsBack(1)],
  ["How much have we spent this month?", monthsBack(0)],
  ["How much did we spend the month before last?", monthsBack(2)],
  ["How much did we spend in the last 3 months?", monthsBack(3, 3)],
  ["What did we spend over the past six months in total?", monthsBack(6, 6)],
  ["How much did we spend last quarter?", quarterBack(1)],
  ["What are our expenses this quarter?", quarterBack(0)],
  ["How much have we spent this year so far?", yearTo],
  ["What is our total spending year to date?", yearTo],
  ["How much did we spend last year?", (today) => between(`${yearOf(today) - 1}-01-01`, `${yearOf(today) - 1}-12-31`)],
  ["How much did we spend in the last 30 days?", last(30)],
  ["How much did we spend in the past 90 days?", last(90)],
  ["How much did we spend today?", (today) => between(today, today)],
  ["How much have we spent since March 2019?", (today) => between("2019-03-01", today)],
  ["How much did we spend between March and June 2019?", () => months(2019, 2, 4)],
  ["How much did we spend in the first half of 2019?", () => months(2019, 0, 6)],
  ["What was our spending from 2019-02-10 to 2019-05-20?", () => between("2019-02-10", "2019-05-20")],
  ["How much did we spend before 2019?", () => between("1900-01-01", "2018-12-31")],
  ["How much did we spend on March 5, 2019?", () => between("2019-03-05", "2019-03-05")],
  ["How much did we spend in the third quarter of 2019?", () => quarter(2019, 3)],
];
const INCOME_IN_WORDS: readonly (readonly [string, (today: string) => Span])[] = [
  ["What was our income last month?", monthsBack(1)],
  ["How much revenue did we make this year so far?", yearTo],
  ["How much did we earn last quarter?", quarterBack(1)],
  ["What were our sales in the last 60 days?", last(60)],
  ["What were total sales between April and August 2019?", () => months(2019, 3, 5)],
];

/** Months of a period that have begun. */
function monthsIn({ from, to }: Span, today: string): bigint {
  const end = to > today && from <= today ? today : to;
  return BigInt((yearOf(end) - yearOf(from)) * 12 + monthOf(end) - monthOf(from) + 1);
}

export const SUMS: readonly Template[] = [
  ...ofPeriod("total spending", IN_PERIOD.spending, sum("expense")),
  ...ofPeriod("total income", IN_PERIOD.income, sum("income")),
  ...ofWords("periods in words", SPENDING_IN_WORDS, sum("expense")),
  ...ofWords("periods in words", INCOME_IN_WORDS, sum("income")),
  ...ofName(
    "spending by category",
    "categories",
    [
      'How much did we spend on "{name}" in {period}?',
      'What did we pay for "{name}" in {period}?',
      'How much did "{name}" cost us in {period}?',
      'What was our total spending on "{name}" for {period}?',
      'What were our expenses for "{name}" in {period}?',
      'Total "{name}" expenses in {period}?',
      '"{name}" in {period}?',
      'How much money went to "{name}" in {period}?',
    ],
    sumOf("expense", category),
  ),
  ...ofName(
    "spending by vendor",
    "vendors",
    [
      'How much did we spend at "{name}" in {period}?',
      'How much did we pay "{name}" in {period}?',
      'What did we pay to "{name}" in {period}?',
      'How much have we spent with "{name}" during {period}?',
      'What did "{name}" charge us in {period}?',
      'What is our total spending with vendor "{name}" in {period}?',
      "How much did we pay {name} in {period}?",
    ],
    sumOf("expense", who),
  ),
  ...ofName(
    "income by customer",
    "customers",
    [
      'How much income did we get from customer "{name}" in {period}?',
      'How much revenue did "{name}" bring in during {period}?',
      'What were our sales to "{name}" in {period}?',
      'How much did we earn from "{name}" in {period}?',
      'What did "{name}" pay us in {period}?',
    ],
    sumOf("income", who),
  ),
  ...ofName(
    "count",
    "vendors",
    ['How many transactions for "{name}" were there in {period}?', 'How often did we pay "{name}" in {period}?', 'Number of payments to "{name}" in {period}?'],
    (company, span, name) => [{ value: String(count(parts(company.books, "expense", { ...span, who: name }))) }],
  ),
  ...ofName(
    "count",
    "categories",
    ['How many transactions were there on "{name}" in {period}?', 'How many purchases did we make for "{name}" in {period}?'],
    (company, span, name) => [{ value: String(count(parts(company.books, "expense", { ...span, category: name }))) }],
  ),
  ...ofPeriod("count", ["How many expenses did we have in {period}?", "What is the number of purchases in {period}?"], (company, span) => [
    { value: String(count(parts(company.books, "expense", span))) },
  ]),
  ...ofPeriod(
    "average",
    ["What was the average expense in {period}?", "How much do we spend on average per transaction in {period}?", "What is the mean expense for {period}?"],
    (company, span) => {
      const spent = parts(company.books, "expense", span);
      return count(spent) === 0 ? [] : [{ value: decimal(rounded(total(spent), BigInt(count(spent)))), among: among(spent) }];
    },
  ),
  ...ofPeriod("average", ["What did we spend on average per month in {period}?", "What was our average monthly spending in {period}?"], (company, span) => {
    const spent = parts(company.books, "expense", span);
    return spent.length === 0 ? [] : [{ value: decimal(rounded(total(spent), monthsIn(span, company.today))), among: among(spent) }];
  }),
  ...ofName("average", "vendors", ['What is our average payment to "{name}" in {period}?'], (company, span, name) => {
    const spent = parts(company.books, "expense", { ...span, who: name });
    return count(spent) === 0 ? [] : [{ value: decimal(rounded(total(spent), BigInt(count(spent)))), among: among(spent) }];
  }),
  ...ofName(
    "share",
    "categories",
    [
      'What share of our spending in {period} was "{name}"?',
      'What percentage of our expenses in {period} went to "{name}"?',
      'What proportion of our costs was "{name}" in {period}?',
    ],
    (company, span, name) => {
      const [some, all] = [parts(company.books, "expense", { ...span, category: name }), parts(company.books, "expense", span)];
      const share = total(all) > 0n && some.length > 0 ? percent(total(some), total(all)) : null;
      return share === null ? [] : [{ value: share, among: among(some) }];
    },
    false,
  ),
];
