import type { Period } from "../../../core/period.ts";
import { labelOf, type Fact, type Flow } from "../facts.ts";
import { monthAlone, type Mention } from "./periods.ts";
import { type Scan, TOKEN } from "./scan.ts";

/**
 * What the prose says about a figure must be what the figure is: its names, its period, its direction, its trend and its
 * rate. A figure prints all of these itself; a sentence around it that says otherwise does not leave.
 */
export function falseClaim(scan: Scan): string | null {
  let heading = "";
  let lead = "";
  for (const group of groupsOf(scan.text)) {
    for (const clause of clausesOf(group.text)) {
      const wrong = wrongIn(scan, clause) ?? wrongUnder(scan, clause, [heading, lead]);
      if (wrong) return wrong;
    }
    if (HEADING.test(group.text)) heading = group.text;
    lead = HEADING.test(group.text) || scan.factsIn(group.text).length > 0 ? "" : group.text;
    const wrong = group.items.length > 0 ? wrongLead(scan, group) : null;
    if (wrong) return wrong;
    for (const clause of group.items.flatMap(clausesOf)) {
      const wrongItem = wrongIn(scan, clause);
      if (wrongItem) return wrongItem;
    }
  }
  return null;
}

const HEADING = /^\s*#/;

/** A figure whose own clause names nothing is read as what the heading above it names, or the sentence before it. */
function wrongUnder(scan: Scan, clause: string, above: readonly string[]): string | null {
  const facts = scan.factsIn(clause);
  for (const text of above) {
    const names = scan.namesIn(clause).length > 0 ? [] : scan.namesIn(text);
    const other = facts.find((fact) => fact.names.length > 0 && names.length > 0 && !names.some((name) => bears(fact, name)));
    if (other) return `the text says ${names[0] ?? ""} of a figure that is ${labelOf(other)}`;
    const mentions = scan.periodsIn(clause).length > 0 ? [] : scan.periodsIn(text);
    const outside = facts.find((fact) => mentions.length > 0 && periodsOf(fact).length > 0 && !mentions.some((mention) => fits(mention, fact)));
    if (outside) return `the text says ${mentions[0]?.text ?? "a period"} of a figure that is ${labelOf(outside)}`;
  }
  return null;
}

function fits(mention: Mention, fact: Fact): boolean {
  return periodsOf(fact).some((period) => same(mention, period) || holds(mention.period, period));
}

type Group = { text: string; items: string[] };

const SENTENCE_END = /(?<=[.!?;])\s+|\n+/u;
const ITEM = /^\s*(?:[-*•]|\d{1,2}[.)])\s/;

/** Sentences; one that ends in a colon leads the list items after it. */
function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const last = groups.at(-1);
    if (ITEM.test(line) && last && (/:[\s*_]*$/.test(last.text) || last.items.length > 0)) last.items.push(line);
    else for (const sentence of line.split(SENTENCE_END)) groups.push({ text: sentence, items: [] });
  }
  return groups;
}

/** Clauses, each with the figures that it is about; what stands before the first figure or after the last one belongs to it. */
function clausesOf(sentence: string): string[] {
  const parts = sentence.split(/,\s|\s(?:and|but|while|whereas|versus|vs\.?|against|compared (?:with|to)|then|plus)\s|\s[—–-]\s|[()]/u);
  const clauses: string[] = [];
  let loose = "";
  for (const part of parts) {
    if (new RegExp(TOKEN.fact).test(part)) {
      clauses.push(loose + part);
      loose = "";
    } else loose += `${part}, `;
  }
  const last = clauses.pop();
  return last === undefined ? [loose] : [...clauses, `${last}, ${loose}`];
}

function wrongIn(scan: Scan, clause: string): string | null {
  const facts = scan.factsIn(clause);
  const named = scan.namesIn(clause);
  // of a thing that is named, its own change says where it went
  const changes = named.length === 0 ? scan.facts : scan.facts.filter((fact) => named.some((name) => bears(fact, name)));
  if (facts.length === 0) return wrongTrend(clause, changes, false);
  return (
    wrongName(scan, clause, facts) ??
    stranger(clause) ??
    wrongPeriod(scan.periodsIn(clause), facts) ??
    wrongFlow(clause, facts) ??
    wrongSign(clause, facts) ??
    wrongKind(clause, facts) ??
    wrongRate(clause, facts) ??
    wrongTrend(clause, facts, true) ??
    wrongTrend(clause, changes, false)
  );
}

const STRANGER = /\b(?:paid|to|at|with|from|by|vendor|customer|supplier) (?!QuickBooks\b|Accounts\b|Net\b)\p{Lu}\p{L}/u;

/** Beside a figure nobody stands who is not in the books: a known name is a letter of its own by now. */
function stranger(clause: string): string | null {
  return STRANGER.test(clause) ? "the text names somebody beside a figure whom no tool returned" : null;
}

/** Each name speaks of the next figure in its clause, or of the one before when none follows. */
function wrongName(scan: Scan, clause: string, facts: readonly Fact[]): string | null {
  for (const match of clause.matchAll(new RegExp(TOKEN.name, "gu"))) {
    const [name] = scan.namesIn(match[0]);
    if (name === undefined) continue;
    const [next] = scan.factsIn(clause.slice(match.index));
    const before = scan.factsIn(clause.slice(0, match.index)).at(-1);
    const about = facts.length === 1 ? facts[0] : (next ?? before);
    const within = about && scan.namesIn(clause).some((other) => other !== name && bears(about, other) && isAbove(about, name));
    if (about && !within && !bears(about, name)) return `the text says ${name} of a figure that is ${labelOf(about)}`;
  }
  return null;
}

/** Whether a figure is of that name: all of it, or as much of its end as is said. What lies above it is another's. */
export function bears(fact: Fact, name: string): boolean {
  const known = [...fact.names, ...(fact.kind === "name" ? [fact.value] : [])].map((each) => each.toLowerCase());
  const said = name.toLowerCase();
  if (known.some((each) => each === said || each.endsWith(`:${said}`))) return true;
  return !isAbove(fact, name) && new RegExp(`(?<![\\p{L}\\p{N}])${escape(said)}(?![\\p{L}\\p{N}])`, "u").test(fact.subject.toLowerCase());
}

function isAbove(fact: Fact, name: string): boolean {
  return fact.names.some((each) => each.toLowerCase().split(":").slice(0, -1).includes(name.toLowerCase()));
}

export function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** One of the periods named is exactly the figure's; others may hold it. */
function wrongPeriod(mentions: readonly Mention[], facts: readonly Fact[]): string | null {
  if (mentions.length === 0) return null;
  for (const fact of facts) {
    const own = periodsOf(fact);
    if (own.length === 0) continue;
    const exact = mentions.some((mention) => own.some((period) => same(mention, period)));
    const apart = mentions.find((mention) => !own.some((period) => same(mention, period) || holds(mention.period, period)));
    if (!exact || (apart && facts.length === 1)) return `the text says ${(apart ?? mentions[0])?.text ?? "a period"} of a figure that is ${labelOf(fact)}`;
  }
  return null;
}

function periodsOf(fact: Fact): Period[] {
  const day = fact.kind === "date" ? fact.value.slice(0, 10) : null;
  return [...(fact.period ? [fact.period] : []), ...(fact.against ? [fact.against] : []), ...(day ? [{ from: day, to: day }] : [])];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The same days; a month said without a year is the month of that name. */
export function same(mention: Mention, period: Period): boolean {
  if (mention.period?.from === period.from && mention.period.to === period.to) return true;
  const month = monthAlone(mention.text);
  return (
    month !== null && period.from.slice(0, 7) === period.to.slice(0, 7) && MONTHS[Number(period.from.slice(5, 7)) - 1] === month && period.from.endsWith("-01")
  );
}

function holds(outer: Period | null, inner: Period): boolean {
  return outer !== null && outer.from <= inner.from && inner.to <= outer.to;
}

const FLOWS: readonly (readonly [Exclude<Flow, null>, RegExp])[] = [
  ["net", /\b(?:net (?:income|profit|loss|result)|profits?|loss(?:es)?|profitable|bottom line)\b/i],
  ["income", /\b(?:(?:you|we) (?:received|took in)|revenues?|incomes?|earn(?:ed|ings?)|sales|turnover|brought in|income from)\b/i],
  ["expense", /\b(?:spen[dt]|spending|expens(?:es?|ed)|costs?|outgoings?|expenditures?)\b/i],
  ["receivable", /\b(?:receivables?|owes? (?:you|us)|owed to (?:you|us))\b/i],
  ["payable", /\b(?:payables?|(?:you|we) owe|owed by (?:you|us))\b/i],
];

/** Names of statements, which hold figures of every direction. */
const STATEMENT = /\b(?:profit and loss|profit & loss|income statement|cost of (?:sales|goods sold))\b/gi;

function flowsIn(text: string): Flow[] {
  let rest = text.replace(STATEMENT, " ");
  return FLOWS.flatMap(([flow, pattern]) => {
    const found = pattern.test(rest);
    rest = rest.replace(new RegExp(pattern.source, "gi"), " ");
    return found ? [flow] : [];
  });
}

function wrongFlow(clause: string, facts: readonly Fact[]): string | null {
  const said = flowsIn(clause);
  if (said.length !== 1) return null;
  const wrong = facts.find((fact) => (fact.flow === null ? fact.kind === "balance" && said[0] !== "net" : fact.flow !== said[0]));
  return wrong ? `the text says ${said[0]} of a figure that is ${labelOf(wrong)}` : null;
}

const LOSS = /\b(?:loss(?:es)?|deficit|in the red)\b/i;
const GAIN = /\b(?:profits?|profitable|surplus|in the black)\b/i;

/** A loss is below nothing, a profit above it. */
function wrongSign(clause: string, facts: readonly Fact[]): string | null {
  const rest = clause.replace(STATEMENT, " ").replace(/\bprofits? or loss(?:es)?\b|\bnot a (?:loss|profit)\b/gi, " ");
  const [loss, gain] = [LOSS.test(rest), GAIN.test(rest)];
  if (loss === gain) return null;
  const wrong = facts.find((fact) => fact.flow === "net" && fact.kind === "total" && signOf(fact.value) === (loss ? 1 : -1));
  return wrong ? `the text says ${loss ? "a loss" : "a profit"} of a figure that is none` : null;
}

const BASES: readonly (readonly [RegExp, (fact: Fact) => boolean])[] = [
  [/\bcash basis\b/i, (fact) => fact.basis !== "accrual"],
  [/\baccruals?\b/i, (fact) => fact.basis !== "cash"],
  [/\bper (?:transaction|purchase|payment|invoice|sale)\b/i, (fact) => /\bper transaction\b/.test(fact.subject)],
  [/\b(?:on average|averag(?:e|es|ed|ing))\b/i, (fact) => fact.kind === "average" || /\baverage|\bpace\b|\busual|\btypical/i.test(fact.subject)],
];

/** A basis or a mean that is said is the figure's own. */
function wrongKind(clause: string, facts: readonly Fact[]): string | null {
  for (const [pattern, fits] of BASES) {
    const said = pattern.exec(clause)?.[0];
    // of several figures one may be the mean, and the others what it is held against
    if (said !== undefined && !facts.some(fits)) return `the text says ${said} of a figure that is ${facts[0] ? labelOf(facts[0]) : "another"}`;
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

const UP =
  /\b(?:(?:spent|paid|earned|received|made|sold|owe[sd]?) more(?! than once)|(?:higher|greater|larger|bigger|more) than (?:in|for|the|last|before|a)|up (?:by|from)|exceed(?:s|ed)?|rose|risen|rises|rising|increas(?:e|ed|es|ing)|grew|grown|grows|growing|growth|climb(?:ed|s|ing)|jump(?:ed|s)|surged?|soared|went up|gone up)\b/i;
const DOWN =
  /\b(?:(?:spent|paid|earned|received|made|sold|owe[sd]?) less|(?:lower|smaller|less|fewer) than (?:in|for|the|last|before|a)|down (?:by|from)|fell|fallen|falls|falling|decreas(?:e|ed|es|ing)|dropp?(?:ed|s|ing)?|declin(?:e|ed|es|ing)|shrank|shrunk|shrinks|plunged|sank|reduced|went down|gone down)\b/i;
const FLAT = /\b(?:unchanged|(?:stayed|remained) (?:the same|flat|level)|no change)\b/i;

/** A rise or fall that is claimed is one that a figure shows. */
function wrongTrend(clause: string, facts: readonly Fact[], near: boolean): string | null {
  const said = [UP.test(clause) ? 1 : null, DOWN.test(clause) ? -1 : null, FLAT.test(clause) ? 0 : null].filter((each) => each !== null);
  if (said.length === 0 || /\byou asked\b/i.test(clause)) return null;
  const changes = facts.filter((fact) => fact.kind === "change" || fact.kind === "change_percent");
  const agree = (sign: number) => changes.filter((fact) => signOf(fact.value) === sign);
  if (near ? said.length > 1 || agree(said[0] ?? 0).length === changes.length : said.every((sign) => agree(sign).length > 0)) return null;
  return "the text claims a change that no figure in it shows";
}

function signOf(value: string): number {
  return value.startsWith("-") ? -1 : /[1-9]/.test(value) ? 1 : 0;
}

/** What leads a list speaks of all its figures. */
function wrongLead(scan: Scan, group: Group): string | null {
  const facts = group.items.flatMap((item) => scan.factsIn(item));
  if (facts.length === 0) return null;
  const name = scan.namesIn(group.text).find((each) => !facts.some((fact) => bears(fact, each)));
  if (name !== undefined) return `the text says ${name} of figures that are not`;
  const mentions = scan.periodsIn(group.text);
  const outside =
    mentions.length === 0
      ? undefined
      : facts.find(
          (fact) =>
            periodsOf(fact).length > 0 &&
            !mentions.some((mention) => periodsOf(fact).some((period) => same(mention, period) || (facts.length > 1 && holds(mention.period, period)))),
        );
  if (outside) return `the text says ${mentions[0]?.text ?? "a period"} of a figure that is ${labelOf(outside)}`;
  const said = flowsIn(group.text);
  const flows = facts.filter((fact) => fact.flow !== null);
  if (said.length === 1 && flows.length > 0 && !flows.some((fact) => fact.flow === said[0])) return `the text says ${said[0]} of figures that are not`;
  return wrongTrend(group.text, facts, false);
}
