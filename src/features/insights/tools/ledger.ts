import { type SQL, sql } from "drizzle-orm";
import { readWhole } from "../../../../db/client.ts";
import { exponentOf } from "../../../core/money.ts";
import type { Ctx } from "../../../runtime.ts";

/**
 * Postings in each company's home currency. The flows are those to income and expense accounts, what a profit and loss is
 * made of: opening balances are none, `net` is income less expenses. `debit` and `credit` are balances: everything that was
 * posted, opening balances too, with the sign that an asset or a debt has.
 */
export type LedgerFilter = {
  flow: "expense" | "income" | "net" | "debit" | "credit";
  from: string;
  to: string;
  /** Categories as people see them, their own word before the provider's; one with children includes them. */
  categories?: string[];
  /** One category without its children; null is never a category. */
  category?: string;
  /** Counterparties by name; null is "without one". */
  counterparties?: (string | null)[];
  /** Full name of a ledger account that the transaction also touches: a bank, a card. */
  account?: string;
  /** Full name of the ledger account whose postings count; `under` includes its children. */
  ledger?: string;
  under?: string;
  /** Account types and classes, as the provider names them. */
  types?: string[];
  classes?: string[];
  currency?: string;
  /** The linked account whose books these are; never from a model. */
  company?: string;
  transaction?: string;
  /** Of a balance: what moved it, opening balances left out. */
  moved?: boolean;
};

/** One statement may read a company's whole ledger. */
export const READ_MS = 10_000;

/** What a person says a whole transaction is counts before the account it was posted to; a ledger report does not ask for it. */
export const CATEGORY = sql`coalesce(t.own_category, l.full_name)`;

export const LEDGER_DIMENSIONS = {
  category: CATEGORY,
  account: sql`l.full_name`,
  vendor: sql`t.counterparty`,
  customer: sql`t.counterparty`,
  counterparty: sql`t.counterparty`,
  day: sql`p.posting_date::text`,
  week: sql`to_char(date_trunc('week', p.posting_date), 'YYYY-MM-DD')`,
  month: sql`to_char(p.posting_date, 'YYYY-MM')`,
  quarter: sql`to_char(p.posting_date, 'YYYY-"Q"Q')`,
  year: sql`to_char(p.posting_date, 'YYYY')`,
  type: sql`l.account_type`,
  transaction: sql`p.transaction_id::text`,
} as const;
export type LedgerDimension = keyof typeof LEDGER_DIMENSIONS;

/** `first`: the day of its earliest posting. */
export type Group = { keys: (string | null)[]; currency: string; total: string; count: number; first: string; ids: string[] };

/** The currency that home amounts are in: the company's, or of books kept by hand, the entry's own. */
export const HOME = sql`case when a.service_name = 'manual' then p.currency else coalesce(a.home_currency, p.currency) end`;
/** Everything about a posting: `p` postings, `l` ledger accounts, `t` transactions, `a` the linked account. */
export const FROM = sql`mine.postings p join mine.ledger_accounts l on l.id = p.ledger_account_id join mine.transactions t on t.id = p.transaction_id and not t.is_deleted join mine.accounts a on a.id = p.account_id`;

/** The same with what is in the archive, a row a month: a balance has all that ever was, of which `t` is not there then. */
export const ALL_FROM = sql`mine.postings p join mine.ledger_accounts l on l.id = p.ledger_account_id left join mine.transactions t on t.id = p.transaction_id and not t.is_deleted join mine.accounts a on a.id = p.account_id`;
/** What is counted of {@link ALL_FROM}. */
export const COUNTS = sql`(t.id is not null or p.archived_rows > 0)`;

/** So many citations go with a figure. */
export const CITED = 10;
/** The weightiest transactions of a balance, and how many there are: of what is in the archive only totals are known, so null. */
export const CITED_IDS = sql`coalesce(array_to_string((array_agg(t.id::text order by abs(p.home_amount) desc, t.id) filter (where t.id is not null))[1:${sql.raw(String(CITED))}], ','), '')`;
export const COUNTED = sql`case when sum(p.archived_rows) > 0 then null else count(distinct t.id) end`;

const CLASSES = {
  expense: sql`l.classification = 'Expense'`,
  income: sql`l.classification = 'Revenue'`,
  net: sql`l.classification in ('Expense', 'Revenue')`,
} as const;

export const isFlow = (flow: LedgerFilter["flow"]): flow is keyof typeof CLASSES => flow in CLASSES;
/** The name itself, or a child of it. */
export const within = (column: SQL, name: string) => sql`(${column} = ${name} or starts_with(${column}, ${`${name}:`}))`;
const listOf = (values: readonly string[]) =>
  sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );

/** What a posting counts in a flow. */
export function amountOf(flow: LedgerFilter["flow"]): SQL {
  return flow === "expense" || flow === "debit" ? sql`p.home_amount` : sql`-p.home_amount`;
}

/** Which postings a filter means. */
export function conditionOf(filter: LedgerFilter): SQL {
  const conditions = [sql`p.posting_date between ${filter.from}::date and ${filter.to}::date`];
  if (!isFlow(filter.flow)) conditions.push(COUNTS);
  else conditions.push(CLASSES[filter.flow], sql`t.kind <> 'opening'`);
  if (filter.moved) conditions.push(sql`t.kind <> 'opening'`);
  if (filter.categories)
    conditions.push(
      sql`(${sql.join(
        filter.categories.map((name) => within(CATEGORY, name)),
        sql` or `,
      )})`,
    );
  if (filter.category !== undefined) conditions.push(sql`${CATEGORY} = ${filter.category}`);
  if (filter.ledger !== undefined) conditions.push(sql`l.full_name = ${filter.ledger}`);
  if (filter.under !== undefined) conditions.push(within(sql`l.full_name`, filter.under));
  if (filter.types) conditions.push(sql`l.account_type in (${listOf(filter.types)})`);
  if (filter.classes) conditions.push(sql`l.classification in (${listOf(filter.classes)})`);
  if (filter.counterparties)
    conditions.push(
      sql`(${sql.join(
        filter.counterparties.map((name) => (name === null ? sql`t.counterparty is null` : sql`t.counterparty = ${name}`)),
        sql` or `,
      )})`,
    );
  if (filter.account !== undefined)
    conditions.push(
      sql`exists (select 1 from mine.postings o join mine.ledger_accounts ol on ol.id = o.ledger_account_id where o.transaction_id = p.transaction_id and ${within(sql`ol.full_name`, filter.account)})`,
    );
  if (filter.company !== undefined) conditions.push(sql`p.account_id = ${filter.company}::uuid`);
  if (filter.currency !== undefined) conditions.push(sql`${HOME} = ${filter.currency}`);
  if (filter.transaction !== undefined) conditions.push(sql`p.transaction_id = ${filter.transaction}::uuid`);
  return sql.join(conditions, sql` and `);
}

const GROUPS_MOST = 500;
type Order = "key" | "largest" | "smallest";

/** Totals per group and currency, computed by the database over all rows, never over a page of them. `complete` is false where there were more groups. */
export async function sumLedger(
  ctx: Ctx<"db">,
  filter: LedgerFilter,
  by: readonly LedgerDimension[],
  order: Order = "key",
  limit = GROUPS_MOST,
): Promise<{ groups: Group[]; complete: boolean }> {
  const keys = by.map((dimension) => LEDGER_DIMENSIONS[dimension]);
  const amount = amountOf(filter.flow);
  const total = sql`sum(${amount})`;
  // equal ones: by name, byte by byte whatever the database's language; of transactions, the newest first
  const tie = by[0] === "transaction" ? sql`max(p.posting_date) desc, k1` : sql`${keys[0] ?? sql`1`} collate "C"`;
  const ranked = {
    key: sql`${keys.length > 0 ? sql.raw(keys.map((_, index) => `k${index + 1}`).join(", ")) : sql`cur`}, cur`,
    largest: sql`total desc, ${tie}`,
    smallest: sql`total, ${tie}`,
  }[order];
  const rows = await readWhole<{ k1?: string | null; k2?: string | null; cur: string; total: string; n: string; first: string; ids: string }>(
    ctx.db,
    sql`
    select ${sql.join([...keys.map((key, index) => sql`${key} as ${sql.raw(`k${index + 1}`)}`), sql`${HOME} as cur`, sql`${total} as total`], sql`, `)},
      count(distinct p.transaction_id) as n, min(p.posting_date)::text as first, array_to_string((array_agg(p.transaction_id::text order by abs(p.home_amount) desc, p.transaction_id))[1:${sql.raw(String(CITED))}], ',') as ids
    from ${FROM} where ${conditionOf(filter)}
    group by ${sql.join([...keys, HOME], sql`, `)} order by ${ranked} limit ${sql.raw(String(limit + 1))}`,
  );
  const groups = rows.slice(0, limit).map((row) => ({
    keys: by.map((_, index) => (index === 0 ? row.k1 : row.k2) ?? null),
    currency: row.cur,
    total: trimmed(row.total, row.cur),
    count: Number(row.n),
    first: row.first,
    ids: [...new Set(row.ids.split(",").filter(Boolean))],
  }));
  return { groups, complete: rows.length <= limit };
}

export type Change = { key: string | null; currency: string; change: string; ids: string[] };

/** What changed most between two periods, either way, over all groups: the largest first, so many in each currency; equal ones by name. */
export async function changesLedger(ctx: Ctx<"db">, now: LedgerFilter, before: LedgerFilter, by: LedgerDimension, most: number): Promise<Change[]> {
  const amount = amountOf(now.flow);
  const rows = await readWhole<{ k: string | null; cur: string; change: string; ids: string }>(
    ctx.db,
    sql`
    with parts as (
      select ${LEDGER_DIMENSIONS[by]} as k, ${HOME} as cur, p.transaction_id::text as id, abs(p.home_amount) as size,
        case when ${conditionOf(now)} then ${amount} else 0 end - case when ${conditionOf(before)} then ${amount} else 0 end as change
      from ${FROM} where (${conditionOf(now)}) or (${conditionOf(before)})
    ), changes as (
      select k, cur, sum(change) as change, array_to_string((array_agg(id order by size desc, id))[1:${sql.raw(String(CITED))}], ',') as ids,
        row_number() over (partition by cur order by abs(sum(change)) desc, k collate "C") as rank
      from parts group by k, cur having sum(change) <> 0
    )
    select k, cur, change, ids from changes where rank <= ${most} order by cur, rank`,
  );
  return rows.map((row) => ({ key: row.k, currency: row.cur, change: trimmed(row.change, row.cur), ids: [...new Set(row.ids.split(",").filter(Boolean))] }));
}

/** The decimal with its currency's digits, more only where there are more. */
export function trimmed(value: string, currency: string): string {
  const [whole = "0", fraction = ""] = value.split(".");
  const digits = exponentOf(currency);
  const kept = fraction.replace(/0+$/, "").padEnd(digits, "0");
  const text = kept === "" ? whole : `${whole}.${kept}`;
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
