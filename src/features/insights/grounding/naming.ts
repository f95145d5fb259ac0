import { labelOf, type Fact } from "../facts.ts";
import { type Group, isHeading } from "./clauses.ts";
import type { Scan } from "./scan.ts";

/** Whether the figure is of what has this name: itself, not something that holds it or is held by it. */
export function bears(fact: Fact, name: string): boolean {
  const known = namesOf(fact);
  if (known.some((each) => each.startsWith(`${name}:`) || each.includes(`:${name}:`))) return false;
  return known.some((each) => each === name || each.endsWith(`:${name}`)) || hasWord(ownWords(fact), name);
}

/** "Utilities" of a figure of "Utilities:Gas". */
export function isUnder(fact: Fact, name: string): boolean {
  return namesOf(fact).some((each) => each.split(":").includes(name));
}

function namesOf(fact: Fact): string[] {
  return [...fact.names, ...(fact.kind === "name" ? [fact.value] : [])];
}

/** The subject without the names that it holds. */
function ownWords(fact: Fact): string {
  return fact.names.toSorted((a, b) => b.length - a.length).reduce((words, name) => words.replaceAll(name, " "), fact.subject);
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/[\p{L}\p{N}]$/u.test(text.slice(0, at)) && !/^[\p{L}\p{N}]/u.test(text.slice(at + word.length))) return true;
  }
  return false;
}

/** What leads a list names only what is among its figures. */
export function wrongLeadName(scan: Scan, lead: string, facts: readonly Fact[]): string | null {
  const name = scan.namesIn(lead).find((each) => !facts.some((fact) => bears(fact, each) || isUnder(fact, each)));
  return name === undefined ? null : `the text says ${name} of figures that are not`;
}

/** A name without a figure, in a heading or a sentence, is read as what the next figures are of. */
export class CarriedNames {
  #names: string[] = [];
  #over = false;

  wrongIn(scan: Scan, group: Group): string | null {
    for (const line of [group.text, ...group.items]) {
      const [names, facts] = [scan.namesIn(line), scan.factsIn(line)];
      const wrong = names.length > 0 ? undefined : facts.find((fact) => !this.#fits(fact, line));
      if (wrong) return `the text says ${this.#names.join(", ")} before a figure that is ${labelOf(wrong)}`;
      if (names.length > 0 || isHeading(line)) {
        this.#names = facts.length > 0 ? [] : names;
        this.#over = isHeading(line);
      }
    }
    return null;
  }

  #fits(fact: Fact, line: string): boolean {
    if (this.#names.length === 0 || this.#names.some((name) => bears(fact, name) || isUnder(fact, name))) return true;
    return namesOf(fact).length === 0 && (!this.#over || fact.currency === null || /\b(?:totals?|all|overall|altogether|together|whole)\b/i.test(line));
  }
}

const NAMED_AFTER =
  /(?<!\p{L})(?:at|to|with|from|on|by|for|paid|pay|paying|owes?|vendor|customer|supplier|client|category|called|named)\s(?:the\s)?[*_"“'(]{0,3}(\p{Lu}\p{L}*(?:[&'.-]\p{L}+)*)/giu;
const NO_NAMES =
  /^(?:I|QuickBooks|Accounts?|Net|Gross|Income|Revenue|Total|Cash|Bank|Spending|Expenses?|Transactions?|Invoices?|Bills?|Payments?|Vendors?|Customers?|Suppliers?|Profit|Loss|Runway|Balances?|Average|VAT|GST|AR|AP|USD|EUR|GBP|CAD|AUD|NZD|JPY|CHF)$/;

/** A name that no tool returned, where somebody or something is said to have a figure. */
export function unknownName(scan: Scan, sentence: string): string | null {
  const facts = scan.factsIn(sentence);
  if (facts.length === 0) return null;
  for (const [, word = ""] of sentence.matchAll(NAMED_AFTER)) {
    if (!/^\p{Lu}/u.test(word) || NO_NAMES.test(word)) continue;
    if (!facts.some((fact) => hasWord(ownWords(fact).toLowerCase(), word.toLowerCase()))) return `${word} is no name that a tool returned`;
  }
  return null;
}
