/** Words of a question that name somebody or something in the books: what is left when all known words are gone. */

export type Mention = {
  readonly text: string;
  /** Kinds of entity to look among, the likeliest first. */
  readonly kinds: readonly string[];
  /** The question is about it: if the books do not know it, a figure without it would answer another question. */
  readonly strong: boolean;
  /** "Meals and Entertainment" may be one name or two: its halves, if it is not known as a whole. */
  readonly parts: readonly Mention[];
};

const KNOWN = new Set(
  `a about above accrual across actual actually after again against ago all almost also altogether am amount amounts an and annual annually any anybody anyone anything approximately are around as asked at
  available average avg away back balance balances bank basis be became because been before being below best better between big bigger biggest bill billed bills book books both bottom bought break breakdown bring
  brought budget burn burning business but buy buying by can cash categories category certain change changed changes charge charged charges cheapest check client clients collect collected come comes coming company compare compared
  comparison contributed contribute could cost costs count counterparties counterparty currencies currency current currently customer customers daily data date day days debt debts debtors decline declined decrease decreased deposit deposits did difference
  different do does doing dollar dollars done double down drive driver drivers driving drop dropped due during each earn earned earning earnings end enter entered entries entry euro euros even ever every everything exactly exceeding expected
  expense expenses expensive explain fall fallen far fell few fewest figure figures find first flow for forecast found from full gave get getting give go goes going gone got grand gross grew group grouped grow growing grown growth had half has have haven't
  having he help her here high higher highest his hold how i if important in income incoming increase increased increases increasing individual inflow inflows into invoice invoiced invoices is isn't it item items its itself just keep kind kinds know large larger
  largest last late latest least ledger left less like list little long look lose losing loss losses lost lot low lower lowest made main major make makes making many max maximum me mean merchant merchants million min minimum mine money month monthly months more most
  movement moved much my name near need net new newest next no not nothing now number numbers of off old oldest on once one only open or order other our ours out outflow outflows outgoing outliers outstanding over overall overdue overview owe owed owes
  owing own paid part particular past pay payable payables payee payees payer payers paying payment payments pays per percent percentage period place please position possible previous prior produce profit profitable project projected purchase purchased purchases
  put quarter quarterly quarters question ran rank ranked rate really receipt receipts receivable receivables receive received recent recently record recorded records recurring refund refunds regular regularly remain remaining repeat report respect result results revenue
  revenues right rise risen rising rose roughly run running runway said sale sales same saw say second see sell sent share show since single slow small smaller smallest so sold some somebody someone something source sources spend spending spends spent standing
  start started statement still subscription subscriptions such sum summary summarise summarize supplier suppliers sure take taken tell than that the their them then there these they thing things third this those through time times to today together top total totalled
  totals transaction transactions transfer transfers trend trending turnover twice two type types typical typically unpaid until unusual up us usd use used using usual usually value valuable vendor vendors versus view vs want wanted was way we week weekly weeks well went were
  what what's whats when where where's which who who's whole whom whose why will with within without won worst worth would year yearly years yet you your zero account accounts ageing aging altogether anomalies anomaly duplicate duplicated duplicates
  duplication odd outlier strange suspicious abnormal charging cards card collected everyone single expenditure expenditures outlay outlays gbp eur pounds sterling yen cad aud jpy chf inr rupees k hello hi thanks thank okay ok hey sync synced fresh stale
  three four five six seven eight nine ten twelve twenty dozen quick quickly broken grow lately biggest contributors contributor contributing cause caused causes causing reason reasons behind spike spiked jump jumped jumps driven drove compared relative
  happen happened happening exist exists there's did'nt didn't don't doesn't wasn't weren't i'm we're we've i've it's let's lets gimme calculate compute work across among amongst whatsoever itemise itemize split dominated dominate form forms makes split
  buyers buyer shops shop stores store class classes department departments location locations tax-free free usd us-dollars dollar-denominated denominated euros paid-for ever-made side unit units line lines row rows further near-term short-term term long-term highest-spending spender spenders paying-customers yoy mom qoq over-year month-on-month year-on-year
  memberships membership expiring owning charges fees-paid fiscal calendar financial average-size size sized lifetime history historical books' ledger's company's our's quickbooks largest-ever typical-size regards regarding concerning related category's per-month often came send sent recur recurs may kept goods-sold contributed s ar ap a/r a/p p&l predict billing ordinary fast move moved synchronise synchronize margin canadian swiss british australian mexican assets liabilities equity rank owes-us stay stayed worth`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

const TOKEN = /[\p{L}\p{N}][\p{L}\p{N}&'’.\-+()#!/]*(?::[\p{L}][\p{L}\p{N}&'’.\-+()#!/]*)*|&|[,;:?]/gu;
const JOINING = /^(and|of|the|for|&|by|de|la|y|in|on)$/i;
const NOUNS: Readonly<Record<string, string>> = {
  vendor: "vendor",
  vendors: "vendor",
  supplier: "vendor",
  merchant: "vendor",
  payee: "vendor",
  customer: "customer",
  client: "customer",
  category: "category",
  account: "account",
  expenses: "category",
  expense: "category",
  spending: "category",
  costs: "category",
  cost: "category",
  spend: "category",
  sales: "customer",
  revenue: "customer",
  income: "customer",
  bills: "vendor",
  invoices: "customer",
};
const BY_CUE: Readonly<Record<string, readonly string[]>> = {
  on: ["category", "vendor", "account", "customer"],
  in: ["category", "account", "vendor", "customer"],
  under: ["category", "account", "vendor", "customer"],
  at: ["vendor", "customer", "category", "account"],
  to: ["vendor", "customer", "category", "account"],
  with: ["vendor", "customer", "category", "account"],
  for: ["category", "vendor", "customer", "account"],
  pay: ["vendor", "customer", "category", "account"],
  paid: ["vendor", "customer", "category", "account"],
  owe: ["vendor", "customer", "category", "account"],
  invoice: ["customer", "vendor", "category", "account"],
  invoiced: ["customer", "vendor", "category", "account"],
  bill: ["customer", "vendor", "category", "account"],
  billed: ["customer", "vendor", "category", "account"],
};

/** Names made of words that mostly mean something else: of categories, and "Vendor 0675". */
const FIXED =
  /\b(?:vendor|supplier|customer|client) (?!(?:19|20)\d\d\b)\d{2,}\b|bank (charges|fees)|cost of (goods sold|goods|sales|labor|materials)|sales (tax|of product income)|credit card (fees|charges|interest)|owner['’]?s? (draws?|pay)|merchant fees|late fees|bad debts?|interest (paid|earned)|accounting fees/gi;

type Token = { readonly text: string; readonly end: number; readonly start: number };

export function findEntities(question: string, flow: "income" | "expense"): Mention[] {
  const quoted = [...question.matchAll(/["“]([^"”]{2,80})["”]|(?<=\s)['‘]([^'’]{2,80})['’](?=[\s?.,]|$)/g)].map((match) => match[1] ?? match[2] ?? "");
  if (quoted.length > 0) return quoted.map((text) => ({ text, kinds: kindsFor("", "", flow), strong: true, parts: [] }));
  const tokens = [...question.matchAll(TOKEN)].map((match) => ({
    text: match[0].replace(/[.!/]+$/, "") || match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  const fixed = [...question.matchAll(FIXED)].map((match) => [match.index, match.index + match[0].length] as const);
  const mentions: Mention[] = [];
  let span: Token[] = [];
  const flush = (next: number) => {
    const first = span[0];
    const last = span.at(-1);
    if (first && last) {
      const before = tokens[tokens.indexOf(first) - 1]?.text.toLowerCase() ?? "";
      const earlier = tokens[tokens.indexOf(first) - 2]?.text.toLowerCase() ?? "";
      const after = tokens[next]?.text.toLowerCase() ?? "";
      const cue = before === "the" || before === "our" || before === "my" ? earlier : before;
      const strong = isName(first.text) || cue in BY_CUE || /^(from|by|did|does|has|is|are|was|were|of)$/.test(cue) || after in NOUNS || before in NOUNS;
      const text = question
        .slice(first.start, last.end)
        .replace(/[\s?.!,]+$/, "")
        .replace(/\s+/g, " ")
        .replace(/(?<=\s\S+)['’]s$/, "");
      const kinds = kindsFor(cue, NOUNS[after] ?? (/vendor|supplier|customer|client|category|account/.test(before) ? (NOUNS[before] ?? "") : ""), flow);
      const halves = text.split(/ and /i);
      mentions.push({ text, kinds, strong, parts: halves.length > 1 ? halves.map((half) => ({ text: half, kinds, strong, parts: [] })) : [] });
    }
    span = [];
  };
  tokens.forEach((token, index) => {
    const next = tokens[index + 1]?.text ?? "";
    const after = tokens[index + 2]?.text ?? "";
    const named = isName(tokens[index - 1]?.text ?? "");
    const joins =
      span.length > 0 &&
      JOINING.test(token.text) &&
      ((named && (isName(next) || (/^the$/i.test(next) && isName(after)))) || (/^(and|&)$/i.test(token.text) && isContent(next, false, false, after, "")));
    const apart = index > 0 && question.slice(tokens[index - 1]?.end, token.start).length > 2;
    if (apart) flush(index);
    const known = fixed.some(([start, end]) => token.start >= start && token.start < end);
    if (joins || known || isContent(token.text, span.length > 0, index === 0, next, after)) span.push(token);
    else flush(index);
  });
  flush(tokens.length);
  return mentions;
}

function isName(word: string): boolean {
  return /^[\p{Lu}\d&]/u.test(word) && !/^\d[\d,.]*[?]?$/.test(word);
}

function isContent(word: string, inside: boolean, first: boolean, next: string, after: string): boolean {
  if (/^[,;:?]$/.test(word)) return false;
  const plain = word
    .toLowerCase()
    .replace(/[’']s$/, "")
    .replace(/[’]/g, "'");
  if (/^\d[\d.,]*k?$/i.test(word)) return inside;
  // inside a name, or before one, a capital letter makes a name even of a known word: "Cash & Carry", "Bank Charges"
  const capital = /^\p{Lu}/u.test(word);
  const named = /^\p{Lu}/u.test(next) || (JOINING.test(next) && /^\p{Lu}/u.test(after));
  if (KNOWN.has(plain) || KNOWN.has(word.toLowerCase())) return capital && !first && (inside || named) && word.length > 1;
  return true;
}

function kindsFor(cue: string, noun: string, flow: "income" | "expense"): readonly string[] {
  const base =
    BY_CUE[cue] ??
    (flow === "income"
      ? ["customer", "category", "account", "vendor"]
      : cue === "from" || cue === "by"
        ? ["vendor", "customer", "category", "account"]
        : ["category", "vendor", "customer", "account"]);
  const ordered = flow === "income" && cue !== "on" && cue !== "in" ? ["customer", ...base] : base;
  return [...new Set(noun === "" ? ordered : [noun, ...ordered])];
}
