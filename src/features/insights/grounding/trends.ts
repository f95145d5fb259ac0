import type { Fact } from "../facts.ts";
import { bears } from "./naming.ts";
import { flowsIn, signOf } from "./measures.ts";
import type { Scan } from "./scan.ts";

const UP =
  /\b(?:rose|risen|rises|rising|increas(?:e|ed|es|ing)|grew|grown|grows|growing|growth|climb(?:ed|s|ing)|jump(?:ed|s)|surged?|soared|went up|gone up)\b/i;
const DOWN =
  /\b(?:fell|fallen|falls|falling|decreas(?:e|ed|es|ing)|dropp?(?:ed|s|ing)?|declin(?:e|ed|es|ing)|shrank|shrunk|shrinks|plunged|sank|reduced|went down|gone down)\b/i;
const FLAT = /\b(?:unchanged|(?:stayed|remained) (?:the same|flat|level)|no change)\b/i;

/** Words that compare only beside a change or another period: "more than once" and "adds up" do not. */
const MORE =
  /\b(?:more(?! than once| of)|higher|greater|larger|bigger|exceed(?:s|ed|ing)?|(?<!\b(?:add|adds|made|make|makes|look|sum|sums|open) )up(?! to))\b/i;
const LESS = /\b(?:less|fewer|lower|smaller|(?<!\b(?:break|breaks|broken) )down|below)\b/i;
const THAN = /\b(?:than|exceed(?:s|ed)?|up (?:on|from)|down (?:on|from))\b/i;

type Said = -1 | 0 | 1;

/** A rise or fall that is claimed is one that a figure shows, of the same thing. */
export function wrongTrend(scan: Scan, clause: string, facts: readonly Fact[]): string | null {
  const near = facts.filter(isChange);
  const said = directionsIn(clause, near.length > 0 || (THAN.test(clause) && scan.periodsIn(clause).length > 0));
  if (said.length === 0 || /\byou asked\b/i.test(clause)) return null;
  const isShown = (sign: Said, among: readonly Fact[]) => among.some((fact) => signOf(fact.value) === sign);
  const isRight =
    near.length > 0
      ? said.every((sign) => isShown(sign, near)) && near.every((fact) => said.some((sign) => signOf(fact.value) === sign))
      : said.every((sign) => isShown(sign, changesOf(scan, clause, facts)));
  return isRight ? null : "the text claims a change that no figure in it shows";
}

function directionsIn(clause: string, compares: boolean): Said[] {
  const said: Said[] = [];
  if (UP.test(clause) || (compares && MORE.test(clause))) said.push(1);
  if (DOWN.test(clause) || (compares && LESS.test(clause))) said.push(-1);
  if (FLAT.test(clause)) said.push(0);
  return said;
}

/** Changes elsewhere in the text that are of what the clause speaks of. */
function changesOf(scan: Scan, clause: string, facts: readonly Fact[]): Fact[] {
  const names = [...scan.namesIn(clause), ...facts.flatMap((fact) => fact.names)];
  const flows = flowsIn(clause);
  return scan.facts.filter(
    (fact) =>
      isChange(fact) &&
      (names.length === 0 || names.some((name) => bears(fact, name))) &&
      (flows.length === 0 || fact.flow === null || flows.includes(fact.flow)) &&
      facts.every((each) => each.flow === null || fact.flow === null || each.flow === fact.flow),
  );
}

/** A rise or fall that leads a list is shown by one of its figures. */
export function wrongLeadTrend(lead: string, facts: readonly Fact[]): string | null {
  const changes = facts.filter(isChange);
  const isRight = directionsIn(lead, false).every((sign) => changes.some((fact) => signOf(fact.value) === sign));
  return isRight || /\byou asked\b/i.test(lead) ? null : "the text claims a change that no figure in it shows";
}

function isChange(fact: Fact): boolean {
  return fact.kind === "change" || fact.kind === "change_percent";
}
