import { sql } from "drizzle-orm";
import { z } from "zod";
import { fromUnits, toUnits } from "../../../core/money.ts";
import { addDays, EPOCH, type Period, monthsTouched } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { summarizeTransactions } from "../../transactions/summarize-transactions.ts";
import { type FlowFilter, narrow, type Narrowed, narrowing } from "./filter.ts";
import { type Group, type LedgerDimension, sumLedger } from "./ledger.ts";
import { type Desk, inWords, state, tool } from "./tool.ts";

const GROUPS = ["category", "vendor", "customer", "counterparty", "account", "month", "quarter", "year", "week", "day"] as const;
const TIMES: ReadonlySet<string> = new Set(["month", "quarter", "year", "week", "day"]);
const FACTS_MOST = 60;

export const sumTransactions = tool(
  "sum_transactions",
  "Totals, counts, averages or shares of spending, income or net in a period, as a whole or by up to two dimensions. Accrual, in home currency, unless basis is cash (money that moved).",
  z.strictObject({
    ...narrowing,
    groupBy: z.array(z.enum(GROUPS)).max(2).default([]),
    measure: z.enum(["sum", "count", "average", "average_per_month", "max", "min", "share"]).default("sum"),
    basis: z.enum(["accrual", "cash"]).default("accrual"),
  }),
  async (desk, args) => {
    const narrowed = narrow(desk, args, args.period);
    if ("error" in narrowed) return { ...narrowed, step: "reading a period" };
    const step = `summing ${narrowed.about}${args.groupBy.length > 0 ? ` by ${args.groupBy.join(" and ")}` : ""} for ${inWords(narrowed.period)}`;
    if (args.basis === "cash" && (args.accountId !== undefined || args.groupBy.length > 0 || args.measure !== "sum")) return { error: CASH_ONLY, step };
    if (args.basis === "cash") return { facts: await cashFacts(desk, narrowed), step };
    if (args.measure === "max" || args.measure === "min") return { ...(await extremes(desk, narrowed, args.measure)), step };
    const { groups, complete } = await sumLedger(desk.ctx, narrowed.filter, args.groupBy);
    const whole = args.measure === "share" ? await totals(desk, narrowed, args.groupBy.length > 0) : [];
    const found = groups.slice(0, FACTS_MOST).flatMap((group) => measured(desk, narrowed, args.groupBy, args.measure, group, whole));
    return { facts: found.length > 0 ? found : await nothing(desk, narrowed, args.measure), complete: complete && groups.length <= FACTS_MOST, step };
  },
);

export const topN = tool(
  "top_n",
  "The largest (or smallest) categories, vendors, customers, accounts, months or single transactions by spending, income or net.",
  z.strictObject({
    ...narrowing,
    dimension: z.enum([...GROUPS, "transaction"]),
    n: z.int().min(1).max(20).default(5),
    order: z.enum(["desc", "asc"]).default("desc"),
  }),
  async (desk, args) => {
    const narrowed = narrow(desk, args, args.period);
    if ("error" in narrowed) return { ...narrowed, step: "reading a period" };
    const step = `ranking ${narrowed.about} by ${args.dimension} for ${inWords(narrowed.period)}`;
    if (args.dimension === "transaction") return { ...(await extremes(desk, narrowed, args.order === "desc" ? "max" : "min", args.n)), step };
    const { groups } = await sumLedger(desk.ctx, narrowed.filter, [args.dimension], args.order === "desc" ? "largest" : "smallest");
    const ranked = groups.filter((group) => group.keys[0] !== null && (args.direction === "net" || toUnits(group.total) > 0n));
    const found = ranked.slice(0, args.n).flatMap((group) => measured(desk, narrowed, [args.dimension as LedgerDimension], "sum", group, []));
    return { facts: found, step };
  },
);

/** The fact or facts of one group. A key of time becomes the fact's period; any other one, part of its subject. */
function measured(desk: Desk, narrowed: Narrowed, by: readonly LedgerDimension[], measure: string, group: Group, whole: readonly Group[]): Fact[] {
  const place = placeOf(narrowed, by, group);
  const base = {
    flow: narrowed.filter.flow,
    names: place.names,
    period: place.period,
    basis: "accrual" as const,
    citations: group.ids,
    rows: group.count,
    source: { of: "ledger" as const, filter: { ...place.filter, currency: group.currency } },
  };
  const money = { ...base, currency: group.currency };
  if (measure === "count") return [state(desk, { ...base, kind: "count", subject: `number of transactions, ${place.about}`, value: String(group.count) })];
  if (measure === "average")
    return [state(desk, { ...money, kind: "average", subject: `average per transaction, ${place.about}`, value: divided(group.total, group.count) })];
  if (measure === "average_per_month")
    return [
      state(desk, {
        ...money,
        kind: "average",
        subject: `average per month, ${place.about}`,
        value: divided(group.total, monthsTouched(clipped(place.period, group.first, desk.today))),
      }),
    ];
  const total = state(desk, { ...money, kind: "total", subject: place.about, value: group.total });
  if (measure !== "share") return [total];
  const all = whole.find((each) => each.currency === group.currency);
  const share = all ? percentOf(group.total, all.total) : null;
  return share === null
    ? [total]
    : [state(desk, { ...base, kind: "percent", subject: `share of ${wholeOf(narrowed, by)} that is ${place.about}`, value: share }), total];
}

/** What a share is of: all of the period, or when that is split, what was asked for in the whole of it. */
function wholeOf(narrowed: Narrowed, by: readonly LedgerDimension[]): string {
  if (by.length > 0 && narrowed.names.length > 0) return `${narrowed.about} in ${inWords(narrowed.period)}`;
  return `all ${wordOf(narrowed)}${by.some((dimension) => TIMES.has(dimension)) ? ` in ${inWords(narrowed.period)}` : ""}`;
}

function wordOf(narrowed: Narrowed): string {
  return { expense: "spending", income: "income", net: "net result" }[narrowed.filter.flow];
}

/** A month that is still running counts as one; months to come do not count, nor do those of all time before there was anything. */
function clipped(period: Period, first: string, today: string): Period {
  const from = period.from === EPOCH ? first : period.from;
  return { from, to: period.to > today && from <= today ? today : period.to };
}

type Place = { about: string; names: string[]; period: Period; filter: FlowFilter };

function placeOf(narrowed: Narrowed, by: readonly LedgerDimension[], group: Group): Place {
  const place: Place = { about: narrowed.about, names: [...narrowed.names], period: narrowed.period, filter: narrowed.filter };
  by.forEach((dimension, index) => {
    const key = group.keys[index] ?? null;
    const time = key === null ? null : timeOf(dimension, key, narrowed.period);
    if (time) {
      place.period = time;
      place.filter = { ...place.filter, ...time };
    } else if (dimension === "category" || dimension === "account") {
      place.about += ` ${narrowed.filter.flow === "income" ? "from" : "on"} ${key ?? "no category"}`;
      if (key !== null) place.filter = { ...place.filter, [dimension === "account" ? "ledger" : "category"]: key };
      if (key !== null) place.names.push(key);
    } else {
      place.about += key === null ? " without a name" : ` ${narrowed.filter.flow === "expense" ? "with" : "from"} ${key}`;
      place.filter = { ...place.filter, counterparties: [key] };
      if (key !== null) place.names.push(key);
    }
  });
  return place;
}

/** The days of a key of time, within the period asked for. */
export function timeOf(dimension: string, key: string, within: Period): Period | null {
  const year = Number(key.slice(0, 4));
  const month = (first: number, count: number): Period => ({ from: isoDay(year, first), to: addDays(isoDay(year, first + count), -1) });
  const whole =
    dimension === "day"
      ? { from: key, to: key }
      : dimension === "week"
        ? { from: key, to: addDays(key, 6) }
        : dimension === "month"
          ? month(Number(key.slice(5, 7)), 1)
          : dimension === "quarter"
            ? month((Number(key.slice(6)) - 1) * 3 + 1, 3)
            : dimension === "year"
              ? month(1, 12)
              : null;
  if (!whole) return null;
  return { from: whole.from < within.from ? within.from : whole.from, to: whole.to > within.to ? within.to : whole.to };
}

function isoDay(year: number, month: number): string {
  return new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);
}

/** What shares are of: everything of the same direction in the period, or what was asked for when that is split. */
async function totals(desk: Desk, narrowed: Narrowed, split: boolean): Promise<Group[]> {
  const { flow, from, to } = narrowed.filter;
  return (await sumLedger(desk.ctx, split ? narrowed.filter : { flow, from, to }, [])).groups;
}

/** Nothing was posted: that is a figure too, in each currency that the books are kept in. */
async function nothing(desk: Desk, narrowed: Narrowed, measure: string): Promise<Fact[]> {
  const base = { flow: narrowed.filter.flow, names: narrowed.names, period: narrowed.period, basis: "accrual" as const, rows: 0 };
  if (measure !== "sum" && measure !== "share")
    return measure === "count" ? [state(desk, { ...base, kind: "count", subject: `number of transactions, ${narrowed.about}`, value: "0" })] : [];
  const currencies = await currenciesOf(desk, narrowed);
  return currencies.map((currency) =>
    state(desk, {
      ...base,
      kind: "total",
      subject: narrowed.about,
      value: "0",
      currency,
      source: { of: "ledger" as const, filter: { ...narrowed.filter, currency } },
    }),
  );
}

/** In which a figure of nothing is stated: the currency asked for, else those that books are kept in. */
export async function currenciesOf(desk: Desk, narrowed: Narrowed): Promise<string[]> {
  if (narrowed.filter.currency !== undefined) return [narrowed.filter.currency];
  const { rows } = await desk.ctx.db.execute<{ cur: string }>(
    "select distinct home_currency as cur from mine.accounts where home_currency is not null order by 1 limit 5",
  );
  return rows.map((row) => row.cur);
}

/** Single transactions by what they add to the flow. */
async function extremes(desk: Desk, narrowed: Narrowed, which: "max" | "min", n = 1): Promise<{ facts: Fact[] }> {
  const { groups } = await sumLedger(desk.ctx, narrowed.filter, ["transaction"], which === "max" ? "largest" : "smallest", which === "max" ? n : 500);
  const chosen = groups.filter((group) => narrowed.filter.flow === "net" || toUnits(group.total) > 0n).slice(0, n);
  if (chosen.length === 0) return { facts: [] };
  const wanted = chosen.map((group) => group.keys[0] ?? "");
  const { rows } = await desk.ctx.db.execute<{ id: string; day: string; who: string | null; description: string | null }>(rowsById(wanted));
  const facts = chosen.map((group) => {
    const row = rows.find((each) => each.id === group.keys[0]);
    const name = row?.who ?? null;
    const subject = `${narrowed.filter.flow === "expense" ? "transaction" : "sale"} ${name === null ? "without a name" : `with ${name}`}`;
    const day = row?.day ?? narrowed.period.from;
    return state(desk, {
      kind: "amount",
      flow: narrowed.filter.flow,
      subject,
      names: name === null ? narrowed.names : [...narrowed.names, name],
      period: { from: day, to: day },
      value: group.total,
      currency: group.currency,
      basis: "accrual",
      citations: group.ids,
      rows: 1,
      source: { of: "ledger", filter: { ...narrowed.filter, transaction: group.keys[0] ?? "", currency: group.currency } },
    });
  });
  return { facts };
}

function rowsById(ids: readonly string[]) {
  return sql`select t.id::text as id, t.transaction_date::text as day, t.counterparty as who, t.description from mine.transactions t where t.id in (${sql.join(
    ids.map((id) => sql`${id}::uuid`),
    sql`, `,
  )})`;
}

const CASH_ONLY = "On cash basis only a sum is known, as a whole or of one category. Leave out what splits or narrows it, or use accrual.";

/** Money that moved, exactly as `GET /transactions/summary` sums it. */
async function cashFacts(desk: Desk, narrowed: Narrowed): Promise<Fact[]> {
  const { from, to, categories, counterparties, currency } = narrowed.filter;
  if (counterparties || (categories?.length ?? 0) > 1) return [];
  const query = { from, to, ...(categories?.[0] === undefined ? {} : { category: categories[0] }), ...(currency === undefined ? {} : { currency }) };
  const { data } = await summarizeTransactions(desk.ctx, query, "currency");
  return data.map((row) => {
    const value = { expense: row.out.replace(/^-/, ""), income: row.in, net: row.net }[narrowed.filter.flow];
    const source = { of: "transactions" as const, query: new URLSearchParams({ ...query, currency: row.currency }).toString() };
    return state(desk, {
      kind: "total",
      flow: narrowed.filter.flow,
      subject: `${narrowed.about} (money moved)`,
      names: narrowed.names,
      period: narrowed.period,
      value,
      currency: row.currency,
      basis: "cash",
      rows: row.count,
      source,
    });
  });
}

/** `total / count`, rounded half away from zero to the cent. */
export function divided(total: string, count: number): string {
  return count === 0 ? "0" : ratio(toUnits(total), BigInt(count) * 100n, 2);
}

/** `part` of `whole` in percent, one digit; null of nothing. */
export function percentOf(part: string, whole: string): string | null {
  const [above, below] = [toUnits(part), toUnits(whole)];
  return below === 0n ? null : ratio(above * 1000n, below, 1, true);
}

/** `above / below`, where `above` counts ten-thousandths, or is plain. */
function ratio(above: bigint, below: bigint, digits: number, plain = false): string {
  const size = (value: bigint) => (value < 0n ? -value : value);
  const quotient = (2n * size(above) + size(below)) / (2n * size(below));
  const negative = above < 0n !== below < 0n;
  return fromUnits(negative ? -quotient : quotient, plain ? 0 : digits, digits);
}
