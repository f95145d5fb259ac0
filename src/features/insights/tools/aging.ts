import { z } from "zod";
import { add, compare } from "../../../core/money.ts";
import type { Fact } from "../facts.ts";
import { CITED } from "./ledger.ts";
import { OPEN_MOST, type OpenDocument, openDocuments, type OpenFilter } from "./open-documents.ts";
import { type Desk, periodOf, state, tool } from "./tool.ts";

const BUCKETS: readonly (readonly [label: string, least: number | null, most: number | null])[] = [
  ["not yet due", null, 0],
  ["overdue by up to thirty days", 1, 30],
  ["overdue by up to sixty days", 31, 60],
  ["overdue by up to ninety days", 61, 90],
  ["overdue by more than ninety days", 91, null],
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
    const all = await openDocuments(desk.ctx, { side: args.side, today: desk.today, ...(entity ? { who: entity.name } : {}) });
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
    const complete = all.length < OPEN_MOST;
    for (const fact of facts) fact.complete = complete;
    return { facts, complete, step: `reading ${args.overdue ? "overdue" : "open"} ${wordsOf(args.side).many}` };
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
  const filter: OpenFilter = { side, today: desk.today, currency, ...(overdue ? { least: 1 } : {}), ...(only === null ? {} : { who: only }) };
  const figure = (subject: string, of: readonly OpenDocument[], names: string[], narrowed: Partial<OpenFilter> = {}) =>
    state(desk, {
      ...base,
      kind: "total",
      subject,
      names,
      value: add("0", ...of.map((each) => each.open)),
      citations: of.map((each) => each.id).slice(0, CITED),
      rows: of.length,
      source: { of: "open", filter: { ...filter, ...narrowed } },
    });
  const names = only === null ? [] : [only];
  const total = figure(`${overdue ? "overdue" : "open"} ${many}${only === null ? "" : ` ${who} ${only}`}`, open, names);
  const buckets = BUCKETS.map(([label, least, most]) => ({
    label,
    of: open.filter((each) => each.days >= (least ?? -Infinity) && each.days <= (most ?? Infinity)),
    narrowed: { ...(least === null ? {} : { least }), ...(most === null ? {} : { most }) },
  }))
    .filter(({ of }) => of.length > 0 && of.length < open.length)
    .map(({ label, of, narrowed }) => figure(`${many} ${label}`, of, names, narrowed));
  if (only !== null) return [total, ...buckets];
  const parties = [...new Set(open.map((each) => each.who))]
    .map((name) => ({ name, of: open.filter((each) => each.who === name) }))
    .map((party) => ({ ...party, owed: add("0", ...party.of.map((each) => each.open)) }))
    .sort((a, b) => compare(b.owed, a.owed) || ((a.name ?? "") < (b.name ?? "") ? -1 : 1))
    .slice(0, 6)
    .map(({ name, of }) => figure(`${overdue ? "overdue" : "open"} ${many} ${who} ${name ?? "nobody named"}`, of, name === null ? [] : [name], { who: name }));
  return [total, ...parties, ...buckets];
}
