import { decimal, type Flow, groups, type Part, parts, total } from "../oracle.ts";
import { type Company, type Expected, filled, months, ofPeriod, ofWords, percent, pick, type Span, type Template } from "./template.ts";

const size = (value: bigint) => (value < 0n ? -value : value);

/** Both totals, their difference, and what part of the earlier one it is. */
function change(company: Company, flow: Flow, now: Span, before: Span, where: { category?: string; who?: string } = {}): Expected[] {
  const [a, b] = [total(parts(company.books, flow, { ...now, ...where })), total(parts(company.books, flow, { ...before, ...where }))];
  const relative = b > 0n ? percent(a - b, b) : null;
  return [...[a, b, a - b].map((value) => ({ value: decimal(value) })), ...(relative === null ? [] : [{ value: relative }])];
}

/** Two months of the company's fullest year, the later one first. */
function twoMonths(company: Company, turn: number): [Span, Span] | null {
  const whole = company.spans.filter((span) => span.from.slice(0, 7) === span.to.slice(0, 7));
  const [a, b] = [pick(whole, turn), pick(whole, turn + 1)];
  return a && b ? (a.from > b.from ? [a, b] : [b, a]) : null;
}

function compared(kind: string, texts: readonly string[], answer: (company: Company, now: Span, before: Span) => Expected[]): Template[] {
  return texts.map((text) => ({
    kind,
    text,
    fill: (company, turn) => {
      const two = twoMonths(company, turn);
      return two && filled({ period: two[0].said, before: two[1].said }, answer(company, ...two), false);
    },
  }));
}

function comparedFor(names: "categories" | "vendors", text: string): Template {
  return {
    kind: "comparison of one",
    text,
    fill: (company, turn) => {
      const [two, name] = [twoMonths(company, turn), pick(company[names], turn)];
      if (!two || name === undefined) return null;
      const where = names === "categories" ? { category: name } : { who: name };
      return filled({ name, period: two[0].said, before: two[1].said }, change(company, "expense", ...two, where), false);
    },
  };
}

/** Both totals, and what changed most with one name, over all of them. */
const drivers = (key: (part: Part) => string | null) => (company: Company, now: Span, before: Span) => {
  const by = (span: Span) => groups(parts(company.books, "expense", span), (part) => key(part) ?? "");
  const [a, b] = [by(now), by(before)];
  const of = (all: typeof a, name: string) => all.find((each) => each.key === name)?.cents ?? 0n;
  const [most] = [...new Set([...a, ...b].map((each) => each.key))].map((name) => of(a, name) - of(b, name)).sort((x, y) => (size(x) > size(y) ? -1 : 1));
  if (most === undefined || most === 0n) return [];
  return [...change(company, "expense", now, before).slice(0, 2), { value: decimal(most) }];
};

const yearOf = (day: string) => Number(day.slice(0, 4));
const monthOf = (day: string) => Number(day.slice(5, 7)) - 1;
const lastMonth = (today: string) => months(yearOf(today), monthOf(today) - 1);
const before = (span: Span) => months(yearOf(span.from), monthOf(span.from) - 1);

/** Income, what it cost, and what remained, by account type. */
function result(company: Company, span: Span): Record<"net" | "income" | "expenses" | "gross" | "cost", bigint> {
  const net = parts(company.books, "net", span);
  const of = (...types: string[]) => total(net.filter((part) => types.includes(part.type)));
  return {
    net: total(net),
    income: of("Income", "Other Income"),
    expenses: -of("Expense", "Other Expense", "Cost of Goods Sold"),
    gross: of("Income", "Cost of Goods Sold"),
    cost: -of("Cost of Goods Sold"),
  };
}

export const CHANGES: readonly Template[] = [
  ...compared(
    "comparison",
    [
      "Compare spending in {period} with {before}",
      "How did our expenses change between {before} and {period}?",
      "Spending in {period} versus {before}?",
      "Did we spend more in {period} than in {before}?",
      "What is the difference between our costs in {period} and {before}?",
      "Why did spending change in {period} compared with {before}?",
    ],
    (company, ...two) => change(company, "expense", ...two),
  ),
  ...compared(
    "comparison",
    ["Compare income in {period} with {before}", "How did revenue change between {before} and {period}?", "Sales in {period} vs {before}?"],
    (company, ...two) => change(company, "income", ...two),
  ),
  ...ofWords(
    "comparison",
    [
      ["Compare spending last month with the month before", lastMonth],
      ["Why did our spending change last month?", lastMonth],
      ["How did expenses change last month?", lastMonth],
    ],
    (company, span) => change(company, "expense", span, before(span)),
    false,
  ),
  comparedFor("categories", 'Compare "{name}" in {period} with {before}'),
  comparedFor("categories", 'How did spending on "{name}" change between {before} and {period}?'),
  comparedFor("vendors", 'Compare what we paid "{name}" in {period} with {before}'),
  ...compared(
    "drivers",
    ["Which vendors drove the change in spending in {period} compared with {before}?"],
    drivers((part) => part.entry.who),
  ),
  ...compared(
    "drivers",
    [
      "Which categories drove the change in spending in {period} compared with {before}?",
      "What drove the change in our expenses between {before} and {period}?",
    ],
    drivers((part) => part.account),
  ),
  ...ofPeriod(
    "profit and loss",
    [
      "What was our profit in {period}?",
      "Did we make money in {period}?",
      "What was our net income in {period}?",
      "Show the profit and loss for {period}",
      "Show me the income statement for {period}",
      "Did we make a profit or a loss in {period}?",
      "What is our bottom line for {period}?",
    ],
    (company, span) => {
      const { net, income, expenses } = result(company, span);
      return parts(company.books, "net", span).length === 0 ? [] : [net, income, expenses].map((value) => ({ value: decimal(value) }));
    },
    false,
  ),
  ...ofPeriod(
    "margin",
    ["What was our profit margin in {period}?", "What is our net margin for {period}?"],
    (company, span) => {
      const { net, income } = result(company, span);
      const margin = income > 0n ? percent(net, income) : null;
      return margin === null ? [] : [{ value: margin }];
    },
    false,
  ),
  ...ofPeriod(
    "margin",
    ["What was our gross profit in {period}?"],
    (company, span) => {
      const { cost, gross } = result(company, span);
      return cost === 0n ? [] : [{ value: decimal(cost) }, { value: decimal(gross) }];
    },
    false,
  ),
];
