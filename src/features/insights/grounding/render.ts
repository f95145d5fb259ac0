import { type Fact, print } from "../facts.ts";
import { printable } from "../clean.ts";
import { numbersAsked } from "./gate.ts";

/** Prints what passed the gate: each placeholder from its fact, with subject and period; a number of the question as it was asked. */
export function render(text: string, fact: (id: string) => Fact | undefined, question: string): string {
  const asked = numbersAsked(question);
  return text.replace(/\*\*\s*(\{\{\s*[a-z]\d{1,3}\s*\}\})\s*\*\*/g, "$1").replace(/\{\{\s*([a-z])(\d{1,3})\s*\}\}/g, (_, kind: string, number: string) => {
    if (kind === "q") return `“${printable(asked[Number(number) - 1] ?? "")}”`;
    const found = fact(`${kind}${number}`);
    return found ? print(found) : "";
  });
}
