import type { Json } from "../json.ts";
import { FROM_NAMES, TO_NAMES, type Wish } from "./fill.ts";
import type { Intent } from "./intent.ts";
import { periodBefore, type Range } from "./periods.ts";

export type Period = { readonly phrase: string; readonly range: Range | null; readonly id: string | null };
export type Entity = { readonly id: string; readonly kind: string; readonly name: string };

/** What an intent has to say, and under which names tools may want to hear it. */
export type Knowledge = { readonly today: string; readonly periods: readonly Period[]; readonly entities: readonly Entity[] };

const DIMENSION_WORDS: Readonly<Record<string, readonly string[]>> = {
  category: ["category", "categories", "account"],
  vendor: ["vendor", "supplier", "counterparty", "payee", "merchant", "entity", "party", "name"],
  customer: ["customer", "client", "counterparty", "entity", "party", "name"],
  counterparty: ["counterparty", "vendor", "customer", "entity"],
  account: ["account", "ledger_account", "category"],
  currency: ["currency"],
  month: ["month", "monthly"],
  quarter: ["quarter", "quarterly"],
  year: ["year", "yearly"],
  week: ["week", "weekly"],
  day: ["day", "date", "daily"],
  class: ["class"],
  department: ["department", "location"],
  transaction: ["transaction", "transactions", "row"],
};

const TIME: readonly string[] = ["month", "quarter", "year", "week", "day"];

const DIRECTION_WORDS: Readonly<Record<string, readonly string[]>> = {
  expense: ["expense", "expenses", "spending", "spend", "outflow", "out", "money_out", "debit", "cost", "costs", "purchase"],
  income: ["income", "revenue", "inflow", "in", "money_in", "credit", "sale", "sales"],
  net: ["net", "all", "both", "any"],
};

const MEASURE_WORDS: Readonly<Record<string, readonly string[]>> = {
  count: ["count", "transactions", "transaction_count", "number", "rows"],
  average: ["average", "avg", "mean", "average_amount"],
  max: ["max", "maximum", "largest"],
  min: ["min", "minimum", "smallest"],
  share: ["share", "percentage", "percent", "share_of_total"],
  sum: [],
};

const ENTITY_NAMES: Readonly<Record<string, readonly string[]>> = {
  category: ["categoryid", "category", "categoryids", "categories"],
  vendor: [
    "vendorid",
    "vendor",
    "vendorids",
    "vendors",
    "supplierid",
    "supplier",
    "payeeid",
    "payee",
    "merchantid",
    "merchant",
    "counterpartyid",
    "counterparty",
    "counterpartyids",
    "counterparties",
  ],
  customer: ["customerid", "customer", "customerids", "customers", "clientid", "client", "counterpartyid", "counterparty", "counterpartyids", "counterparties"],
  account: ["accountid", "account", "accountids", "accounts", "ledgeraccountid"],
};
const ANY_ENTITY = ["entityid", "entity", "entityids", "entities", "partyid", "party", "nameid", "contactid", "about"];

export function wishesFor(intent: Intent, known: Knowledge): Wish[] {
  return [
    ...periodWishes(intent, known),
    ...entityWishes(known.entities),
    ...rankWishes(intent),
    ...directionWishes(intent),
    ...rowWishes(intent, known.today),
  ];
}

function periodWishes(intent: Intent, { periods, today }: Knowledge): Wish[] {
  if (intent.kind === "compare") return comparedWishes(intent, periods);
  const [period] = periods;
  const range = period?.range ?? null;
  const wishes: Wish[] = [];
  if (period) {
    wishes.push({ names: ["period", "range", "daterange", "timeframe", "dates", "window", "during", "when", "interval"], values: valuesOf(period) });
    wishes.push({ names: ["periodid", "periodref"], values: [period.id ?? period.phrase] });
  }
  if (range) wishes.push({ names: FROM_NAMES, values: [range.from] }, { names: TO_NAMES, values: [range.to] });
  const day = range ? (intent.atStart ? range.from : range.to < today || intent.kind !== "balance" ? range.to : today) : null;
  const atDate = ["date", "asof", "asofdate", "at", "on", "day", "ondate"];
  wishes.push({ names: atDate, values: [day ?? today] });
  return wishes;
}

/** The later period is the one asked about; the earlier, stated or just before it, is what it is held against. */
function comparedWishes(intent: Intent, periods: readonly Period[]): Wish[] {
  const [first, second] = periods;
  if (!first) return [];
  const base: Period | null = second ?? (first.range ? { phrase: "the period before", range: periodBefore(first.range, intent.yearAgo), id: null } : null);
  const inOrder = !base?.range || !first.range || first.range.from >= base.range.from;
  const [current, previous] = inOrder ? [first, base] : [base, first];
  const wishes: Wish[] = [
    {
      names: [
        "current",
        "currentperiod",
        "period",
        "this",
        "thisperiod",
        "b",
        "second",
        "periodb",
        "period2",
        "after",
        "later",
        "new",
        "target",
        "subject",
        "to",
        "toperiod",
      ],
      values: valuesOf(current),
    },
    { names: ["periods"], values: [], list: [previous ?? current, current].map(valuesOf) },
    ...ends(current.range, ["", "current", "current_", "b", "second", "this", "period"], ["b", "2"]),
  ];
  if (!previous) return wishes;
  return [
    ...wishes,
    {
      names: [
        "previous",
        "previousperiod",
        "baseline",
        "baselineperiod",
        "base",
        "baseperiod",
        "against",
        "compareto",
        "comparedto",
        "comparewith",
        "comparison",
        "comparisonperiod",
        "other",
        "a",
        "first",
        "perioda",
        "period1",
        "before",
        "earlier",
        "old",
        "prior",
        "priorperiod",
        "reference",
        "with",
        "versus",
        "vs",
        "from",
        "fromperiod",
      ],
      values: valuesOf(previous),
    },
    ...ends(previous.range, ["previous", "baseline", "base", "compare", "comparison", "against", "a", "first", "prior", "other", "before"], ["a", "1"]),
  ];
}

/** `currentFrom`, `from_b`, `compareStart` and the like. */
function ends(range: Range | null, prefixes: readonly string[], suffixes: readonly string[]): Wish[] {
  if (!range) return [];
  const names = (words: readonly string[]) =>
    words.flatMap((word) => [...prefixes.map((prefix) => `${prefix.replace("_", "")}${word}`), ...suffixes.map((suffix) => `${word}${suffix}`)]);
  return [
    { names: names(FROM_NAMES), values: [range.from] },
    { names: names(TO_NAMES), values: [range.to] },
  ];
}

function valuesOf({ phrase, range, id }: Period): Json[] {
  const said: Json[] = range ? [{ ...range, start: range.from, end: range.to }] : [];
  if (id !== null) said.push(id);
  if (range) said.push(`${range.from}..${range.to}`, `${range.from}/${range.to}`, range.from.slice(0, 7));
  // a schema that takes any text takes the question's own words: they are what `resolve_period` understands too
  return [...said.filter((each) => typeof each === "object"), phrase, ...said.filter((each) => typeof each === "string")];
}

function entityWishes(entities: readonly Entity[]): Wish[] {
  return entities.flatMap((entity) => {
    const names = ENTITY_NAMES[entity.kind] ?? [];
    const same = entities.filter((each) => each.kind === entity.kind);
    const lists = { list: same.map((each): Json[] => [each.id, each.name]) };
    return [
      { names: names.filter((name) => /ids?$/.test(name)), values: [entity.id], ...lists },
      { names: [...names, ...ANY_ENTITY], values: [entity.id, entity.name, { id: entity.id, kind: entity.kind }], ...lists },
      { names: [`${entity.kind}name`], values: [entity.name] },
      { names: ["entitykind", "entitytype", "partykind"], values: [entity.kind] },
    ];
  });
}

function rankWishes(intent: Intent): Wish[] {
  const words = (dimension: string) => [...(DIMENSION_WORDS[dimension] ?? [dimension])];
  const wishes: Wish[] = [];
  const dimensions = intent.kind === "largest" ? ["transaction"] : intent.dimensions;
  const [main] = dimensions;
  if (main) {
    wishes.push({ names: ["dimension", "by", "rankby", "of", "drivers", "driver", "driverdimension", "driverby", "explainby"], values: words(main) });
    const time = dimensions.find((name) => TIME.includes(name));
    if (time) wishes.push({ names: ["granularity", "interval", "bucket", "per", "every", "averageper"], values: words(time) });
  }
  // an average per month is one figure; only "by month" asks for one in each
  const each = intent.measure === "average" ? dimensions.filter((name) => !TIME.includes(name)) : dimensions;
  if (each.length > 0 && intent.kind !== "largest") {
    wishes.push({ names: ["groupby", "group", "groups", "dimensions", "breakdown", "by", "splitby"], values: [], list: each.map(words) });
  }
  if (intent.n !== null)
    wishes.push({ names: ["n", "limit", "top", "k", "size", "pagesize", "take", "max", "maxrows", "howmany", "first"], values: [intent.n] });
  const monthly = intent.measure === "average" && intent.dimensions.includes("month") ? ["average_per_month", "monthly_average", "avg_per_month"] : [];
  const flow = intent.measure === "sum" ? (DIRECTION_WORDS[intent.direction ?? ""] ?? []) : [];
  const plain = intent.measure === "sum" ? [...flow, "sum", "total", "amount", "total_amount"] : [...monthly, ...(MEASURE_WORDS[intent.measure] ?? [])];
  wishes.push({ names: ["measure", "metric", "aggregate", "aggregation", "agg", "function", "stat", "statistic"], values: plain, list: [plain] });
  return wishes;
}

function directionWishes(intent: Intent): Wish[] {
  const wishes: Wish[] = [];
  const direction = intent.direction ?? (intent.kind === "largest" || intent.kind === "top" || intent.kind === "compare" ? defaultDirection(intent) : null);
  if (direction) {
    const values = DIRECTION_WORDS[direction] ?? [];
    wishes.push({
      names: ["direction", "flow", "kind", "kinds", "type", "types", "transactiontype", "transactionkind", "sign", "nature", "classification"],
      values,
      list: [values],
    });
  }
  const side =
    intent.side === "receivable"
      ? ["receivable", "receivables", "ar", "customer", "customers", "owed_to_us"]
      : ["payable", "payables", "ap", "vendor", "vendors", "owed_by_us"];
  if (intent.kind === "aging") wishes.unshift({ names: ["side", "kind", "type", "ledger", "of"], values: side });
  if (intent.basis) wishes.push({ names: ["basis", "accountingbasis", "method"], values: [intent.basis] });
  return wishes;
}

function defaultDirection(intent: Intent): "expense" | "income" {
  return intent.dimensions.includes("customer") ? "income" : "expense";
}

function rowWishes(intent: Intent, today: string): Wish[] {
  const wishes: Wish[] = [];
  if (intent.currency) wishes.push({ names: ["currency", "currencies", "currencycode"], values: [intent.currency] });
  if (intent.atLeast !== null)
    wishes.push({ names: ["minamount", "amountmin", "min", "atleast", "amountfrom", "over", "amountgte"], values: [intent.atLeast] });
  if (intent.atMost !== null) wishes.push({ names: ["maxamount", "amountmax", "atmost", "amountto", "under", "amountlte"], values: [intent.atMost] });
  const ascending = intent.smallest;
  if (intent.kind === "largest")
    wishes.push({
      names: ["sort", "sortby", "orderby", "order"],
      values: ascending ? ["amount_asc", "amount", "smallest"] : ["amount_desc", "-amount", "amount", "largest"],
    });
  if (intent.latest) wishes.push({ names: ["sort", "sortby", "orderby", "order"], values: ["date_desc", "-date", "date", "newest", "latest"] });
  wishes.push({ names: ["order", "direction", "sortorder", "sortdirection"], values: ascending ? ["asc", "ascending"] : ["desc", "descending"] });
  if (ascending) wishes.push({ names: ["ascending", "smallest", "bottom", "lowest"], values: [true] });
  if (intent.overdue) wishes.push({ names: ["overdue", "overdueonly", "onlyoverdue", "pastdue"], values: [true] });
  if (intent.kind === "forecast" && intent.horizon) wishes.push(...horizonWishes(intent.horizon));
  if (intent.kind === "entities")
    wishes.push({ names: ["kind", "type", "entitykind", "entity"], values: intent.dimensions.flatMap((each) => [...(DIMENSION_WORDS[each] ?? [each])]) });
  wishes.push({ names: ["today", "currentdate"], values: [today] });
  return wishes;
}

function horizonWishes({ count, unit }: { count: number; unit: string }): Wish[] {
  const days = { day: 1, week: 7, month: 30, quarter: 91, year: 365 }[unit] ?? 30;
  const months = { day: 0, week: 0, month: 1, quarter: 3, year: 12 }[unit] ?? 1;
  const weeks = Math.ceil((count * days) / 7);
  return [
    { names: ["days", "horizondays", "horizon", "daysahead"], values: [count * days] },
    { names: ["months", "horizonmonths", "monthsahead", "periods"], values: [Math.max(1, count * months)] },
    { names: ["weeks", "horizonweeks", "weeksahead"], values: [weeks] },
  ];
}
