import type { Period } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { falseClaim, same } from "./claims.ts";
import * as lexicon from "./lexicon.ts";
import { bears } from "./naming.ts";
import { ownFigure } from "./numerals.ts";
import { isPart, type Mention, mentionsIn, oddTime } from "./periods.ts";
import { Scan, TOKEN } from "./scan.ts";

/** What an answer is held against: all of it came out of tools in this request, but for the question. */
export type Ground = {
  fact(id: string): Fact | undefined;
  /** Names that tools returned. */
  names: Iterable<string>;
  /** Periods that tools resolved or that facts are of. */
  periods: readonly Period[];
  today: string;
  fiscalStart: number;
  question: string;
  /** Whether facts were found that answer it: then an answer without any is none. */
  expectsFigure: boolean;
};
export type Verdict = { ok: true; used: string[] } | { ok: false; reason: string };

const LENGTH_MOST = 8_000;
const APOSTROPHE = /[‘’ʼ]/g;
const PLACEHOLDER = /\{\{\s*([a-z]\d{1,3})\s*\}\}/g;

/**
 * Lets prose pass that says no figure of its own: figures are placeholders of facts, and what is said around one is true
 * of it. A digit, a number in words, a percentage, a currency or a date passes only as part of a cited name or of a period
 * that is known. Refuses rather than guesses; it never changes the text.
 */
export function check(text: string, ground: Ground): Verdict {
  const scan = new Scan();
  const reason =
    unfit(text) ?? placeholders(scan, text, ground) ?? edges(scan) ?? names(scan, ground) ?? periods(scan, ground) ?? ownFigure(scan) ?? falseClaim(scan);
  if (reason !== null) return { ok: false, reason };
  const used = [...new Set(scan.facts.map((fact) => fact.id))];
  if (used.length === 0 && ground.expectsFigure) return { ok: false, reason: "the text holds no placeholder, though facts were found" };
  return { ok: true, used };
}

function unfit(text: string): string | null {
  if (text.trim() === "") return "there is no text";
  if (text.length > LENGTH_MOST) return "the text is too long";
  if (lexicon.HIDDEN.test(text.replace(/[\n\t]/g, " "))) return "the text holds hidden characters";
  // "Ⅻ" would be letters once it is normalised
  if (Array.from(text).some((char) => /\p{N}/u.test(char) && char.normalize("NFKC") !== char))
    return "the text holds a numeral of its own; figures appear only as placeholders";
  if (lexicon.MARKUP.test(text.normalize("NFKC"))) return "the text holds a link, an image or markup";
  return null;
}

/** The numbers of the question, by which alone it may be quoted: `{{q1}}` is the first. */
export function numbersAsked(question: string): string[] {
  return question.match(/[$£€¥]?\d[\d,.]*\d%?|[$£€¥]?\d%?/g) ?? [];
}

function placeholders(scan: Scan, text: string, ground: Ground): string | null {
  let wrong: string | null = null;
  const asked = numbersAsked(ground.question);
  const normal = text.normalize("NFKC").replace(APOSTROPHE, "'");
  // what is printed is the text as it came: a placeholder that only normalising makes would stand there in braces
  if ((normal.match(PLACEHOLDER) ?? []).join() !== (text.match(PLACEHOLDER) ?? []).join()) return "the text holds a broken placeholder";
  scan.text = normal.replace(PLACEHOLDER, (_, id: string) => {
    if (id.startsWith("q") && asked[Number(id.slice(1)) - 1] !== undefined) return scan.question(id);
    const fact = ground.fact(id);
    if (fact) return scan.fact(fact);
    wrong ??= `the placeholder {{${id}}} names no fact`;
    return " ";
  });
  if (wrong === null && /[{}]/.test(scan.text)) wrong = "the text holds a broken placeholder";
  if (wrong === null && scan.full) wrong = "the text holds too many figures";
  return wrong;
}

/** The question's number is what was asked about, and nothing is said of it. */
const ASKED_BEFORE =
  /\byou (?:(?:had|have) )?(?:asked|mentioned|wrote|named)(?: (?:about|for|whether|if))?(?: (?:it|an?|the|figure|amount|number|sum|total|is|was|of|more|less|than|over|above|below|under)){0,5}[\s"“(*_]{1,4}(?:[\uEA00-\uEFFF][\s"”)*_]*(?:and|or|,)\s["“*_]*){0,3}$/iu;
const ASKED_AFTER = /^["”)*_]*(?:[.;:!?\n]|\s(?:and|or)\s["“*_]*[\uEA00-\uEFFF]|\s(?:and|but) (?:the|your) books\s|, (?!which|that|and that|the )|$)/iu;

/** A figure prints its sign, currency and unit itself: nothing may stand against it that would be read as one. */
function edges(scan: Scan): string | null {
  for (const match of scan.text.matchAll(new RegExp(`${TOKEN.fact}|${TOKEN.asked}`, "gu"))) {
    const before = scan.text.slice(0, match.index).replace(/[*_]+$/, "");
    const after = scan.text.slice(match.index + 1).replace(/^[*_]+/, "");
    if (/[\p{L}\p{N}\p{Sc}%+\-−~≈/^=×.,]$/u.test(before) || /^(?:[\p{L}\p{N}\p{Sc}%‰°^×/=+−]|-\p{L}|,\p{N}|\.\p{N})/u.test(after))
      return "something stands against a placeholder that would change it";
    if (lexicon.SIGN_BEFORE.test(before) || lexicon.UNIT_AFTER.test(after)) return "a sign or unit stands beside a placeholder, which prints its own";
  }
  for (const { index } of scan.text.matchAll(new RegExp(TOKEN.asked, "gu"))) {
    if (!ASKED_BEFORE.test(scan.text.slice(Math.max(0, index - 80), index)) || !ASKED_AFTER.test(scan.text.slice(index + 1)))
      return 'a number of the question stands outside of "you asked about"';
  }
  return null;
}

/** Common words that are also names of accounts: at the start of a sentence they are words. */
const COMMON =
  /^(?:sales|income|services?|expenses?|revenue|cash|profit|other|total|bank|fees|interest|payments?|refunds?|discounts?|taxes|costs?|purchases?|customers?|vendors?|suppliers?|net|the|your|this|these|from|no|in|on|at)$/i;

/** Words of a language that are names too: only as the books write them. */
const WORDS =
  /^(?:accounts?|accounting|advances?|bills?|books?|business|checking|equipment|gains?|grace|labor|list|mark|material|materials|office|open|other|savings|services?|software|target|time|will|work)$/i;

/** Names become letters of their own. One with digits or number words counts only when a figure in the text is its. */
function names(scan: Scan, ground: Ground): string | null {
  const all = new Set([...ground.names].flatMap((name) => [name, ...name.split(":")]).map((name) => name.trim()));
  const lower = scan.text.toLowerCase();
  for (const name of [...all].sort((a, b) => b.length - a.length)) {
    const written = name.normalize("NFKC").replace(APOSTROPHE, "'");
    if (!/\p{L}/u.test(name) || name.length < 2 || !lower.includes(written.toLowerCase())) continue;
    const risky = /\p{N}/u.test(name) || lexicon.NUMBER_WORD.test(name) || lexicon.ROMAN.test(name) || lexicon.FRACTION.test(name) || oddTime(name) !== null;
    if (risky && !scan.facts.some((fact) => bears(fact, name))) continue;
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}\\p{Sc}.,])${escape(written)}(?![\\p{L}\\p{N}%]|[.,]\\p{N})`, risky || name.length < 4 ? "gu" : "giu");
    scan.text = scan.text.replace(pattern, (match, at: number) => {
      const before = scan.text.slice(0, at);
      const opens = /(?:^|[.!?:]\s|\n[^\S\n]*(?:[-*•]\s)?)$/u.test(before);
      if (COMMON.test(name) && (opens || match === match.toLowerCase())) return match;
      if (match !== written && WORDS.test(name)) return match;
      if (
        /^\W*\d[\d.,]*\s?\p{L}{0,2}$/u.test(name) &&
        !/(?:\b(?:at|from|to|on|with|by|for|of|in|vendor|customer|supplier|account|and|paid|owes?)\s|(?:^|\n)[ \t#*_•-]*|["“(]|,\s)$/iu.test(before)
      )
        return match;
      return scan.name(name);
    });
  }
  return scan.full ? "the text is too long" : null;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Each period named is one that a tool resolved or a figure is of. */
function periods(scan: Scan, ground: Ground): string | null {
  const known = [
    ...ground.periods,
    ...scan.facts.flatMap((fact) => [fact.period, fact.against, fact.kind === "date" ? { from: fact.value.slice(0, 10), to: fact.value.slice(0, 10) } : null]),
  ].filter((each) => each !== null);
  let shifted = "";
  let at = 0;
  for (const mention of mentionsIn(scan.text, ground.today, ground.fiscalStart)) {
    if (!known.some((period) => same(mention, period)) || isPart(scan.text, mention)) return `${mention.text} is no period that a tool resolved`;
    if (isAmount(scan.text, mention)) return "the text holds a numeral of its own; figures appear only as placeholders";
    shifted += scan.text.slice(at, mention.start) + scan.period(mention);
    at = mention.end;
  }
  scan.text = shifted + scan.text.slice(at);
  const odd = oddTime(scan.text);
  return odd === null || scan.facts.some((fact) => fact.subject.includes(odd)) ? null : `${odd} is no period that a tool resolved`;
}

/** "2019 dollars", "you spent 2019": a year that is no year. */
function isAmount(text: string, mention: Mention): boolean {
  if (!/^\d{4}$/.test(mention.text)) return false;
  return lexicon.AMOUNT_AFTER.test(text.slice(mention.end)) || lexicon.AMOUNT_BEFORE.test(text.slice(Math.max(0, mention.start - 24), mention.start));
}
