import { sql } from "drizzle-orm";
import { mentionsIn } from "./grounding/periods.ts";
import type { Desk, Tool } from "./tools/tool.ts";
import type { EntityKind } from "./tools/entities.ts";
import { clean } from "./clean.ts";

type Call = { name: string; args: Record<string, unknown> };
type Known = { periods: { from: string; to: string }[]; narrowed: Record<string, string>; account: string | null };

const DUPLICATES =
  /duplicat|\btwice\b|more than once|\bdoubl(e|y|ed)\b(?=.*\b(pa(y|id|yments?)|bill|charg|book|enter|record))|\b(pa(y|id|yments?)|bill|charg|book|enter|record)\w*\b.*\b(double|doubled|two times|second time|again)\b|\bsame (bill|invoice|payment|charge|amount|transaction|purchase|expense)s?\b/;

/** Kinds of question that plain words tell apart, the particular before the general. */
const KINDS: readonly (readonly [RegExp, (text: string, known: Known) => Call[]])[] = [
  [/up[- ]to[- ]date|\bfresh|last sync|synced|stale/, () => [{ name: "data_freshness", args: {} }]],
  [DUPLICATES, (_, known) => [{ name: "find_duplicates", args: period(known) }]],
  [/subscription|recurring|every month|each month/, () => [{ name: "recurring_payments", args: {} }]],
  [/unusual|outlier|anomal|out of the ordinary|suspicious/, (_, known) => [{ name: "find_outliers", args: period(known) }]],
  [/runway|burn|run out of|how long .* last/, () => [{ name: "runway", args: {} }]],
  [/forecast|project(ed|ion)|predict|will (we|i|our) .*(cash|money)/, () => [{ name: "forecast_cash", args: {} }]],
  [
    /\bow(e|es|ed|ing)\b|receivable|payable|unpaid|overdue|outstanding|ageing|aging|open (invoice|bill)/,
    (text) => [
      {
        name: "aging",
        args: { side: /\b(we|i) (still )?owe|payable|bills?|vendor|supplier/.test(text) ? "payable" : "receivable", overdue: /overdue|late/.test(text) },
      },
    ],
  ],
  [/cash[- ]?flow|money in|money out/, (_, known) => [{ name: "cash_flow", args: period(known) }]],
  [/profit|\bloss\b|margin|p ?& ?l|net income|bottom line/, (_, known) => [{ name: "profit_and_loss", args: period(known) }]],
  [
    /balance|in the bank|cash on hand|how much (cash|money) (do|did|have)/,
    (_, known) => [
      {
        name: "balance_at",
        args: { ...(known.periods[0] ? { date: known.periods[0].to } : {}), ...(known.account === null ? {} : { accountId: known.account }) },
      },
    ],
  ],
  [
    /compar|versus|\bvs\b|why did|increase|decrease|change[ds]?\b|than (last|the)/,
    (text, known) => [
      {
        name: "compare_periods",
        args: {
          current: known.periods[0] ?? "this month",
          ...(known.periods[1] ? { previous: known.periods[1] } : {}),
          direction: directionOf(text),
          ...known.narrowed,
        },
      },
    ],
  ],
  [
    /\b(most|top|biggest|largest|highest|main)\b/,
    (text, known) => [
      { name: "top_n", args: { ...period(known), ...known.narrowed, direction: directionOf(text), dimension: dimensionOf(text), ...countOf(text) } },
    ],
  ],
  [
    /spen[dt]|spending|expens|cost|\bpa(y|id)\b|revenue|income|sales|earn|how much|how many|total|bought/,
    (text, known) => [
      {
        name: "sum_transactions",
        args: {
          ...period(known),
          ...known.narrowed,
          direction: directionOf(text),
          measure: /how many|number of|count/.test(text) ? "count" : /average/.test(text) ? "average" : "sum",
          ...(/\b(by|per|each) (categor|vendor|customer|month)/.test(text) ? { groupBy: [dimensionOf(text)] } : {}),
        },
      },
    ],
  ],
  [/transactions?|payments?|purchases?|list|show/, (_, known) => [{ name: "list_transactions", args: { ...period(known), ...known.narrowed } }]],
];

/**
 * Without a model there are still facts: words of the question choose a tool, its periods and names narrow it. Returns
 * false where the question is not understood; it never guesses a figure.
 */
export async function answerLocally(desk: Desk, tools: readonly Tool[], question: string): Promise<boolean> {
  const text = clean(question, 600).toLowerCase();
  const match = KINDS.find(([pattern]) => pattern.test(text));
  if (!match || /weather|joke|poem|password|write (me )?(a|an|code)/.test(text)) return false;
  const known = await knowledge(desk, clean(question, 600));
  if (known === null) return false;
  for (const call of match[1](text, known)) await tools.find((tool) => tool.name === call.name)?.run(desk, JSON.stringify(call.args));
  return true;
}

function period(known: Known): Record<string, unknown> {
  return known.periods[0] ? { period: known.periods[0] } : {};
}

function directionOf(text: string): "expense" | "income" {
  return /revenue|income|sales|earn|customers?|paid us/.test(text) && !/spen[dt]|expense|cost/.test(text) ? "income" : "expense";
}

/** "top 3", "the 5 largest": how many are asked for. */
function countOf(text: string): { n?: number } {
  const found = /\b(?:top|first) (\d{1,2})\b|\b(\d{1,2}) (?:most|biggest|largest|highest|main)\b/.exec(text);
  const n = Number(found?.[1] ?? found?.[2] ?? 0);
  return n >= 1 && n <= 20 ? { n } : {};
}

function dimensionOf(text: string): string {
  return /vendor|supplier|\bwho\b/.test(text)
    ? "vendor"
    : /customer|client/.test(text)
      ? "customer"
      : /\bmonth/.test(text)
        ? "month"
        : /transaction|payment|purchase/.test(text)
          ? "transaction"
          : "category";
}

/** A name that the question gives after "at", "with" and the like. */
const NAMED = /\b(?:at|with|from|to|on|by)\s+["“]?(\p{Lu}[\p{L}\p{N}&'’.-]*(?:\s+(?:&\s+)?\p{Lu}[\p{L}\p{N}&'’.-]*)*)/gu;

/** Periods and names that the question holds word for word; null when it names somebody whom the books do not know. */
async function knowledge(desk: Desk, question: string): Promise<Known | null> {
  const mentions = mentionsIn(question, desk.today, desk.fiscalStart);
  const periods = mentions.flatMap((mention) => (mention.period ? [mention.period] : []));
  const { rows } = await desk.ctx.db.execute<{ kind: EntityKind; name: string; leaf: string }>(sql`
    select kind, name, leaf from (
      select distinct case when t.amount < 0 then 'vendor' else 'customer' end as kind, t.counterparty as name, t.counterparty as leaf from mine.transactions t where t.counterparty is not null and not t.is_deleted
      union select distinct case when l.classification in ('Revenue', 'Expense') then 'category' else 'account' end, l.full_name, regexp_replace(l.full_name, '^.*:', '') from mine.ledger_accounts l
      union select distinct 'category', t.own_category, regexp_replace(t.own_category, '^.*:', '') from mine.transactions t where t.own_category is not null and not t.is_deleted
    ) x where length(leaf) > 2 and position(lower(leaf) in lower(${question})) > 0 and lower(leaf) not in ('sales', 'income', 'services', 'expenses', 'revenue', 'cash', 'profit', 'other', 'fees', 'cost')
    order by length(leaf) desc, kind, name limit 50`);
  const found = rows.find(({ leaf }) => holdsWord(question, leaf));
  const isKnown = (name: string, at: number) =>
    mentions.some(({ start, end }) => start < at + name.length && at < end) ||
    (found !== undefined && (holdsWord(found.name, name) || holdsWord(name, found.leaf)));
  if ([...question.matchAll(NAMED)].some((match) => !isKnown(match[1] ?? "", match.index + match[0].length - (match[1] ?? "").length))) return null;
  if (!found) return { periods, narrowed: {}, account: null };
  const id = desk.entities.idOf({ kind: found.kind, name: found.name });
  desk.names.add(clean(found.name));
  return { periods, narrowed: { [`${found.kind}Id`]: id }, account: found.kind === "account" ? id : null };
}

/** Whether a text holds another as whole words: "current" holds no "Rent". */
function holdsWord(text: string, words: string): boolean {
  const [all, wanted] = [text.toLowerCase(), words.toLowerCase()];
  const isLetter = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + 1)) if (!isLetter(all[at - 1]) && !isLetter(all[at + wanted.length])) return true;
  return false;
}
