/** The words by which questions are told apart. Patterns see the question in lower case, its periods taken out. */

export type Kind =
  | "freshness"
  | "duplicates"
  | "outliers"
  | "recurring"
  | "runway"
  | "forecast"
  | "aging"
  | "profit"
  | "balance"
  | "cashflow"
  | "compare"
  | "top"
  | "largest"
  | "list"
  | "entities"
  | "sum";
/** First match wins: the particular before the general. */
export const KINDS: readonly (readonly [Kind, RegExp])[] = [
  [
    "freshness",
    /up[- ]to[- ]date|\bfresh|last sync|synced|synchroni[sz]|how (recent|current|old)\b.*\b(data|books|figures|numbers)|\bstale\b|data as of|\b(books|data|figures|numbers) (still )?current|last (refresh|import|update)/,
  ],
  [
    "duplicates",
    /duplicat|(paid|charged|billed|entered|recorded|booked) (it |them |anything |something |any \w+ |the same \w+ )?(twice|double)|double[- ](pa(y|id)|charge|bill|count|book)|same (invoice|bill|payment|charge|transaction|expense)\b.*(twice|more than once)|\btwice\b/,
  ],
  [
    "recurring",
    /subscription|recurring|repeat(ing|ed)? (payment|charge|expense|bill|cost|vendor)|regular (payment|charge|expense|bill)|\b(pay|bill|charge)\w*\b.*\b(every|each) (month|week|year|quarter)|standing (order|payment)|\bpay\w*\b.*\bregularly|regularly pay|memberships/,
  ],
  ["outliers", /outlier|unusual|anomal|strange|out of the ordinary|\bodd\b|suspicious|abnormal|unexpected|irregular|stands? out|weird/],
  [
    "runway",
    /runway|how long (will|would|can|could|does|do)\b.*\b(cash|money|funds|last|survive)|run out of (cash|money)|burn ?rate|\bburn(ing)?\b|months of cash/,
  ],
  [
    "forecast",
    /forecast|^(please )?project (our|my|the)|project(ed|ion)s?\b|predict|cash\b.*\bwill\b|\bwill (we|i|our|my|the)\b.*\b(cash|money|balance|bank)|expected cash|cash\b.*\b(look like|outlook)|outlook/,
  ],
  [
    "aging",
    /\bow(e|es|ed|ing)\b|receivable|payable|\b(a\/?r|a\/?p)\b (ag|balance|total)|unpaid|outstanding|overdue|past[- ]due|ag(e)?ing\b|late (invoice|bill|payer|paying|customer)|(hasn't|haven't|has not|have not|not yet) paid|\bbills? ((is|are) )?(still )?(to pay|due|open)|invoices? ((is|are) )?(still )?(due|open)|open (invoice|bill)/,
  ],
  [
    "cashflow",
    /cash[- ]?flow|\bcash\b.*\bmov(e|ed|ing|ement)|(money|cash) (came|come|comes|coming|went|goes|going|flowed)? ?(in|out) (and|vs\.?|versus|or)|cash (in|out)\b/,
  ],
  [
    "profit",
    /profit|\bloss(es)?\b|p ?& ?l\b|\bp and l\b|income statement|\bnet income\b|\bmargin|bottom line|(make|making|made|lose|losing|lost) money|break even|in the (black|red)/,
  ],
  [
    "balance",
    /balance\b|how much (was|is|were|do we have) in\b|\b(assets|liabilities|equity)\b|how much (cash|money) (do|did|have|had|is|was)\b(?!.*\b(spend|spent|pay|paid|earn|make|made|receive)\b)|in the bank|cash on hand|cash position|\bhow much (cash|money) .*\b(left|have)\b|bank accounts? (hold|worth)/,
  ],
];
export const COMPARE =
  /\bcompar|\bversus\b|\bvs\b|\bwhy\b|increas|decreas|\bgr(ew|ow|own|owth|owing)\b|(go|gone|went|going|been) (up|down)|\bchang|\bdrop|\bris(e|en|ing)\b|\brose\b|\bfell\b|\bfall(en|ing)?\b|difference between|\b(more|less|higher|lower|better|worse)\b.*\bthan\b(?! ?[$€£]?\d)|\bdrove\b|\bdrivers?\b|jump|spike|trend/;
export const RANKED =
  /\btop\b|^(please )?rank\b|\bbiggest|\blargest|\bhighest|\bmost\b(?! recent)|\blowest|\bsmallest|\bcheapest|\bleast\b(?! \d)|\bbest\b|\bmain\b|\bmajor\b|most expensive|where (did|does|do|is|has)\b.*\b(money|cash|spending|budget)\b.*\bgo|\bwhat (am i|are we|do we|do i|did we|did i) spend(ing)?\b( (our|my|the) money)? on( in| during| for)? ?\??$/;
/** "The largest payment" is a row of the books; "our biggest expenses" are categories, unless their number is given. */
export const SINGLE_ROWS =
  /\b(biggest|largest|highest|smallest|lowest|cheapest|top|most expensive|main|best)( \w+)?( single)? (transactions?|payments?|purchases?|invoices?|bills?|deposits?|charges?|receipts?|sale|cost|expense)\b(?! (categor|account|vendor|type))|\b(\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) (biggest|largest|highest|smallest|lowest|most expensive) expenses\b|\b(biggest|largest|smallest) (\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) expenses\b|smallest expenses/;
export const ROWS = /transaction|payment|purchase|invoice|bill\b|bills\b|charge|deposit|expense\b|sale\b|entry|entries|receipt|cheque|check\b|cost\b/;
export const MONEY =
  /how much|\btotals?\b|\bspen[dt]|spending|expens|\bcosts?\b|\bpa(y|id)\b|revenue|income|\bsales\b|\bsold\b|earn|receiv|\bsum\b|\bmade\b|\bmake\b|purchas|bought|\bbuy|invoiced?\b|billed|turnover|average|\bmean\b|\bnet\b|how many|number of|\bcount\b|percent|share of|breakdown|break down|taxes paid|brought in|bring in|transactions?\b|payments?\b|\bmoney\b|\bcharges?\b|\bfees?\b/;
export const LISTING =
  /^(please )?(list|show|display|give|find|see|get)\b|\bwhich (transactions|payments|purchases|invoices|bills|expenses|deposits|charges)|\bwhat (transactions|payments|purchases|invoices|bills|deposits|charges)|(latest|most recent|newest|last) (\d+ )?(transactions?|payments?|purchases?|expenses?|invoices?|bills?|deposits?|charges?)|what did (we|i) (buy|purchase)|transactions? (over|above|under|below|with|for|from|at|to)\b/;
export const NOUN_LIST =
  /\b(list|show|what|which|who|name|how many)\b.*\b(vendors|suppliers|customers|clients|accounts|categories|counterparties|payees|merchants)\b/;
export const ELSEWHERE =
  /weather|stock (price|market)|share price|bitcoin|crypto|exchange rate|capital of|\bjoke\b|\bpoem\b|\brecipe|\bnews\b|president|tax (advice|return|law|bracket|deduct)|should (i|we) (invest|hire|buy|sell|fire|raise)|invest in|password|api key|system prompt|other (compan|tenant|user|business|people)|another (company|tenant|user|business)|competitor|average (company|business)|meaning of life|translate|write (me )?(a|an|some)|\bcredit score\b|headcount|employees? (do|are)|market (size|share)|\bworth\b/;
export const COMMANDS =
  /^(please |can you |could you )?(pay|send|transfer|delete|remove|create|add|update|change|edit|email|mail|book|wire|cancel|approve|void|refund|post|schedule)\b/;

export const DIMENSIONS: readonly (readonly [string, RegExp])[] = [
  ["category", /categor(y|ies)|types? of (expense|spending|cost|income)/],
  ["vendor", /vendors?|suppliers?|merchants?|payees?|stores?|shops?/],
  ["customer", /customers?|clients?|payers?|buyers?/],
  ["counterparty", /counterpart(y|ies)|who (we|i) (pay|paid)/],
  ["account", /accounts?|gl accounts?|ledger/],
  ["currency", /currenc(y|ies)/],
  ["month", /months?|monthly/],
  ["quarter", /quarters?|quarterly/],
  ["year", /years?|yearly|annual(ly)?/],
  ["week", /weeks?|weekly/],
  ["day", /days?|daily/],
  ["class", /class(es)?/],
  ["department", /departments?|locations?/],
];

export const EXPENSE =
  /spen[dt]|spending|expens|\bcosts?\b|\bpaid\b|\bpay(ing|ment|ments)?\b|purchas|bought|\bbuy|\bbills?\b|vendor|supplier|outgoing|outflow|charge|money go|overhead|payee|merchant/;
export const INCOME =
  /revenue|\bincome\b|\bsales?\b|\bsold\b|earn|receiv|\bmade\b|\bmake\b|invoice|customer|client|turnover|bring in|brought in|\bdeposits?\b|incoming|inflow|top ?line|pays? us|paid us/;
export const NET = /\bnet\b|\bprofit|left over|saved?\b|surplus|deficit/;
export const CURRENCIES: readonly (readonly [string, RegExp])[] = [
  ["USD", /\b(us ?dollars?|usd)\b/],
  ["EUR", /\beuros?\b|\beur\b|€/],
  ["GBP", /\b(british )?pounds?\b|\bgbp\b|\bsterling\b|£/],
  ["CAD", /\bcanadian dollars?\b|\bcad\b/],
  ["AUD", /\baustralian dollars?\b|\baud\b/],
  ["JPY", /\byen\b|\bjpy\b|¥/],
  ["CHF", /\bswiss francs?\b|\bchf\b/],
  ["INR", /\brupees?\b|\binr\b/],
  ["MXN", /\bmxn\b|\bmexican pesos?\b/],
];
export const NUMBERS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  twenty: 20,
};
