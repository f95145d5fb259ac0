import type { Period } from "../../../core/period.ts";
import { labelOf, type Fact } from "../facts.ts";
import { clausesOf, type Group, groupsOf, isHeading } from "./clauses.ts";
import { flowsIn, withoutStatements, wrongAround, wrongMeasure } from "./measures.ts";
import { bears, CarriedNames, isUnder, unknownName, wrongLeadName } from "./naming.ts";
import { type Mention, monthAlone } from "./periods.ts";
import { type Scan, TOKEN } from "./scan.ts";
import { wrongLeadTrend, wrongTrend } from "./trends.ts";
import { falseZero } from "./zeros.ts";

/**
 * What the prose says about a figure must be what the figure is: its names, its period, its direction, its trend and its
 * rate. A figure prints all of these itself; a sentence around it that says otherwise does not leave.
 */
export function falseClaim(scan: Scan): string | null {
  const names = new CarriedNames();
  let over: Mention[] = [];
  for (const group of groupsOf(withoutStatements(scan.text))) {
    const lines = [group.text, ...group.items];
    if (isHeading(group.text)) over = scan.periodsIn(group.text);
    const wrong =
      first(lines, (line) => first(clausesOf(scan, line), (clause) => wrongIn(scan, clause))) ??
      (group.items.length > 0 ? wrongLead(scan, group) : null) ??
      names.wrongIn(scan, group) ??
      first(lines, (line) => unknownName(scan, line) ?? falseZero(scan, line) ?? wrongUnder(scan, over, line));
    if (wrong) return wrong;
  }
  return null;
}

function first<T>(all: readonly T[], wrong: (each: T) => string | null): string | null {
  for (const each of all) {
    const found = wrong(each);
    if (found) return found;
  }
  return null;
}

function wrongIn(scan: Scan, clause: string): string | null {
  const facts = scan.factsIn(clause);
  const wrong =
    facts.length === 0
      ? wrongAround(clause, scan.facts)
      : (wrongName(scan, clause, facts) ?? wrongPeriod(scan.periodsIn(clause), facts) ?? wrongMeasure(clause, facts));
  return wrong ?? wrongTrend(scan, clause, facts);
}

/** Each name speaks of the next figure in its clause, or of the one before when none follows. */
function wrongName(scan: Scan, clause: string, facts: readonly Fact[]): string | null {
  const said = scan.namesIn(clause);
  for (const match of clause.matchAll(new RegExp(TOKEN.name, "gu"))) {
    const [name] = scan.namesIn(match[0]);
    if (name === undefined) continue;
    const [next] = scan.factsIn(clause.slice(match.index));
    const before = scan.factsIn(clause.slice(0, match.index)).at(-1);
    const about = facts.length === 1 ? facts[0] : (next ?? before);
    if (!about || bears(about, name)) continue;
    const isNarrowed = isUnder(about, name) && said.some((each) => each !== name && bears(about, each));
    if (!isNarrowed) return `the text says ${name} of a figure that is ${labelOf(about)}`;
  }
  return null;
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

/** A period in a heading is that of the figures under it, or holds theirs. */
function wrongUnder(scan: Scan, over: readonly Mention[], line: string): string | null {
  if (over.length === 0 || scan.periodsIn(line).length > 0) return null;
  const outside = scan.factsIn(line).find((fact) => {
    const own = periodsOf(fact);
    return own.length > 0 && !over.some((mention) => own.some((period) => same(mention, period) || holds(mention.period, period)));
  });
  return outside ? `the text says ${over[0]?.text ?? "a period"} over a figure that is ${labelOf(outside)}` : null;
}

function periodsOf(fact: Fact): Period[] {
  const day = fact.kind === "date" ? fact.value.slice(0, 10) : null;
  return [...(fact.period ? [fact.period] : []), ...(fact.against ? [fact.against] : []), ...(day ? [{ from: day, to: day }] : [])];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The same days; a month said without a year is the month of that name, and "as of today" any time that reaches to today. */
export function same(mention: Mention, period: Period): boolean {
  if (mention.asOf !== undefined) return period.from <= mention.asOf && mention.asOf <= period.to;
  if (mention.period?.from === period.from && mention.period.to === period.to) return true;
  const month = monthAlone(mention.text);
  return (
    month !== null && period.from.slice(0, 7) === period.to.slice(0, 7) && MONTHS[Number(period.from.slice(5, 7)) - 1] === month && period.from.endsWith("-01")
  );
}

function holds(outer: Period | null, inner: Period): boolean {
  return outer !== null && outer.from <= inner.from && inner.to <= outer.to;
}

/** What leads a list speaks of all its figures. */
function wrongLead(scan: Scan, group: Group): string | null {
  const facts = group.items.flatMap((item) => scan.factsIn(item));
  if (facts.length === 0) return null;
  const name = wrongLeadName(scan, group.text, facts);
  if (name !== null) return name;
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
  return wrongLeadTrend(group.text, facts);
}
