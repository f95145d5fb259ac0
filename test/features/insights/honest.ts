import { Facts, type NewFact } from "../../../src/features/insights/facts.ts";
import type { Ground } from "../../../src/features/insights/grounding/gate.ts";

/** Names as books have them: digits, number words, Roman numerals and months among them. */
const VENDORS = [
  "7-Eleven",
  "3M",
  "Five Guys",
  "Studio 54 Ltd",
  "Twelve Oaks",
  "Forever 21",
  "99 Cents Only",
  "Route 66 Diner",
  "24 Hour Fitness",
  "Motel 6",
  "Century 21",
  "WD-40 Company",
  "Pier 1 Imports",
  "Six Flags",
  "20th Century Tiling",
  "1-800-Flowers",
  "Hicks Hardware",
  "Norton Lumber and Building Materials",
  "Ernst & Young LLP",
  "O'Reilly Auto Parts",
  "A1 Rental",
  "Level 3 Communications",
  "Two Men and a Truck",
  "May & Sons",
  "Vendor 1047",
];
const CATEGORIES = [
  "401(k)",
  "Rent",
  "Travel:Air Fare",
  "Form 941 Taxes",
  "1099 Contractors",
  "Office/General Administrative Expenses",
  "Meals and Entertainment",
  "Section 179 Depreciation",
  "Utilities:Gas and Electric",
  "Job Expenses:Job Materials:Plants and Soil",
];
const CUSTOMERS = [
  "Amy's Bird Sanctuary",
  "0969 Ocean View Road",
  "55 Twin Lane",
  "Freeman Sporting Goods:0969 Ocean View Road",
  "Video Games by Dan",
  "Sushi by Katsuyuki",
];
const PERIODS = [
  { said: "March 2019", period: { from: "2019-03-01", to: "2019-03-31" } },
  { said: "Q2 2019", period: { from: "2019-04-01", to: "2019-06-30" } },
  { said: "2018", period: { from: "2018-01-01", to: "2018-12-31" } },
  { said: "last month", period: { from: "2019-09-01", to: "2019-09-30" } },
  { said: "this year", period: { from: "2019-01-01", to: "2019-12-31" } },
] as const;
const BEFORE = { from: "2019-02-01", to: "2019-02-28" };
const TODAY = "2019-10-15";

export type Honest = { text: string; ground: Ground };

/** Answers that a careful model gives, several hundred: ways of saying a thing, times the names and periods of some books. */
export function manyHonest(): Honest[] {
  const all = PERIODS.flatMap(({ said, period }, turn) => [
    ...VENDORS.flatMap((name, index) => aboutSpending(name, "with", said, period, turn + index)),
    ...CATEGORIES.flatMap((name, index) => aboutSpending(name, "on", said, period, turn + index)),
    ...CUSTOMERS.flatMap((name, index) => aboutIncome(name, said, period, turn + index)),
    ...aboutPeriods(said, period),
  ]);
  return [...all, ...aboutNow()];
}

type Period = { from: string; to: string };
/** Some of the ways, others for the next name: together all. */
const some = (ways: readonly string[], turn: number, count: number) =>
  Array.from({ length: count }, (_, index) => ways[(turn * count + index) % ways.length] ?? "");

function grounded(facts: readonly NewFact[], texts: readonly string[], period: Period, question = "How much was it?"): Honest[] {
  const held = new Facts();
  for (const fact of facts) held.add(fact);
  const names = facts.flatMap((fact) => fact.names ?? []);
  const ground: Ground = { fact: (id) => held.get(id), names, periods: [period, BEFORE], today: TODAY, fiscalStart: 1, question, expectsFigure: true };
  return texts.map((text) => ({ text, ground }));
}

function aboutSpending(name: string, join: string, said: string, period: Period, turn: number): Honest[] {
  const base = { flow: "expense" as const, names: [name], period, basis: "accrual" as const };
  const facts: NewFact[] = [
    { ...base, kind: "total", subject: `spending ${join} ${name}`, value: "1234.56", currency: "USD" },
    { ...base, kind: "count", subject: `number of transactions, spending ${join} ${name}`, value: "17" },
    { ...base, kind: "percent", subject: `share of all spending that is spending ${join} ${name}`, value: "12.4" },
    { ...base, kind: "average", subject: `average per transaction, spending ${join} ${name}`, value: "72.62", currency: "USD" },
  ];
  const ways = [
    `You spent {{f1}} ${join} ${name} in ${said}.`,
    `In ${said}, spending ${join} ${name} came to {{f1}}.`,
    `Your total ${join} ${name} for ${said}: {{f1}}.`,
    `${name}: {{f1}}.`,
    `For ${said}, ${name} accounts for {{f1}}, which is {{f3}}.`,
    `There were {{f2}} for ${name}, {{f1}} altogether.`,
    `On average you paid {{f4}} per transaction ${join} ${name}.`,
    `The books show {{f1}} ${join} ${name}. This covers ${said} and is on an accrual basis.`,
    `**${name}** cost you {{f1}} in ${said}.`,
    `- Spending: {{f1}}\n- Transactions: {{f2}}\n- Share: {{f3}}`,
    `Here is what I found for ${name} in ${said}:\n\n- {{f1}}\n- {{f2}}`,
    `You spent {{f1}} ${join} ${name}, in {{f2}}.`,
    `### ${name}\n\nSpending was {{f1}}.`,
    `The answer for ${name} is {{f1}}. You can open the figure to see its rows.`,
    `{{f1}} went to ${name} in ${said}. I would look at the largest of these first.`,
    `Spending ${join} ${name} made up {{f3}} of the whole.`,
  ];
  return grounded(facts, some(ways, turn, 4), period);
}

function aboutIncome(name: string, said: string, period: Period, turn: number): Honest[] {
  const base = { flow: "income" as const, names: [name], period, basis: "accrual" as const };
  const facts: NewFact[] = [
    { ...base, kind: "total", subject: `income from ${name}`, value: "980.00", currency: "EUR" },
    { ...base, kind: "count", subject: `number of transactions, income from ${name}`, value: "3" },
  ];
  const ways = [
    `You earned {{f1}} from ${name} in ${said}.`,
    `Income from ${name} was {{f1}}.`,
    `${name} brought in {{f1}} in ${said}, through {{f2}}.`,
    `In ${said} your revenue from ${name} came to {{f1}}.`,
    `From ${name} you received {{f1}}.`,
    `Sales to ${name}: {{f1}} (all in euros).`,
  ];
  return grounded(facts, some(ways, turn, 3), period);
}

function aboutPeriods(said: string, period: Period): Honest[] {
  const facts: NewFact[] = [
    { kind: "total", flow: "expense", subject: "spending", period, value: "5000.00", currency: "GBP", basis: "accrual" },
    { kind: "total", flow: "expense", subject: "spending", period: BEFORE, value: "5600.00", currency: "GBP", basis: "accrual" },
    { kind: "change", flow: "expense", subject: "change in spending", period, against: BEFORE, value: "-600.00", currency: "GBP" },
    { kind: "change_percent", flow: "expense", subject: "relative change in spending", period, against: BEFORE, value: "-10.7" },
    { kind: "total", flow: "income", subject: "income", period, value: "7000.00", currency: "GBP" },
    { kind: "total", flow: "net", subject: "net income", period, value: "2000.00", currency: "GBP" },
    { kind: "percent", flow: "net", subject: "net margin", period, value: "28.6" },
  ];
  const texts = [
    `Spending was {{f1}} in ${said}, against {{f2}} in February 2019.`,
    `Spending fell by {{f3}}, that is {{f4}}.`,
    `Spending went down against February 2019: {{f3}}.`,
    `You spent {{f1}} in ${said}. In February 2019 it was {{f2}}. The change is {{f3}}.`,
    `Your profit in ${said} was {{f6}}.`,
    `In ${said} you earned {{f5}} and spent {{f1}}, which leaves a net income of {{f6}}.`,
    `Income: {{f5}}\n\nSpending: {{f1}}\n\nNet income: {{f6}}`,
    `The profit and loss for ${said}:\n\n- Income: {{f5}}\n- Spending: {{f1}}\n- Net income: {{f6}}\n- Margin: {{f7}}`,
    `You were profitable in ${said}: {{f6}}.`,
    `1. Income: {{f5}}\n2. Spending: {{f1}}\n3. Net income: {{f6}}`,
    `Compared with February 2019, spending decreased by {{f3}}.`,
    `Spending dropped, by {{f4}}.`,
    `Your net margin was {{f7}} in ${said}.`,
    `Not all rows could be read, so take this with care: {{f1}}.`,
  ];
  return grounded(facts, texts, period);
}

function aboutNow(): Honest[] {
  const day = { from: TODAY, to: TODAY };
  const facts: NewFact[] = [
    { kind: "balance", subject: "cash in all bank accounts", period: day, value: "48210.07", currency: "USD" },
    { kind: "balance", subject: "balance of Checking", names: ["Checking"], period: day, value: "12530.97", currency: "USD" },
    { kind: "months", subject: "runway at the pace of those months", period: day, value: "7.4" },
    { kind: "total", flow: "receivable", subject: "open invoices", period: day, value: "5281.52", currency: "USD" },
    { kind: "total", flow: "receivable", subject: "invoices overdue by up to thirty days", period: day, value: "1100.00", currency: "USD" },
    { kind: "total", flow: "payable", subject: "open bills", period: day, value: "902.67", currency: "USD" },
    { kind: "date", subject: "newest transaction", value: "2019-10-14" },
    {
      kind: "amount",
      flow: "expense",
      subject: "the same amount more than once to 7-Eleven",
      names: ["7-Eleven"],
      period: day,
      value: "38.40",
      currency: "USD",
    },
    { kind: "count", subject: "number of possible duplicates", period: day, value: "1" },
  ];
  const texts = [
    "You have {{f1}} in the bank.",
    "Cash stands at {{f1}}; of this, Checking holds {{f2}}.",
    "At the recent pace your cash lasts {{f3}}.",
    "Customers owe you {{f4}}, of which {{f5}} is overdue.",
    "You owe vendors {{f6}}.",
    "Open invoices come to {{f4}}, and open bills to {{f6}}.",
    "The newest transaction in the books is of {{f7}}.",
    "This may have been paid more than once: {{f8}}.",
    "I found {{f9}}: {{f8}}.",
    "Your balance in Checking is {{f2}} as of today.",
    "Receivables: {{f4}}. Payables: {{f6}}.",
    "Your runway is {{f3}}, resting on {{f1}}.",
    "The payment to 7-Eleven looks like a duplicate: {{f8}}.",
    "You asked about {{q1}}; the books say {{f1}}.",
    "Of what customers owe us, this is late: {{f5}}.",
  ];
  return grounded(facts, texts, day, "Do we have more than $50,000 in the bank?");
}
