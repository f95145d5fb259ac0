import type { Fact, Flow } from "../facts.ts";
import * as lexicon from "./lexicon.ts";
import type { Scan } from "./scan.ts";

const NONE = [
  lexicon.NO_THINGS,
  /(?<!\p{L})(?:spent|spend|spends|paid|pay|pays|owes?|owed|earned|earns?|received|sold|made)(?: (?:you|us))? nothing(?!\p{L})/iu,
  /(?<!\p{L})(?:nothing|none)(?: \p{L}{1,12})? (?:is|are|was|were|has been|have been) (?:owed|overdue|due|late|outstanding|unpaid|open|spent|paid)(?!\p{L})/iu,
  /(?<!\p{L})(?:nobody|no one|no-one) (?:still )?(?:owes?|owed|paid|pays)(?!\p{L})|(?<!\p{L})debt-free(?!\p{L})/iu,
];
const RECEIVABLE = /\b(?:invoices?|customers?|clients?|receivables?|(?:nobody|no one|no-one) owes|owes? (?:you|us))\b/i;
const PAYABLE = /\b(?:bills?|payables?|debts?|debt-free|(?:you|we) owe)\b/i;

/** That there is nothing is a figure too: it is said only where a figure of zero stands for it. */
export function falseZero(scan: Scan, sentence: string): string | null {
  if (/\?\W*$/.test(sentence) || /\b(?:(?:of|by|with) (?:that|this) name|called|named)\b/i.test(sentence)) return null;
  const claims = sentence.split(/,\s|\s(?:and|but|while|or)\s/u).filter((part) => NONE.some((pattern) => pattern.test(part)));
  const zeros = scan.facts.filter(isZero);
  const unshown = claims.find((claim) => {
    const flow: Flow = RECEIVABLE.test(claim) ? "receivable" : PAYABLE.test(claim) ? "payable" : null;
    return !zeros.some((fact) => flow === null || fact.flow === null || fact.flow === flow);
  });
  if (unshown !== undefined) return "the text says that there is nothing where no figure in it shows that";
  return scan.facts.length > 0 && zeros.length === 0 && /(?<!\p{L})(?:is|was|were|are) nothing(?!\p{L})/iu.test(sentence)
    ? "the text holds a number in words (nothing)"
    : null;
}

function isZero(fact: Fact): boolean {
  return fact.kind !== "date" && fact.kind !== "name" && !/[1-9]/.test(fact.value);
}
