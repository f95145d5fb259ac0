import { type Period, periodLabel } from "../../core/period.ts";
import type { Fact, Flow } from "./facts.ts";

const NEXT: Readonly<Record<NonNullable<Flow>, (when: string) => readonly string[]>> = {
  expense: (when) => [`What did we spend most on ${when}?`, `Who did we pay the most ${when}?`, "Did we pay anything twice?"],
  income: (when) => [`Who are our top customers ${when}?`, "Which invoices are overdue?"],
  net: (when) => [`What did we spend most on ${when}?`, "What is our runway?"],
  receivable: () => ["Which invoices are overdue?", "How much cash do we have?"],
  payable: () => ["Which bills are overdue?", "What is our runway?"],
};
const USUAL = ["What is our runway?", "Who owes us money?"] as const;

/** What people ask next, each understood on its own: no question knows of the one before. */
export function followUps(facts: readonly Fact[], asked: string): string[] {
  const [fact] = facts;
  const next = fact?.flow ? NEXT[fact.flow](inWords(fact.period)) : USUAL;
  return next.filter((each) => each.toLowerCase() !== asked.trim().toLowerCase()).slice(0, 2);
}

/** A month, quarter or year has a name; any other span is too long to say again. */
function inWords(period: Period | null): string {
  const label = period === null ? "" : periodLabel(period);
  return label === "" || / to |^\d{1,2} /.test(label) ? "this year" : `in ${label}`;
}
