import { desc, eq, ilike, max, or } from "drizzle-orm";
import { z } from "zod";
import { myAccounts, myTransactions as t } from "../../../../db/schema/views.ts";
import { negate } from "../../../core/money.ts";
import { resolvePeriod } from "../../../core/period.ts";
import { listTransactions } from "../../transactions/list-transactions.ts";
import { summarizeTransactions, type SummaryRow } from "../../transactions/summarize-transactions.ts";
import { clean } from "../untrusted.ts";
import { Day, type Desk, Direction, tool, type Tool } from "./tool.ts";

const Filter = z.strictObject({ from: Day, to: Day, category: z.string().max(500).optional(), currency: z.string().length(3).optional() });

const resolve = tool("resolve_period", "Turns words like \"last month\" or \"Q3 2019\" into dates.", z.strictObject({ text: z.string().max(200) }), async (desk, { text }) => {
  return resolvePeriod(text, desk.today) ?? { error: "That is no period I know. Give two dates." };
});

const search = tool(
  "search_entities",
  "Finds counterparties or categories by a part of their name.",
  z.strictObject({ kind: z.enum(["vendor", "customer", "category"]), query: z.string().min(1).max(100) }),
  async (desk, { kind, query }) => {
    const column = kind === "category" ? t.category : t.counterparty;
    const rows = await desk.ctx.db.selectDistinct({ name: column }).from(t).where(or(ilike(column, `%${query.replace(/[%_\\]/g, "\\$&")}%`))).limit(10);
    return { untrusted: true, entities: rows.flatMap(({ name }) => (name === null ? [] : [named(desk, { id: name, kind, name: clean(name) })])) };
  },
);

const sum = tool(
  "sum_transactions",
  "Totals of money that moved in a period, as a whole or by one dimension, computed by the database.",
  z.strictObject({ filter: Filter, groupBy: z.array(z.enum(["category", "counterparty", "account", "month", "quarter", "year"])).max(1).default([]), direction: Direction.default("expense") }),
  async (desk, { filter, groupBy: [dimension], direction }) => {
    const { data, complete } = await summarizeTransactions(desk.ctx, filter, dimension ?? "currency");
    const facts = data.map((row) => fact(desk, row, direction, filter, dimension === undefined ? (filter.category ?? null) : row.key)).filter((one) => one !== null);
    return { untrusted: true, complete, facts: facts.slice(0, 60) };
  },
);

const top = tool(
  "top_n",
  "The largest categories, counterparties, accounts or months of a period.",
  z.strictObject({ dimension: z.enum(["category", "counterparty", "account", "month"]), measure: z.enum(["expense", "income"]), n: z.int().min(1).max(20), from: Day, to: Day }),
  async (desk, { dimension, measure, n, from, to }) => {
    const { data, complete } = await summarizeTransactions(desk.ctx, { from, to }, dimension);
    const sorted = data.filter((row) => row.key !== null).sort((a, b) => sizeOf(b, measure) - sizeOf(a, measure));
    const facts = sorted.map((row) => fact(desk, row, measure, { from, to }, row.key, n)).filter((one) => one !== null);
    return { untrusted: true, complete, facts: facts.slice(0, n) };
  },
);

const list = tool(
  "list_transactions",
  "The newest transactions of a period, one fact each.",
  z.strictObject({ filter: Filter, limit: z.int().min(1).max(20).default(10) }),
  async (desk, { filter, limit }) => {
    const { data, nextCursor } = await listTransactions(desk.ctx, filter, { limit });
    const facts = data.map((row) => {
      const subject = clean(row.counterparty ?? row.description ?? row.category ?? row.kind);
      desk.names.add(subject);
      return desk.facts.add({ kind: "amount", subject, period: { from: row.transactionDate, to: row.transactionDate }, value: row.amount, currency: row.currency });
    });
    return { untrusted: true, complete: nextCursor === null, facts };
  },
);

const freshness = tool("data_freshness", "When the books were last copied from their source.", z.strictObject({}), async (desk) => {
  const [[synced], [latest]] = await desk.ctx.db.batch([
    desk.ctx.db.select({ at: max(myAccounts.lastSyncedAt) }).from(myAccounts),
    desk.ctx.db.select({ day: t.transactionDate }).from(t).where(eq(t.isDeleted, false)).orderBy(desc(t.transactionDate)).limit(1),
  ]);
  const facts = [];
  if (synced?.at) facts.push(desk.facts.add({ kind: "date", subject: "last sync", period: null, value: new Date(synced.at).toISOString().slice(0, 16).replace("T", " "), currency: null }));
  if (latest) facts.push(desk.facts.add({ kind: "date", subject: "newest transaction", period: null, value: latest.day, currency: null }));
  return { facts };
});

export const TOOLS: readonly Tool[] = [resolve, search, sum, top, list, freshness];

const WORDS = { expense: "spending", income: "income", net: "net" } as const;

function fact(desk: Desk, row: SummaryRow, direction: z.infer<typeof Direction>, period: { from: string; to: string }, key: string | null, _n?: number) {
  const value = direction === "expense" ? negate(row.out) : direction === "income" ? row.in : row.net;
  if (/^[0.]+$/.test(value) && key !== null) return null;
  const subject = key === null ? `${WORDS[direction]} in total` : `${WORDS[direction]}: ${clean(key)}`;
  if (key !== null) desk.names.add(clean(key));
  return desk.facts.add({ kind: direction, subject, period: { from: period.from, to: period.to }, value, currency: row.currency });
}

/** For ordering only; what is printed stays the database's decimal. */
function sizeOf(row: SummaryRow, measure: "expense" | "income"): number {
  return Math.abs(Number(measure === "expense" ? row.out : row.in));
}

function named<T extends { name: string }>(desk: Desk, entity: T): T {
  desk.names.add(entity.name);
  return entity;
}
