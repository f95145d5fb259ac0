/** The words by which prose could say a figure. Patterns see text after names, periods and placeholders were taken out. */

const UNITS = "zero|nil|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";
const TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety";
const LARGE = "hundreds?|thousands?|millions?|billions?|trillions?|dozens?|grand|lakhs?|crores?|myriads?";
const FOREIGN =
  "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|zwanzig|hundert|tausend|deux|trois|quatre|cinq|sept|huit|neuf|dix|vingt|cent|mille|" +
  "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|veinte|cien|ciento|mil|tre|sei|sette|otto|nove|dieci|cento|duizend|duzentos";
const PARTS =
  "half|halves|halved|halving|thirds|fourths|fifths|twice|thrice|doubl(?:e|ed|es|ing)|tripl(?:e|ed|es|ing)|(?:quadru|quintu|sextu|septu|octu|decu|centu)pl(?:e|ed|es|ing)|trebl(?:e|ed|es|ing)|couple|pair|trio|quarters";
const SHARES = "majority|minority|bulk of|lion[’']s share|most of|nearly all|almost all|next to nothing";

export const NUMBER_WORD = new RegExp(`(?<![\\p{L}])(?:${UNITS}|${TENS}|${LARGE}|${FOREIGN}|${PARTS}|${SHARES})(?![\\p{L}])`, "iu");
/** "fivethousand", "twenty-five" once its hyphen is gone, "fünftausend". */
export const COMPOUND = new RegExp(
  `(?<!\\p{L})(?:one(?:${UNITS}|${TENS}|${LARGE}|and)+|(?:${UNITS}|${TENS}|${LARGE}|${FOREIGN}|funf|zwolf)(?:${UNITS}|${TENS}|${LARGE}|${FOREIGN}|one|ein|and|und|funf|zwolf)*)(?:ish|odd|plus|some|fold)?(?!\\p{L})`,
  "iu",
);
const PART = "(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|twentieth|hundredth|thousandth)";
const DOCUMENT =
  "(?:customer|client|vendor|supplier|invoice|bill|payment|transaction|purchase|sale|deposit|transfer|expense|receipt|refund|charge|subscription|cheque|dollar|euro|pound|cent|penny)s?";
export const FRACTION = new RegExp(
  `(?<!\\p{L})(?:an?|one)(?:[ -](?:full|good|whole|solid|mere|bare|further|rough|clean|about))?[ -](?:quarter|${PART})(?!\\p{L})|(?<!\\p{L})(?:every|each) ${PART}(?!\\p{L})|` +
    `(?<!\\p{L})every (?:second|other) ${DOCUMENT}(?!\\p{L})|(?<!\\p{L})(?:quarter|${PART}) of (?:the|your|our|all|it|what|total|every)(?!\\p{L})|\\p{L}fold(?!\\p{L})`,
  "iu",
);
/** Words that count money or documents without a number: "a single payment", "both invoices". */
export const COUNTING = new RegExp(
  `(?<!\\p{L})(?<!(?:every|each|any) )(?:single|sole|lone|solitary)(?: (?!largest|biggest|highest|smallest|lowest|most)\\p{L}{1,20})? ${DOCUMENT}(?!\\p{L})|` +
    `(?<!\\p{L})both(?: of)?(?: (?:the|your|our|these|those))?(?: \\p{L}{1,20})? ${DOCUMENT}(?!\\p{L})`,
  "iu",
);
/** "one" is mostly a pronoun: a figure where it counts something, and never in these. */
export const ONE = /(?<!\p{L})one(?!\p{L})/giu;
export const PRONOUN_BEFORE = /(?:\bthe|\bthis|\bthat|\bno|\beach|\bevery|\bany|\bwhich|\bthe only|\bfirst|\blast|\blarger|\bsmaller|\blargest|\bother)\s$/i;
export const PRONOUN_AFTER = /^\s?(?:of (?:the|your|these|those|them)\b|another\b|by\b|after\b|more\b than once|[,.;:!?)]|$)/i;
export const ONE_COUNTED = new RegExp(`^\\s(?:\\p{L}{1,20} )?${DOCUMENT}(?!\\p{L})`, "iu");
export const ONE_SAID = /(?<!\bthe only)(?<!\p{L})(?:is|was|are|were|be|equals?|exactly|just|only|about|roughly|number|total|count|have|has|had|found):?\s$/iu;
/** Letters that look like digits: "lO,OOO". */
export const LOOKALIKE = /(?<!\p{L})(?:[lIOo|]{2,}|[lIOoSBZ|]{1,3}(?:[.,][lIOoSB|]{3})+)(?!\p{L})/u;
/** Signs that could be a figure, and marks that hide in a word. */
export const ODD_SIGN = /(?![©®✓✔])\p{So}|\p{M}|\p{Lm}/u;
/** A year that is said as an amount. */
export const AMOUNT_BEFORE =
  /(?<!\p{L})(?:spen[dt]|paid|pays?|earned|earns?|owes?|owed|received|made|is|was|were|are|totals?|totall?ed|costs?|exactly|about|roughly|nearly|over|(?:came|comes|amounts?|amounted|adds?|rose|fell|grew|climbed) to)\s$/iu;
export const AMOUNT_AFTER = new RegExp(
  `^\\s(?:US )?(?:dollars?|bucks?|euros?|pounds?|cents?|yen|francs?|thousand|million|percent|USD|EUR|GBP)(?!\\p{L})`,
  "iu",
);

const THINGS =
  "(?:invoices?|bills?|customers?|clients?|vendors?|suppliers?|transactions?|payments?|purchases?|expenses?|spending|income|revenues?|sales|debts?|receivables?|payables?|duplicates?|subscriptions?|refunds?|charges?|costs?)";
export const NO_THINGS = new RegExp(
  `(?<!\\p{L})(?:no|without any|not (?:a|an|any|one)(?: single)?|none of (?:the|your|our|these|those))(?: (?!other|such|more|further)\\p{L}{1,20}){0,2} ${THINGS}(?!\\p{L})`,
  "iu",
);

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
/** An address without a scheme: many a reader makes a link of it. Names were taken out before. */
export const HOST = /(?<![\p{L}\p{N}-])[\p{L}\p{N}-]{2,}\.\p{L}{2,}/u;
/** Letters that hide: controls, bidi marks, zero-width and private characters. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/u;
/** Other scripts have other numerals, and letters that look like ours. Names from the books were taken out before. */
export const OTHER_SCRIPT = /(?!\p{Script=Latin})\p{L}/u;
