import { decimal, type Flow, groups, type Part, parts } from "../oracle.ts";
import { among, type Company, type Expected, ofPeriod, type Span, type Template } from "./template.ts";

const KEYS = {
  category: (part: Part) => part.account,
  who: (part: Part) => part.entry.who,
  month: (part: Part) => part.entry.date.slice(0, 7),
  quarter: (part: Part) => `${part.entry.date.slice(0, 4)}-Q${Math.ceil(Number(part.entry.date.slice(5, 7)) / 3)}`,
  transaction: (part: Part) => part.entry.ref,
};
type Key = keyof typeof KEYS;

/** The largest first; of equal ones, by name. */
const top = (flow: Flow, key: Key, n: number) => (company: Company, span: Span) =>
  groups(parts(company.books, flow, span), KEYS[key])
    .filter((each) => each.cents > 0n)
    .slice(0, n)
    .map(shown);

/** Single transactions: of equal ones the newest first, and of those of one day any. */
const largest = (flow: Flow, n: number) => (company: Company, span: Span) => {
  const day = (each: Group) => each.parts[0]?.entry.date ?? "";
  const all = groups(parts(company.books, flow, span), KEYS.transaction)
    .filter((each) => each.cents > 0n)
    .sort((a, b) => (a.cents === b.cents ? (day(a) > day(b) ? -1 : 1) : a.cents > b.cents ? -1 : 1));
  return all.slice(0, n).map((each) => ({
    value: decimal(each.cents),
    among: among(all.filter((other) => other.cents === each.cents && day(other) === day(each)).flatMap((other) => other.parts)),
  }));
};

const bottom = (flow: Flow, key: Key, n: number) => (company: Company, span: Span) =>
  groups(parts(company.books, flow, span), KEYS[key])
    .filter((each) => each.cents > 0n)
    .sort((a, b) => (a.cents === b.cents ? (a.key < b.key ? -1 : 1) : a.cents < b.cents ? -1 : 1))
    .slice(0, n)
    .map(shown);

/** All groups by key; none where there are more than an answer shows. */
const each = (flow: Flow, key: Key) => (company: Company, span: Span) => {
  const found = groups(parts(company.books, flow, span), KEYS[key]).sort((a, b) => (a.key < b.key ? -1 : 1));
  return found.length > 12 ? [] : found.map(shown);
};

type Group = { key: string; cents: bigint; parts: Part[] };

function shown(group: Group): Expected {
  return { value: decimal(group.cents), among: among(group.parts) };
}

/** Without a name there is one group more than the oracle's. */
const named = (answer: (company: Company, span: Span) => Expected[], flow: Flow) => (company: Company, span: Span) =>
  parts(company.books, flow, span).some((part) => part.entry.who === null) ? [] : answer(company, span);

export const RANKS: readonly Template[] = [
  ...ofPeriod(
    "top categories",
    ["What did we spend most on in {period}?", "What were our biggest expense categories in {period}?"],
    top("expense", "category", 5),
  ),
  ...ofPeriod(
    "top categories",
    ["What are our top 3 expense categories in {period}?", "Show the 3 largest categories of spending in {period}"],
    top("expense", "category", 3),
  ),
  ...ofPeriod(
    "top categories",
    ["Which category did we spend the most on in {period}?", "What was our largest expense category in {period}?"],
    top("expense", "category", 1),
  ),
  ...ofPeriod("top categories", ["Where did most of our money go in {period}?"], top("expense", "category", 5)),
  ...ofPeriod("top categories", ["Which 2 categories did we spend the least on in {period}?"], bottom("expense", "category", 2), false),
  ...ofPeriod("top vendors", ["Who are our top 3 vendors in {period}?", "Which 3 suppliers did we pay most in {period}?"], top("expense", "who", 3), false),
  ...ofPeriod("top vendors", ["Who did we pay the most in {period}?", "Which vendor did we spend the most with in {period}?"], top("expense", "who", 1)),
  ...ofPeriod("top vendors", ["Top 10 vendors by spending in {period}", "Rank our 10 biggest suppliers in {period}"], top("expense", "who", 10)),
  ...ofPeriod("top customers", ["Who are our top 3 customers in {period}?", "Which are our 3 best customers by revenue in {period}?"], top("income", "who", 3)),
  ...ofPeriod("top customers", ["Which customer brought in the most revenue in {period}?", "Who was our best customer in {period}?"], top("income", "who", 1)),
  ...ofPeriod(
    "top months",
    ["Which month of {period} did we spend the most in?", "In which month of {period} were our expenses highest?"],
    top("expense", "month", 1),
  ),
  ...ofPeriod("top months", ["Which month of {period} had the highest revenue?"], top("income", "month", 1)),
  ...ofPeriod(
    "largest",
    ["What were the 3 largest expenses in {period}?", "Show the 3 biggest payments in {period}", "What are the three most expensive purchases of {period}?"],
    largest("expense", 3),
  ),
  ...ofPeriod("largest", ["What was our largest transaction in {period}?", "What was the biggest single expense in {period}?"], largest("expense", 1)),
  ...ofPeriod(
    "by month",
    ["Show spending by month for {period}", "Monthly expenses in {period}?", "Break down our costs per month in {period}"],
    each("expense", "month"),
  ),
  ...ofPeriod("by month", ["Show income by month for {period}", "What was our revenue each month in {period}?"], each("income", "month")),
  ...ofPeriod("by quarter", ["Show spending by quarter for {period}", "Quarterly expenses in {period}?"], each("expense", "quarter")),
  ...ofPeriod("by quarter", ["Show income by quarter for {period}"], each("income", "quarter")),
  ...ofPeriod("by category", ["Break down spending by category for {period}", "Show expenses by category in {period}"], each("expense", "category"), false),
  ...ofPeriod("by vendor", ["Show spending by vendor for {period}"], named(each("expense", "who"), "expense"), false),
  ...ofPeriod("by customer", ["Show income by customer for {period}"], named(each("income", "who"), "income"), false),
];
