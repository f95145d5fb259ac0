import { balance, type Books, count, decimal, groups, type Open, type Part, parts, rounded, total } from "./oracle.ts";

/** What an answer must hold: these values, in this order, first; and citations only among these documents. */
export type Expected = { value: string; among?: Set<string> };
export type Asked = { kind: string; question: string; expected: Expected[]; exact: boolean };

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
type Span = { said: string; from: string; to: string };

function month(year: number, index: number): Span {
  const first = new Date(Date.UTC(year, index, 1));
  const iso = (at: Date) => at.toISOString().slice(0, 10);
  return { said: `${MONTHS[first.getUTCMonth()]} ${first.getUTCFullYear()}`, from: iso(first), to: iso(new Date(Date.UTC(year, index + 1, 0))) };
}

function quarter(year: number, q: number): Span {
  return { said: `Q${q} ${year}`, from: month(year, q * 3 - 3).from, to: month(year, q * 3 - 1).to };
}

const among = (of: readonly Part[]) => new Set(of.map((part) => part.entry.ref));
const one = (kind: string, question: string, of: readonly Part[]): Asked => ({
  kind,
  question,
  expected: [{ value: decimal(total(of)), among: among(of) }],
  exact: true,
});

/** Question templates filled from a company's own names and days, with what the ledger says to each. */
export function questionsFor(books: Books, today: string, anchor: { year: number; month: number }): Asked[] {
  const { year } = anchor;
  const spans = [month(year, anchor.month - 1), month(year, anchor.month - 2), month(year, anchor.month - 4)];
  const whole: Span = { said: String(year), from: `${year}-01-01`, to: `${year}-12-31` };
  const last = quarter(year, 2);
  const spent = parts(books, "expense", whole);
  const earned = parts(books, "income", whole);
  const categories = groups(spent, (part) => part.account)
    .filter((each) => each.cents > 0n)
    .slice(0, 5);
  const vendors = groups(spent, (part) => part.entry.who)
    .filter((each) => each.cents > 0n)
    .slice(0, 5);
  const customers = groups(earned, (part) => part.entry.who)
    .filter((each) => each.cents > 0n)
    .slice(0, 3);
  return [
    ...spans.flatMap((span) => sums(books, span)),
    ...sums(books, whole),
    ...sums(books, last),
    ...categories.flatMap((each, index) => named(books, "category", each.key, [whole, spans[index % 3] ?? whole])),
    ...vendors.flatMap((each, index) => named(books, "vendor", each.key, [whole, spans[index % 3] ?? whole])),
    ...customers.flatMap((each) => earnedFrom(books, each.key, whole)),
    ...rankings(books, whole),
    ...rankings(books, last),
    ...grouped(books, last),
    ...averages(books, whole),
    ...shares(books, whole),
    ...runway(books, today),
    ...compared(books, spans),
    ...statements(books, [whole, last, spans[0] ?? whole]),
    ...balances(books, today, spans),
    ...open(books.invoices, "receivable", today),
    ...open(books.bills, "payable", today),
  ];
}

function sums(books: Books, span: Span): Asked[] {
  return [
    one("total spending", `How much did we spend in ${span.said}?`, parts(books, "expense", span)),
    one("total income", `What was our income in ${span.said}?`, parts(books, "income", span)),
  ];
}

function named(books: Books, kind: "category" | "vendor", name: string, spans: Span[]): Asked[] {
  const where = (span: Span) => (kind === "category" ? { ...span, category: name } : { ...span, who: name });
  return spans.flatMap((span, index) => [
    one(
      `spending by ${kind}`,
      index === 0 ? `How much did we spend ${kind === "category" ? "on" : "at"} "${name}" in ${span.said}?` : `What did we pay for "${name}" in ${span.said}?`,
      parts(books, "expense", where(span)),
    ),
    ...(index === 0
      ? [
          {
            kind: "count",
            question: `How many transactions for "${name}" were there in ${span.said}?`,
            expected: [{ value: String(count(parts(books, "expense", where(span)))) }],
            exact: true,
          },
        ]
      : []),
  ]);
}

function earnedFrom(books: Books, name: string, span: Span): Asked[] {
  return [one("income by customer", `How much income did we get from customer "${name}" in ${span.said}?`, parts(books, "income", { ...span, who: name }))];
}

function rankings(books: Books, span: Span): Asked[] {
  const spent = parts(books, "expense", span);
  const top = (of: readonly Part[], key: (part: Part) => string | null, n: number) =>
    groups(of, key)
      .filter((each) => each.cents > 0n)
      .slice(0, n)
      .map((each) => ({ value: decimal(each.cents), among: among(each.parts) }));
  const asked: Asked[] = [
    { kind: "top categories", question: `What did we spend most on in ${span.said}?`, expected: top(spent, (part) => part.account, 5), exact: true },
    { kind: "top vendors", question: `Who are our top 3 vendors in ${span.said}?`, expected: top(spent, (part) => part.entry.who, 3), exact: true },
    {
      kind: "top customers",
      question: `Who are our top 3 customers in ${span.said}?`,
      expected: top(parts(books, "income", span), (part) => part.entry.who, 3),
      exact: true,
    },
    { kind: "largest", question: `What were the 3 largest expenses in ${span.said}?`, expected: top(spent, (part) => part.entry.ref, 3), exact: true },
  ];
  return asked.filter((each) => each.expected.length > 0);
}

function grouped(books: Books, span: Span): Asked[] {
  const byMonth = (flow: "expense" | "income") =>
    groups(parts(books, flow, span), (part) => part.entry.date.slice(0, 7))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((each) => ({ value: decimal(each.cents), among: among(each.parts) }));
  const byCategory = groups(parts(books, "expense", span), (part) => part.account).sort((a, b) => (a.key < b.key ? -1 : 1));
  const asked: Asked[] = [
    { kind: "by month", question: `Show spending by month for ${span.said}`, expected: byMonth("expense"), exact: true },
    { kind: "by month", question: `Show income by month for ${span.said}`, expected: byMonth("income"), exact: true },
  ];
  if (byCategory.length <= 12)
    asked.push({
      kind: "by category",
      question: `Break down spending by category for ${span.said}`,
      expected: byCategory.map((each) => ({ value: decimal(each.cents), among: among(each.parts) })),
      exact: false,
    });
  return asked.filter((each) => each.expected.length > 0);
}

function averages(books: Books, span: Span): Asked[] {
  const spent = parts(books, "expense", span);
  if (count(spent) === 0) return [];
  return [
    {
      kind: "average",
      question: `What was the average expense in ${span.said}?`,
      expected: [{ value: decimal(rounded(total(spent), BigInt(count(spent)))), among: among(spent) }],
      exact: true,
    },
  ];
}

function shares(books: Books, span: Span): Asked[] {
  const spent = parts(books, "expense", span);
  return groups(spent, (part) => part.account)
    .filter((each) => each.cents > 0n && total(spent) > 0n)
    .slice(0, 3)
    .map((each) => {
      const tenths = rounded(each.cents * 1000n, total(spent));
      return {
        kind: "share",
        question: `What share of our spending in ${span.said} was "${each.key}"?`,
        expected: [{ value: `${tenths / 10n}.${tenths % 10n}`, among: among(each.parts) }],
        exact: false,
      };
    });
}

/** Cash, and how bank balances changed in the last three whole months, on average. */
function runway(books: Books, today: string): Asked[] {
  const bank = (line: { type: string }) => line.type === "Bank";
  const [year, now] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
  const moved = balance(books, month(year, now - 1).to, bank) - balance(books, month(year, now - 4).to, bank);
  const values = [balance(books, today, bank), rounded(moved, 3n)];
  return [{ kind: "runway", question: "What is our runway?", expected: values.map((value) => ({ value: decimal(value) })), exact: false }];
}

/** What changed most with one vendor or customer, over all of them. */
function drivers(books: Books, a: Span, b: Span): Asked[] {
  const by = (span: Span) => groups(parts(books, "expense", span), (part) => part.entry.who ?? "");
  const [now, before] = [by(a), by(b)];
  const size = (value: bigint) => (value < 0n ? -value : value);
  const of = (all: typeof now, key: string) => all.find((each) => each.key === key)?.cents ?? 0n;
  const changes = [...new Set([...now, ...before].map((each) => each.key))]
    .map((key) => of(now, key) - of(before, key))
    .sort((x, y) => (size(x) > size(y) ? -1 : 1));
  const [most] = changes;
  if (most === undefined || most === 0n) return [];
  const values = [total(parts(books, "expense", a)), total(parts(books, "expense", b)), most];
  return [
    {
      kind: "drivers",
      question: `Which vendors drove the change in spending in ${a.said} compared with ${b.said}?`,
      expected: values.map((value) => ({ value: decimal(value) })),
      exact: false,
    },
  ];
}

function compared(books: Books, [a, b]: Span[]): Asked[] {
  if (!a || !b) return [];
  const flows = (["expense", "income"] as const).flatMap((flow) => {
    const [now, before] = [total(parts(books, flow, a)), total(parts(books, flow, b))];
    const values = [decimal(now), decimal(before), decimal(now - before)];
    return [
      {
        kind: "comparison",
        question: `Compare ${flow === "expense" ? "spending" : "income"} in ${a.said} with ${b.said}`,
        expected: values.map((value) => ({ value })),
        exact: false,
      },
    ];
  });
  return [...flows, ...drivers(books, a, b)];
}

function statements(books: Books, spans: Span[]): Asked[] {
  return spans.map((span) => {
    const net = parts(books, "net", span);
    const of = (...types: string[]) => total(net.filter((part) => types.includes(part.type)));
    const values = [total(net), of("Income", "Other Income"), -of("Expense", "Other Expense", "Cost of Goods Sold")];
    return {
      kind: "profit and loss",
      question: `What was our profit in ${span.said}?`,
      expected: values.map((value) => ({ value: decimal(value) })),
      exact: false,
    };
  });
}

function balances(books: Books, today: string, spans: Span[]): Asked[] {
  const bank = (line: { type: string }) => line.type === "Bank";
  const days = spans.map((span) => ({ said: `at the end of ${span.said}`, day: span.to }));
  return [
    { kind: "cash", question: "How much cash do we have?", expected: [{ value: decimal(balance(books, today, bank)) }], exact: false },
    ...days.map(({ said, day }) => ({
      kind: "cash",
      question: `How much cash did we have ${said}?`,
      expected: [{ value: decimal(balance(books, day, bank)) }],
      exact: false,
    })),
  ];
}

function open(of: readonly Open[], side: "receivable" | "payable", today: string): Asked[] {
  const currencies = new Set(of.map((each) => each.currency));
  if (of.length === 0 || currencies.size > 1) return [];
  const sum = (found: readonly Open[]) => found.reduce((all, each) => all + each.cents, 0n);
  const overdue = of.filter((each) => each.due < today);
  const refs = (found: readonly Open[]) => new Set(found.map((each) => each.ref));
  const asked: Asked[] = [
    {
      kind: "ageing",
      question: side === "receivable" ? "How much do customers owe us?" : "How much do we owe vendors?",
      expected: [{ value: decimal(sum(of)), among: refs(of) }],
      exact: false,
    },
  ];
  if (overdue.length > 0)
    asked.push({
      kind: "ageing",
      question: side === "receivable" ? "Which invoices are overdue?" : "Which bills are overdue?",
      expected: [{ value: decimal(sum(overdue)), among: refs(overdue) }],
      exact: false,
    });
  return asked;
}
