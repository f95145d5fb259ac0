import type { Period } from "../../../core/period.ts";
import { labelOf, type Fact, type Flow } from "../facts.ts";

const FLOWS: readonly (readonly [Exclude<Flow, null>, RegExp])[] = [
  ["net", /\b(?:net (?:income|profit|loss|result)|profits?|loss(?:es)?|profitable|unprofitable|bottom line|surplus|deficits?)\b/gi],
  [
    "income",
    /\b(?:revenues?|incomes?|earn(?:ed|ings?)|sales|turnover|brought in|income from|received|took in|collected|paid (?:you|us)|customers? (?:have )?paid)\b/gi,
  ],
  ["expense", /\b(?:spen[dt]|spending|expens(?:es?|ed)|costs?|outgoings?|expenditures?|paid out|(?:you|we) (?:have |had )?paid)\b/gi],
  ["receivable", /\b(?:receivables?|owes? (?:you|us)|owed to (?:you|us))\b/gi],
  ["payable", /\b(?:payables?|(?:you|we) owe|owed by (?:you|us))\b/gi],
];

/** Names of statements, which hold figures of every direction; and what a figure of cash may be set beside. */
const STATEMENT =
  /\b(?:profit(?: and | & | or |\/)loss|p ?& ?l|income statement|cost of (?:sales|goods sold)|(?:pace|rate|level) of (?:spending|expenses)|(?:current|recent) spending)\b/gi;

export function withoutStatements(text: string): string {
  return text.replace(STATEMENT, " ");
}

export function flowsIn(text: string): Flow[] {
  let rest = text;
  return FLOWS.flatMap(([flow, pattern]) => {
    const found = rest.search(pattern) >= 0;
    rest = rest.replace(pattern, " ");
    return found ? [flow] : [];
  });
}

/** What may be said of a figure; null where anything may. Money whose direction no tool states has that of its sign, a balance has none. */
function flowsOf(fact: Fact): Flow[] | null {
  if (fact.flow !== null) return [fact.flow];
  if (fact.currency === null) return null;
  if (fact.subject.startsWith("money in")) return ["income"];
  if (fact.subject.startsWith("money out")) return ["expense"];
  if (fact.subject.startsWith("net cash flow")) return ["net"];
  if (fact.kind === "amount") return fact.value.startsWith("-") ? ["expense", "payable"] : ["income", "receivable", "expense"];
  return [];
}

/** What the prose says of a figure's direction, sign, rate, kind and basis is the figure's own. */
export function wrongMeasure(clause: string, facts: readonly Fact[]): string | null {
  return wrongFlow(clause, facts) ?? wrongSign(clause, facts) ?? wrongRate(clause, facts) ?? wrongKind(clause, facts) ?? wrongBasis(clause, facts);
}

function wrongFlow(clause: string, facts: readonly Fact[]): string | null {
  const said = flowsIn(clause);
  if (said.length === 0) return null;
  // what income leaves after spending is net
  if (said.includes("income") && said.includes("expense")) said.push("net");
  const wrong = facts.find((fact) => flowsOf(fact)?.every((flow) => !said.includes(flow)));
  return wrong ? `the text says ${said.join(" and ")} of a figure that is ${labelOf(wrong)}` : null;
}

const LOSS = /\b(?:loss(?:es)?|deficits?|shortfalls?|in the red|unprofitable|lost money)\b/i;
const PROFIT = /\b(?:profits?|profitable|surplus|in the black|made money)\b/i;

/** A loss is a net figure below nothing, a profit one that is not; either is said only where such a figure stands. */
export function wrongSign(clause: string, facts: readonly Fact[]): string | null {
  const plain = clause.replace(/\bprofit margins?\b/gi, " ");
  const nets = facts.filter((fact) => flowsOf(fact)?.includes("net") && fact.kind !== "change" && fact.kind !== "change_percent" && fact.kind !== "count");
  const changes = facts.filter((fact) => fact.flow === "net" && !nets.includes(fact));
  for (const [said, fits] of [
    [LOSS, (sign: number) => sign < 0],
    [PROFIT, (sign: number) => sign >= 0],
  ] as const) {
    if (!said.test(plain)) continue;
    const wrong = nets.find((fact) => !fits(signOf(fact.value)) && !said.test(fact.subject));
    if (wrong || (nets.length === 0 && changes.length === 0)) return "the text says profit or loss where no figure in it shows that";
  }
  return null;
}

/** With how many months a figure's own period may have such a name; zero where none can. */
const RATES: readonly (readonly [RegExp, number])[] = [
  [/\bmonthly\b/i, 1],
  [/\bquarterly\b/i, 3],
  [/\b(?:yearly|annual(?:ly)?)\b/i, 12],
  [/\b(?:daily|weekly|hourly)\b/i, 0],
  [/\b(?:a|per|each|every) month\b/i, 0],
  [/\b(?:a|per|each|every) quarter\b/i, 0],
  [/\b(?:(?:a|per|each|every) year|per annum)\b/i, 0],
  [/\b(?:a|per|each|every) (?:day|week|hour)\b/i, 0],
];

/** "A month" is said only of what is counted by the month; "monthly" also of what is of one. */
function wrongRate(clause: string, facts: readonly Fact[]): string | null {
  for (const [pattern, months] of RATES) {
    const said = pattern.exec(clause)?.[0];
    const wrong = said === undefined ? undefined : facts.find((fact) => !pattern.test(fact.subject) && !(fact.period && lengthOf(fact.period) === months));
    if (said !== undefined && wrong) return `the text says ${said} of a figure that is ${labelOf(wrong)}`;
  }
  return null;
}

function lengthOf(period: Period): number {
  const [a, b] = [period.from, period.to].map((day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)));
  return (b ?? 0) - (a ?? 0) + 1;
}

/** "Far above its average" says no figure. */
const BESIDE_AVERAGE = /\b(?:above|below|over|under|beside|than|from) (?:(?:its|the|your|their|an) )?(?:usual |monthly )?averages?\b/gi;
const AVERAGE = /\b(?:averag(?:es?|ed|ing)|median|typical(?:ly)?|per (?:transaction|invoice|bill|sale|payment|purchase|customer|vendor))\b/i;

function wrongKind(clause: string, facts: readonly Fact[]): string | null {
  const isSaid = AVERAGE.test(clause.replace(BESIDE_AVERAGE, " "));
  if (isSaid && !facts.some((fact) => fact.kind === "average" || /\baverage|\bper\b/.test(fact.subject)))
    return "the text says average of a figure that is none";
  return null;
}

const BASES = [
  ["cash", /\b(?:cash[- ](?:basis|accounting)|basis of cash)\b/i],
  ["accrual", /\baccruals?\b/i],
] as const;

function wrongBasis(clause: string, facts: readonly Fact[]): string | null {
  for (const [basis, pattern] of BASES) {
    if (pattern.test(clause) && facts.some((fact) => fact.basis !== null && fact.basis !== basis)) return `the text says ${basis} of figures on another basis`;
  }
  return null;
}

/** Of a clause without a figure: it speaks of those around it. */
export function wrongAround(clause: string, all: readonly Fact[]): string | null {
  for (const [basis, pattern] of BASES) {
    const stated = all.filter((fact) => fact.basis !== null);
    if (pattern.test(clause) && stated.length > 0 && !stated.some((fact) => fact.basis === basis)) return `the text says ${basis} of figures on another basis`;
  }
  return /\?[\s*_"”)]*(?:, )?$/.test(clause) ? null : wrongSign(clause, all);
}

export function signOf(value: string): -1 | 0 | 1 {
  return value.startsWith("-") ? -1 : /[1-9]/.test(value) ? 1 : 0;
}
