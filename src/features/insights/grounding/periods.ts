import { type Period, resolvePeriod } from "../../../core/period.ts";

/** A period or date that the prose names: where it stands, and what it means, or null when nobody can tell. */
export type Mention = { start: number; end: number; period: Period | null; text: string };

const MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";
const YEAR = "(?:19|20)\\d\\d";
const OF = `(?:,? (?:of )?(?:${YEAR}|(?:last|this|the previous|the prior) year))`;
const COUNT = "(?:\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few)";
const DAY = `(?:\\d{4}-\\d{2}-\\d{2}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? ${YEAR})?|\\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}(?: ${YEAR})?)`;
const POINT = `(?:${DAY}|\\d{4}-\\d{2}|[Qq][1-4]${OF}?|[Hh][12]${OF}?|${MONTH}\\b\\.?${OF}?|${YEAR})`;
const PHRASES = [
  `(?:(?:between|from|From|Between) )?${POINT} (?:and|to|until|through|–|-) ${POINT}`,
  `(?:since|after|before|until|up to|Since|After|Before|Up to) ${POINT}`,
  `[Tt]he month before last`,
  `[Ss]ame (?:month|quarter|period|time) (?:of )?(?:last|the previous) year`,
  `(?:last|past|previous|prior|trailing|next|coming|Last|Past|Previous|Next) ${COUNT} (?:full |calendar )?(?:day|week|month|quarter|year)s?`,
  `(?:last|past|previous|prior|this|current|next|coming|Last|This|Previous|Next) (?:calendar |fiscal |financial )?(?:day|week|month|quarter|year)(?: so far| to date)?`,
  `(?:[Yy]ear|[Mm]onth|[Qq]uarter)[ -]to[ -]date|YTD|MTD|QTD|[Ss]o far this (?:month|quarter|year)`,
  `(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth) (?:half|quarter)${OF}?`,
  `FY ?${YEAR}|(?:[Ff]iscal|[Ff]inancial) year ${YEAR}`,
  POINT,
  `[Yy]esterday|[Tt]oday|[Tt]omorrow`,
];
const PHRASE = new RegExp(`(?<![\\p{L}\\p{N}]|[\\p{N}]-)(?:${PHRASES.join("|")})(?![\\p{L}\\p{N}])`, "giu");
const WEEKDAY =
  /(?<!\p{L})(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|noon|midnight|decades?|centur(?:y|ies)|fortnights?|tonight|ago|summer|winter|autumn|the (?:day|week|month|quarter|year) before)(?!\p{L}| last)/iu;
const ODD_DATE = /\d{1,4}[/.]\d{1,2}[/.]\d{1,4}/;

/** Every period that the prose names, in order. "May" and "March" are months only where they can be nothing else. */
export function mentionsIn(prose: string, today: string, fiscalStart: number): Mention[] {
  return [...prose.matchAll(PHRASE)].flatMap((match) => {
    const [text] = match;
    const before = prose.slice(0, match.index);
    // in small letters they are words more often
    if (/^(?:may|mar|march|sept?|dec|jan)$/.test(text) && !/\b(?:in|of|during|since)\s$/i.test(before)) return [];
    if (/^(?:May|March)$/i.test(text) && !/\b(?:in|of|for|since|during|from|to|and|until|by|through|last|this|vs|versus)\s$/i.test(before)) return [];
    return [{ start: match.index, end: match.index + text.length, text, period: resolvePeriod(text, today, fiscalStart) }];
  });
}

/** A day or time that is no period a tool could have resolved. */
export function oddTime(prose: string): string | null {
  return (WEEKDAY.exec(prose) ?? ODD_DATE.exec(prose))?.[0] ?? null;
}

/** The month that a mention without a year is. */
export function monthAlone(text: string): string | null {
  const month = new RegExp(`^(${MONTH})\\.?$`, "i").exec(text)?.[1];
  return month === undefined ? null : month.slice(0, 1).toUpperCase() + month.slice(1, 3).toLowerCase();
}
