import { Facts, type NewFact } from "../../../src/features/insights/facts.ts";
import type { Ground } from "../../../src/features/insights/grounding/gate.ts";

export const TODAY = "2019-10-15";
export const MARCH = { from: "2019-03-01", to: "2019-03-31" };
export const FEBRUARY = { from: "2019-02-01", to: "2019-02-28" };
export const SEPTEMBER = { from: "2019-09-01", to: "2019-09-30" };
export const YEAR = { from: "2019-01-01", to: "2019-12-31" };

const NAMES = [
  "7-Eleven",
  "3M",
  "401(k)",
  "Rent",
  "Travel:Air Fare",
  "Hicks Hardware",
  "Norton Lumber and Building Materials",
  "Dining",
  "Five Guys",
  "One Stop Shop",
  "Checking",
  "Studio 54 Ltd",
  "Twelve Oaks",
  "Utilities:Gas and Electric",
  "Equipment Rental",
];

/** What a turn over some books has found: one fact of each kind, names with digits and number words among them. */
export function books(question = "How much did we spend?", more: NewFact[] = []) {
  const facts = new Facts();
  const add = (fact: NewFact) => facts.add(fact).id;
  const ids = {
    rent: add({
      kind: "total",
      flow: "expense",
      subject: "spending on Rent",
      names: ["Rent"],
      period: MARCH,
      value: "1850.00",
      currency: "USD",
      basis: "accrual",
    }),
    dining: add({
      kind: "total",
      flow: "expense",
      subject: "spending on Dining",
      names: ["Dining"],
      period: MARCH,
      value: "412.35",
      currency: "USD",
      basis: "accrual",
    }),
    seven: add({ kind: "total", flow: "expense", subject: "spending with 7-Eleven", names: ["7-Eleven"], period: MARCH, value: "38.40", currency: "USD" }),
    mmm: add({ kind: "total", flow: "expense", subject: "spending with 3M", names: ["3M"], period: SEPTEMBER, value: "990.10", currency: "USD" }),
    plan: add({ kind: "total", flow: "expense", subject: "spending on 401(k)", names: ["401(k)"], period: YEAR, value: "7200.00", currency: "USD" }),
    income: add({ kind: "total", flow: "income", subject: "income", period: MARCH, value: "9100.00", currency: "USD" }),
    change: add({ kind: "change", flow: "expense", subject: "change in spending", period: MARCH, against: FEBRUARY, value: "-120.00", currency: "USD" }),
    percent: add({ kind: "change_percent", flow: "expense", subject: "relative change in spending", period: MARCH, against: FEBRUARY, value: "-6.1" }),
    count: add({ kind: "count", flow: "expense", subject: "number of transactions, spending", period: MARCH, value: "31" }),
    share: add({ kind: "percent", flow: "expense", subject: "share of all spending that is spending on Rent", names: ["Rent"], period: MARCH, value: "41.2" }),
    runway: add({ kind: "months", subject: "runway at the pace of those months", period: { from: TODAY, to: TODAY }, value: "7.4" }),
    cash: add({ kind: "balance", subject: "balance of Checking", names: ["Checking"], period: { from: TODAY, to: TODAY }, value: "12530.97", currency: "USD" }),
    guys: add({ kind: "total", flow: "expense", subject: "spending with Five Guys", names: ["Five Guys"], period: MARCH, value: "64.20", currency: "USD" }),
    norton: add({
      kind: "total",
      flow: "expense",
      subject: "spending with Norton Lumber and Building Materials",
      names: ["Norton Lumber and Building Materials"],
      period: MARCH,
      value: "205.00",
      currency: "USD",
    }),
    last: add({ kind: "date", subject: "newest transaction", value: "2019-10-14" }),
    net: add({ kind: "total", flow: "net", subject: "net income", period: MARCH, value: "7250.00", currency: "USD", basis: "accrual" }),
    gas: add({
      kind: "total",
      flow: "expense",
      subject: "spending on Utilities:Gas and Electric",
      names: ["Utilities:Gas and Electric"],
      period: MARCH,
      value: "86.44",
      currency: "USD",
    }),
    rental: add({
      kind: "total",
      flow: "expense",
      subject: "spending on Equipment Rental",
      names: ["Equipment Rental"],
      period: MARCH,
      value: "112.00",
      currency: "USD",
    }),
    fare: add({
      kind: "total",
      flow: "expense",
      subject: "spending on Travel:Air Fare",
      names: ["Travel:Air Fare"],
      period: MARCH,
      value: "310.00",
      currency: "USD",
      basis: "accrual",
    }),
    average: add({ kind: "average", flow: "expense", subject: "average per month, spending", period: YEAR, value: "4100.00", currency: "USD" }),
  };
  for (const fact of more) add(fact);
  const ground: Ground = {
    fact: (id) => facts.get(id),
    names: NAMES,
    periods: [MARCH, FEBRUARY, SEPTEMBER, YEAR],
    today: TODAY,
    fiscalStart: 1,
    question,
    expectsFigure: true,
  };
  return { facts, ids, ground };
}

/** Answers that a careful model gives, over {@link books}. */
export function honest(ids: ReturnType<typeof books>["ids"]): string[] {
  const f = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, `{{${id}}}`])) as Record<keyof typeof ids, string>;
  return [
    `You spent ${f.rent} on Rent in March 2019.`,
    `Rent came to ${f.rent}, and Dining to ${f.dining}.`,
    `In March 2019, you spent ${f.seven} at 7-Eleven.`,
    `At 3M you spent ${f.mmm} in September 2019.`,
    `Spending with 3M: ${f.mmm}.`,
    `For 401(k), the total is ${f.plan}.`,
    `Your contributions to 401(k) in 2019 were ${f.plan}.`,
    `Your income was ${f.income}, while Rent was ${f.rent}.`,
    `Spending fell by ${f.change}, or ${f.percent}.`,
    `Spending decreased against February 2019: ${f.change}.`,
    `Compared with February 2019, spending dropped: ${f.change}.`,
    `There were ${f.count} in March 2019.`,
    `Rent is the largest category, with ${f.share}.`,
    `At the recent pace, this is the runway: ${f.runway}.`,
    `The balance of Checking is ${f.cash}.`,
    `You paid ${f.guys} to Five Guys.`,
    `With Norton Lumber and Building Materials you spent ${f.norton} in March.`,
    `The books reach up to ${f.last}.`,
    `On average per month, spending was ${f.average}.`,
    `From your books, item by item:\n- ${f.rent}\n- ${f.dining}\n- ${f.seven}`,
    `These lead the list:\n\n1. ${f.rent}\n2. ${f.dining}\n3. ${f.guys}`,
    `This is your spending for March 2019:\n\n- Rent: ${f.rent}\n- Dining: ${f.dining}\n- 7-Eleven: ${f.seven}`,
    `This is the profit and loss:\n- ${f.income}\n- ${f.rent}`,
    `**${f.rent}** went to Rent. The second place is held by Dining with ${f.dining}.`,
    `The 1st largest item is Rent at ${f.rent}.`,
    `This is the one: ${f.rent}. No other category comes close.`,
    `One of the larger items is Dining: ${f.dining}.`,
    `### Spending\n\nRent was ${f.rent}.\n\nNot every row could be read.`,
    `March 2019: ${f.rent} on Rent; ${f.dining} on Dining.`,
    `In March you spent ${f.dining} on Dining.`,
    `Among your vendors, 7-Eleven took ${f.seven}, Five Guys took ${f.guys} and Norton Lumber and Building Materials took ${f.norton}.`,
    `For 2019, spending on 401(k) was ${f.plan}; for March 2019, Rent was ${f.rent}.`,
    `Rent (March 2019): ${f.rent}`,
    `You may want to look at Dining, which came to ${f.dining}.`,
    `The rows make up ${f.rent} exactly; a few of them are large.`,
    `Your rent was ${f.rent} and your dining was ${f.dining}.`,
    `### Dining\n\n${f.dining}\n\n### Rent\n\n${f.rent}`,
    `### Utilities\n\n- Gas and Electric: ${f.gas}`,
    `Gas and Electric (under Utilities) came to ${f.gas}.`,
    `Equipment Rental was ${f.rental}, and Rent was ${f.rent}.`,
    `In march you spent ${f.rent} on rent.`,
    `You made a net profit of ${f.net}.`,
    `You spent less in March 2019 than in February 2019: ${f.change}.`,
    `Spending on Rent was ${f.rent}. This may need another look.`,
    `On an accrual basis, Rent was ${f.rent}.`,
    `As of today, Checking holds ${f.cash}.`,
    `At the recent pace of spending, your cash lasts ${f.runway}.`,
    `Rent comes first with ${f.rent}, followed by Dining with ${f.dining}, i.e. both are small.`,
  ];
}
