import * as lexicon from "./lexicon.ts";
import type { Scan } from "./scan.ts";

const RANKED =
  /(?<![\p{L}\p{N}])(?:1st|2nd|3rd|[4-9]th|1\dth|20th)(?= (?:largest|biggest|highest|lowest|smallest|most|place|in the list|on the list)(?!\p{L}))/giu;

/** What is left is prose: no digit, number word, percentage, currency, foreign letter or address. */
export function ownFigure(scan: Scan): string | null {
  const plain = withoutNumbering(scan.text.replace(/[\uE000-\uF8FF]/g, "\u00A0")).replace(RANKED, " ");
  if (/\p{N}/u.test(plain) || lexicon.LOOKALIKE.test(plain)) return "the text holds a numeral of its own; figures appear only as placeholders";
  if (lexicon.PERCENT.test(plain)) return "the text holds a percentage of its own";
  if (/\p{Sc}/u.test(plain)) return "the text holds a currency sign of its own";
  if (lexicon.ODD_SIGN.test(plain)) return "the text holds a sign that could be read as a figure";
  const word = inWords(plain) ?? inWords(folded(plain)) ?? lexicon.ROMAN.exec(plain)?.[0];
  if (word !== undefined) return `the text holds a number in words (${word}); figures appear only as placeholders`;
  if ([...plain.matchAll(lexicon.ONE)].some(({ index }) => counts(plain, index))) return "the text holds a number in words (one)";
  if (spelled(plain)) return "the text spells a word letter by letter";
  if (lexicon.OTHER_SCRIPT.test(plain)) return "the text holds letters of another script";
  if (lexicon.HOST.test(plain)) return "the text holds an address";
  return otherCurrency(scan, plain);
}

function otherCurrency(scan: Scan, plain: string): string | null {
  const currencies = new Set(scan.facts.flatMap((fact) => (fact.currency === null ? [] : [fact.currency])));
  const foreign = lexicon.CURRENCY_WORDS.find(([pattern, of]) => pattern.test(plain) && !of.some((code) => currencies.has(code)));
  const code = [...plain.matchAll(lexicon.CURRENCY_CODE)].find(([each]) => !currencies.has(each));
  return foreign || code ? "the text names a currency that no figure in it has" : null;
}

function inWords(text: string): string | undefined {
  for (const pattern of [lexicon.NUMBER_WORD, lexicon.COMPOUND, lexicon.FRACTION, lexicon.COUNTING]) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Without accents, and without marks between letters: "fi*ve thóu-sand" reads as its words do. */
function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/(?<=\p{L})[^\p{L}\s]{1,3}(?=\p{L})/gu, "");
}

/** "1. … 2. … 3. …": numbers of a list that count its items are not figures. */
function withoutNumbering(text: string): string {
  let next = 1;
  return text.replace(/^([^\S\n]*)(\d{1,2})([.)]\s)/gm, (line: string, space: string, number: string, dot: string) => {
    if (Number(number) !== next) return line;
    next += 1;
    return space + dot;
  });
}

function counts(text: string, at: number): boolean {
  const [before, after] = [text.slice(Math.max(0, at - 24), at), text.slice(at + 3)];
  if (lexicon.ONE_COUNTED.test(after)) return !/\bno\s$/i.test(before);
  if (!lexicon.PRONOUN_AFTER.test(after)) return !lexicon.PRONOUN_BEFORE.test(before);
  return lexicon.ONE_SAID.test(before) && /^\s?(?:[,.;:!?)]|$)/.test(after);
}

function spelled(text: string): boolean {
  return [...text.matchAll(/(?<!\p{L})\p{L}(?:[\s.\-_*]\p{L}){2,}(?!\p{L})/gu)].some(([each]) => lexicon.NUMBER_WORD.test(each.replace(/[\s.\-_*]/g, "")));
}
