import { sql } from "drizzle-orm";
import { z } from "zod";
import { add } from "../../../core/money.ts";
import { daysBetween } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { trimmed } from "./ledger.ts";
import { type Desk, periodOf, state, tool } from "./tool.ts";

export type OpenDocument = { id: string; due: string; who: string | null; number: string | null; open: string; currency: string; days: number };

/** Open invoices or bills as QuickBooks states their balances, in their own currencies; the oldest first. */
export async function openDocuments(ctx: Desk["ctx"], side: "receivable" | "payable", today: string, who: string | null): Promise<OpenDocument[]> {
  const entity = side === "receivable" ? "Invoice" : "Bill";
  const { rows } = await ctx.db.execute<{ id: string; due: string; who: string | null; number: string | null; open: string; cur: string }>(sql`
    select t.id::text as id, coalesce((d.body->>'DueDate')::date, t.transaction_date)::text as due, t.counterparty as who, t.doc_number as number, (d.body->>'Balance')::numeric as open, t.currency as cur
    from mine.source_documents d join mine.transactions t on t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id and not t.is_deleted
    where d.entity = ${entity} and not d.is_deleted and (d.body->>'Balance')::numeric > 0 ${who === null ? sql`` : sql`and t.counterparty = ${who}`}
    order by 2, 1 limit 5000`);
  return rows.map((row) => ({ ...row, open: trimmed(row.open, row.cur), currency: row.cur, days: daysBetween(row.due, today) }));
}

const BUCKETS: readonly (readonly [label: string, least: number, most: number])[] = [
  ["not yet due", -Infinity, 0],
  ["overdue by up to thirty days", 1, 30],
  ["overdue by up to sixty days", 31, 60],
  ["overdue by up to ninety days", 61, 90],
  ["overdue by more than ninety days", 91, Infinity],
];

export const aging = tool(
  "aging",
  "Unpaid invoices (receivable: customers owe us) or bills (payable: we owe vendors), by age and by whom, as of today.",
  z.strictObject({ side: z.enum(["receivable", "payable"]), entityId: z.string().max(40).optional(), overdue: z.boolean().default(false) }),
  async (desk, args) => {
    const entity = args.entityId === undefined ? null : desk.entities.get(args.entityId);
    if (args.entityId !== undefined && !entity)
      return { error: "There is no such id in this question. Use search_entities first.", step: "looking for a name" };
    periodOf(desk, { from: desk.today, to: desk.today });
    const all = await openDocuments(desk.ctx, args.side, desk.today, entity?.name ?? null);
    const open = args.overdue ? all.filter((each) => each.days > 0) : all;
    const currencies = [...new Set(open.map((each) => each.currency))].sort();
    const facts = currencies.flatMap((currency) =>
      ofCurrency(
        desk,
        args.side,
        args.overdue,
        entity?.name ?? null,
        open.filter((each) => each.currency === currency),
        currency,
      ),
    );
    if (facts.length === 0)
      facts.push(
        state(desk, {
          kind: "count",
          flow: args.side,
          subject: `number of ${args.overdue ? "overdue" : "open"} ${wordsOf(args.side).many}`,
          names: entity ? [entity.name] : [],
          period: { from: desk.today, to: desk.today },
          value: "0",
          rows: 0,
        }),
      );
    return { facts, complete: all.length < 5000, step: `reading ${args.overdue ? "overdue" : "open"} ${wordsOf(args.side).many}` };
  },
);

function wordsOf(side: "receivable" | "payable") {
  return side === "receivable" ? { many: "invoices", who: "owed by" } : { many: "bills", who: "owed to" };
}

function ofCurrency(
  desk: Desk,
  side: "receivable" | "payable",
  overdue: boolean,
  only: string | null,
  open: readonly OpenDocument[],
  currency: string,
): Fact[] {
  const { many, who } = wordsOf(side);
  const base = { flow: side, period: { from: desk.today, to: desk.today }, currency };
  const figure = (subject: string, of: readonly OpenDocument[], names: string[]) =>
    state(desk, {
      ...base,
      kind: "total",
      subject,
      names,
      value: add("0", ...of.map((each) => each.open)),
      citations: of.map((each) => each.id).slice(0, 10),
      rows: of.length,
    });
  const names = only === null ? [] : [only];
  const total = figure(`${overdue ? "overdue" : "open"} ${many}${only === null ? "" : ` ${who} ${only}`}`, open, names);
  const buckets = BUCKETS.map(([label, least, most]) => ({ label, of: open.filter((each) => each.days >= least && each.days <= most) }))
    .filter(({ of }) => of.length > 0 && of.length < open.length)
    .map(({ label, of }) => figure(`${many} ${label}`, of, names));
  if (only !== null) return [total, ...buckets];
  const parties = [...new Set(open.map((each) => each.who))]
    .map((name) => ({ name, of: open.filter((each) => each.who === name) }))
    .sort(
      (a, b) =>
        Number(add("0", ...b.of.map((each) => each.open))) - Number(add("0", ...a.of.map((each) => each.open))) || (a.name ?? "").localeCompare(b.name ?? ""),
    )
    .slice(0, 6)
    .map(({ name, of }) => figure(`${overdue ? "overdue" : "open"} ${many} ${who} ${name ?? "nobody named"}`, of, name === null ? [] : [name]));
  return [total, ...parties, ...buckets];
}
