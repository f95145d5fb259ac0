/** The words by which prose could say a figure. Patterns see text after names, periods and placeholders were taken out. */

const UNITS = "zero|nil|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";
const TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety";
const LARGE = "hundreds?|thousands?|millions?|billions?|trillions?|dozens?|grand|lakhs?|crores?|myriads?";
const FOREIGN =
  "zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|zwolf|zwanzig|hundert|tausend|deux|trois|quatre|cinq|sept|huit|neuf|dix|vingt|cent|mille|" +
  "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|veinte|cien|ciento|mil|tre|sei|sette|otto|nove|dieci|cento|duizend|duzentos";
const PARTS =
  "half|halves|halved|halving|thirds|fourths|fifths|twice|thrice|doubl(?:e|ed|es|ing)|tripl(?:e|ed|es|ing)|quadrupl(?:e|ed|es|ing)|quintupl(?:e|ed|es|ing)|sextupl(?:e|ed|es|ing)|trebl(?:e|ed|es|ing)|couple|quarters";
const SHARES = "majority|minority|bulk of|lion[’']s share|most of|nearly all|almost all|next to nothing";

export const NUMBER_WORD = new RegExp(`(?<![\\p{L}])(?:${UNITS}|${TENS}|${LARGE}|${FOREIGN}|${PARTS}|${SHARES})(?![\\p{L}])`, "iu");
/** Words run together: "fivethousand", "twentyfive". */
export const COMPOUND = new RegExp(
  `(?<![\\p{L}])(?:(?:${UNITS})(?:hundred|thousand|million|billion)|(?:${TENS})(?:one|${UNITS})|(?:${FOREIGN})(?:${FOREIGN}))(?:${UNITS}|${TENS}|${LARGE}|and)*(?![\\p{L}])`,
  "iu",
);
/** Letters as digits: "lO,OOO". */
export const LOOKALIKE = /(?<![\p{L}])[lIOo|]{1,3}(?:[.,][lIOo]{3})+(?![\p{L}])|(?<![\p{L}])[lI]?O{2,}(?![\p{L}])/u;
/** How many there are, said without a number. */
export const HOW_MANY =
  /(?<!\p{L})(?:both|a single|(?:the )?only one)(?: of)?(?: the| your)?(?: open| overdue| unpaid)? (?:invoices?|bills?|customers?|vendors?|payments?|transactions?|purchases?)(?!\p{L})/iu;
/** Nothing is a figure too. */
export const NOTHING = /(?:spent|spend|paid|pay|owes?|earned|received|sold|made|is|was|were|are)\s+nothing\b/i;
export const NO_SUCH =
  /(?<!\p{L})(?:no|none of (?:your|the|these))\s(?:(?:open|overdue|unpaid|possible|recurring|such)\s)?(?:invoices?|bills?|customers?|vendors?|payments?|duplicates?|transactions?|expenses?|income|revenue|spending|purchases?|subscriptions?)(?!\p{L})/iu;
/** An address without a scheme: many a reader makes a link of it. */
export const HOST = /[\p{L}\p{N}-]{2,}\.\p{L}{2,}/u;
/** A figure drawn and not written: keycaps, dice, braille. */
export const SYMBOL = /\p{So}/u;
/** "the third of" before a month, and money after a year. */
export const ORDINAL_BEFORE = /(?<!\p{L})(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\p{L}+(?:teenth|tieth|elfth))(?: day)? of\s$/iu;
export const MONEY_AFTER = /^\s(?:US )?(?:dollars?|euros?|pounds?|bucks|yen|francs?)(?!\p{L})/iu;

export const FRACTION =
  /(?<!\p{L})(?:every|each) (?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?!\p{L})|(?<!\p{L})(?:an?|one)(?: (?:full|whole|good|mere))?[ -](?:third|fourth|quarter|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)(?!\p{L})|(?<!\p{L})quarter of (?:the|your|our|all|it|what|total)|\p{L}fold(?!\p{L})/iu;
/** "one" is mostly a pronoun: a figure where it counts something, and never in these. */
export const ONE = /(?<!\p{L})one(?!\p{L})/giu;
export const PRONOUN_BEFORE = /(?:\bthe|\bthis|\bthat|\bno|\beach|\bevery|\bany|\bwhich|\bfirst|\blast|\blarger|\bsmaller|\blargest|\bother)\s$/i;
export const PRONOUN_AFTER = /^\s?(?:of (?:the|your|these|those|them)\b|another\b|by\b|after\b|more\b than once)/i;

export const PERCENT = /[%‰‱]|(?<!\p{L})(?:per ?cents?|percent|pct|basis points?|bps|percentage points?)(?!\p{L})/iu;
/** Tables that name Roman numerals know no others than these. */
export const ROMAN = /(?<![\p{L}])(?=[MDCLXVI]{2,})M{0,4}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\p{L}])/u;

export const CURRENCY_WORDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(?<!\p{L})(?:US ?)?dollars?(?!\p{L})|(?<!\p{L})bucks?(?!\p{L})/iu, ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]],
  [/(?<!\p{L})cents?(?!\p{L})/iu, []],
  [/(?<!\p{L})euros?(?!\p{L})/iu, ["EUR"]],
  [/(?<!\p{L})(?:pounds?|sterling|quid)(?!\p{L})/iu, ["GBP"]],
  [/(?<!\p{L})(?:pence|penn(?:y|ies))(?!\p{L})/iu, []],
  [/(?<!\p{L})yen(?!\p{L})/iu, ["JPY"]],
  [/(?<!\p{L})francs?(?!\p{L})/iu, ["CHF"]],
  [/(?<!\p{L})(?:rupees?|yuan|renminbi|pesos?|kron[aeo]r?|kroner|rubles?|reais|won|zloty|rand|bitcoins?)(?!\p{L})/iu, []],
];
export const CURRENCY_CODE = /(?<![\p{L}])(?:USD|EUR|GBP|CAD|AUD|NZD|JPY|CHF|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|MXN|BRL|ZAR|SGD|HKD|KRW|TRY|RUB|BTC)(?![\p{L}])/gu;

/** What may not follow a placeholder: it prints its own unit. */
export const UNIT_AFTER =
  /^\s?(?:thousand|million|billion|trillion|hundred|k\b|m\b|mn\b|bn\b|per ?cent|percentage|points?\b|days?\b|weeks?\b|months?\b|years?\b|hours?\b|dozen|times\b|fold\b|x\b|cents?\b|pence\b|dollars?\b|euros?\b|pounds?\b)/i;
export const SIGN_BEFORE = /(?:\bminus|\bnegative|\bplus|\btimes|\bhalf|\bdouble|\btwice|\btriple|\bminus of|\ba loss of minus)\s$/i;

/** Links, images, markup and entities: an answer holds none. */
export const MARKUP = /:\/\/|\bwww\.|!\[|\]\s?\(|\]\s?\[|\]:|<\/?[a-z!?]|&#?\w{1,12};|\b(?:javascript|data|mailto|vbscript):|\S@[^\s@]+\.\w|`/iu;
/** Letters that hide: controls, bidi marks, zero-width and private characters. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Me}\u034F\uFE00-\uFE0F]/u;
/** Other scripts have other numerals, and letters that look like ours. Names from the books were taken out before. */
export const OTHER_SCRIPT = /(?!\p{Script=Latin})\p{L}/u;
