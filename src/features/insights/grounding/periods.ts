import { type Period, resolvePeriod } from "../../../core/period.ts";

/** A period or date that the prose names: where it stands, and what it means, or null when nobody can tell. `asOf`: the day up to which something counts. */
export type Mention = { start: number; end: number; period: Period | null; text: string; asOf?: string };

const MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";
const YEAR = "(?:19|20)\\d\\d";
const OF = `(?:,? (?:of )?(?:${YEAR}|(?:last|this|the previous|the prior) year))`;
const COUNT = "(?:\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few)";
const DAY = `(?:\\d{4}-\\d{2}-\\d{2}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? ${YEAR})?|\\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}(?: ${YEAR})?)`;
const POINT = `(?:${DAY}|\\d{4}-\\d{2}|q[1-4]${OF}?|h[12]${OF}?|${MONTH}\\b\\.?${OF}?|${YEAR})`;
const PHRASES = [
  `(?:(?:between|from) )?${POINT} (?:and|to|until|through|–|-) ${POINT}`,
  `(?:since|after|before|until|up to) ${POINT}`,
  `the month before last`,
  `same (?:month|quarter|period|time) (?:of )?(?:last|the previous) year`,
  `(?:last|past|previous|prior|trailing|next|coming) ${COUNT} (?:full |calendar )?(?:day|week|month|quarter|year)s?`,
  `(?:last|past|previous|prior|this|current|next|coming) (?:calendar |fiscal |financial )?(?:day|week|month|quarter|year)(?: so far| to date)?`,
  `(?:year|month|quarter)[ -]to[ -]date|YTD|MTD|QTD|so far this (?:month|quarter|year)`,
  `(?:first|second|third|fourth) (?:half|quarter)${OF}?`,
  `FY ?${YEAR}|(?:fiscal|financial) year ${YEAR}`,
  POINT,
  `(?:as of |until |up to |through |by )?today|yesterday|tomorrow`,
];
const PHRASE = new RegExp(`(?<![\\p{L}\\p{N}-])(?:${PHRASES.join("|")})(?![\\p{L}\\p{N}])`, "giu");
const TIMES = [
  /(?<!\p{L})(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|noon|midnight|decades?|centur(?:y|ies)|fortnights?)(?!\p{L})/u,
  /\d{1,4}[/.]\d{1,2}[/.]\d{1,4}/,
  /(?<!\p{L})(?:ago|tonight|last night|the other day|(?:this|that) (?:morning|afternoon|evening)|spring|summers?|autumn|winters?|(?:this|last|next) fall(?! (?:in|of))|Christmas|Easter|Thanksgiving)(?!\p{L})/iu,
  /(?<!\p{L})(?:the|an?|one|some|several|many) (?:day|week|month|quarter|year)s? (?:before|after|prior|earlier|later)(?!\p{L})/iu,
  /(?<!\p{L})(?:mid|early|late)-\p{L}/iu,
  /(?<!\p{L})on the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\p{L}{3,7}teenth|eleventh|twelfth|twentieth|thirtieth)\s?(?:[,.;:!?)]|$)/iu,
];
const PART_BEFORE =
  /(?<!\p{L})(?:mid|early|late|earlier|later|(?:middle|start|beginning|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\p{L}{3,7}teenth|twentieth|thirtieth|last day|first day) of)[ -](?:in )?$/iu;
const DAY_AFTER =
  /^,? the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\p{L}{3,7}teenth|twentieth|thirtieth)(?![ ]?\p{L})/iu;

/** Every period that the prose names, in order. "May" and "March" are months only where they can be nothing else. */
export function mentionsIn(prose: string, today: string, fiscalStart: number): Mention[] {
  return [...prose.matchAll(PHRASE)].flatMap((match): Mention[] => {
    const [text] = match;
    if (isVerb(text, prose.slice(Math.max(0, match.index - 12), match.index))) return [];
    const at = { start: match.index, end: match.index + text.length, text };
    return [/ today$/i.test(text) ? { ...at, period: null, asOf: today } : { ...at, period: resolvePeriod(text, today, fiscalStart) }];
  });
}

function isVerb(text: string, before: string): boolean {
  if (/^(?:May|March|MARCH|MAY)$/.test(text)) return !/\b(?:in|of|for|since|during|from|to|and|until|by|through|last|this|vs|versus)\s$/i.test(before);
  return /^(?:may|march|mar|dec|sep|jan|jun)$/.test(text) && !/\b(?:in|of|for|since|during|until|through|last|next|early|late|mid)\s$/i.test(before);
}

/** A part of a period, or a day of it, that no tool could have resolved: "early March", "the third of March". */
export function isPart(prose: string, mention: Mention): boolean {
  return PART_BEFORE.test(prose.slice(Math.max(0, mention.start - 24), mention.start)) || DAY_AFTER.test(prose.slice(mention.end, mention.end + 24));
}

/** A day or time that is no period a tool could have resolved. */
export function oddTime(prose: string): string | null {
  for (const pattern of TIMES) {
    const found = pattern.exec(prose)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}

/** The month that a mention without a year is, by three letters. */
export function monthAlone(text: string): string | null {
  return new RegExp(`^(${MONTH})\\.?$`, "i").exec(text)?.[1]?.slice(0, 3).toLowerCase() ?? null;
}
