import { dayLabel } from "../../core/period.ts";
import { type Fact, print } from "./facts.ts";

const LINES_MOST = 12;

/**
 * The answer that the facts alone make, where no wording of them was had or passed. `archivedUntil`: what was asked for
 * begins before that day, up to which transactions are in the archive. `looked`: a tool read the books, so that no fact
 * means that there is none.
 */
export function template(facts: readonly Fact[], archivedUntil: string | null = null, looked = true): { answer: string; used: Fact[] } {
  const figures = facts.filter((fact) => fact.kind !== "name");
  const used = (figures.length > 0 && facts.every((fact) => fact.kind !== "name") ? figures : facts).slice(0, LINES_MOST);
  if (used.length === 0 && archivedUntil !== null)
    return {
      answer: `Transactions up to ${dayLabel(archivedUntil)} are in the archive. A report of that time has them; questions look at what came after.`,
      used,
    };
  if (used.length === 0 && !looked)
    return { answer: "I could not work out what to look for in your books. Ask for a figure, such as spending on a category in a month.", used };
  if (used.length === 0) return { answer: "Your books hold nothing that answers this question.", used };
  if (used.length === 1) return { answer: `From your books: ${used.map(print).join("")}.`, used };
  return { answer: `From your books:\n\n${used.map((fact) => `- ${print(fact)}`).join("\n")}`, used };
}
