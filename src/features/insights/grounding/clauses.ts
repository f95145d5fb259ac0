import type { Scan } from "./scan.ts";

export type Group = { text: string; items: string[] };

const SENTENCE_END = /(?<=[.!?;])\s+|\n+/u;
const ITEM = /^\s*(?:[-*•]|\d{1,2}[.)])\s/;

/** Sentences; one that ends in a colon leads the list items after it. */
export function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const last = groups.at(-1);
    if (ITEM.test(line) && last && (/:[\s*_]*$/.test(last.text) || last.items.length > 0)) last.items.push(line);
    else for (const sentence of line.split(SENTENCE_END)) groups.push({ text: sentence, items: [] });
  }
  return groups;
}

/** A line that stands over what follows it. */
export function isHeading(line: string): boolean {
  return /^\s*(?:#|\*\*[^*]*\*\*\s*$|__[^_]*__\s*$)/.test(line) || /:[\s*_]*$/.test(line);
}

/** Clauses, each with the figures that it is about; what stands before the first figure or after the last one belongs to it. */
export function clausesOf(scan: Scan, sentence: string): string[] {
  const parts = sentence.split(/,\s|\s(?:and|but|while|whereas|versus|vs\.?|against|compared (?:with|to)|then|plus)\s|\s[—–-]\s|[()]/u);
  const clauses: string[] = [];
  let loose = "";
  for (const part of parts) {
    if (scan.factsIn(part).length > 0) {
      clauses.push(loose + part);
      loose = "";
    } else loose += `${part}, `;
  }
  const last = clauses.pop();
  return last === undefined ? [loose] : [...clauses, `${last}, ${loose}`];
}
