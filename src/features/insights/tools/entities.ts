import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { clean } from "../clean.ts";
import { type Desk, state, tool } from "./tool.ts";

export const ENTITY_KINDS = ["vendor", "customer", "category", "account"] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];
export type Entity = { kind: EntityKind; name: string };

/** What tools returned by name, under ids of this question only: an id from elsewhere opens nothing. */
export class Entities {
  readonly #all: Entity[] = [];

  idOf(entity: Entity): string {
    const at = this.#all.findIndex((each) => each.kind === entity.kind && each.name === entity.name);
    return `${entity.kind}_${at >= 0 ? at + 1 : this.#all.push(entity)}`;
  }

  get(id: string): Entity | null {
    const match = /^([a-z]+)_(\d{1,4})$/.exec(id);
    const found = match ? this.#all[Number(match[2]) - 1] : undefined;
    return found && found.kind === match?.[1] ? found : null;
  }
}

type Named = { name: string; n: number };

const PAID = sql`('purchase', 'bill', 'vendor_credit', 'bill_payment')`;
const SOLD = sql`('invoice', 'payment', 'sales_receipt', 'credit_memo', 'refund_receipt')`;
/** A document says whom it is with; where it does not (by hand, journals, deposits), the direction of the money does. */
const SIDES = {
  vendor: sql`(t.kind in ${PAID} or (t.kind not in ${SOLD} and t.amount < 0))`,
  customer: sql`(t.kind in ${SOLD} or (t.kind not in ${PAID} and t.amount > 0))`,
} as const;

/** What a person calls a transaction is a category like any other. */
const OWN_CATEGORIES = sql`union all select distinct t.own_category, true from mine.transactions t where t.own_category is not null and not t.is_deleted`;

/** Names of one kind with how often each occurs; `pattern` narrows by a part of the name, any case. */
async function namesOf(desk: Desk, kind: EntityKind, pattern: string | null, limit: number): Promise<{ found: Named[]; total: number }> {
  const like = pattern === null ? null : `%${pattern.replace(/[%_\\]/g, "\\$&")}%`;
  const query: SQL =
    kind === "vendor" || kind === "customer"
      ? sql`select t.counterparty as name, count(*) as n from mine.transactions t where not t.is_deleted and t.counterparty is not null and ${SIDES[kind]} ${like === null ? sql`` : sql`and t.counterparty ilike ${like}`} group by 1`
      : sql`select x.name, count(*) filter (where x.is_active) as n from (
              select l.full_name as name, l.is_active from mine.ledger_accounts l
              where l.classification ${kind === "category" ? sql`in ('Expense', 'Revenue')` : sql`not in ('Expense', 'Revenue')`} and exists (select 1 from mine.postings p where p.ledger_account_id = l.id)
              ${kind === "category" ? OWN_CATEGORIES : sql``}) x
            ${like === null ? sql`` : sql`where x.name ilike ${like}`} group by 1`;
  const { rows } = await desk.ctx.db.execute<{ name: string; n: string; total: string }>(
    sql`select x.name, x.n, count(*) over () as total from (${query}) x order by ${pattern === null ? sql`x.n desc` : sql`length(x.name)`}, x.name limit ${sql.raw(String(limit))}`,
  );
  return { found: rows.map((row) => ({ name: row.name, n: Number(row.n) })), total: Number(rows[0]?.total ?? 0) };
}

/** The pattern as it is, else its words one by one without their endings: "dining expenses" finds "Dining". */
async function search(desk: Desk, kind: EntityKind, query: string): Promise<Named[]> {
  const whole = await namesOf(desk, kind, query, 12);
  if (whole.found.length > 0) return whole.found;
  const words = query
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => (word.length > 4 ? word.replace(/(?:ies|es|s|y|ing)$/i, "") : word))
    .filter((word) => word.length > 2 && !/^(and|the|for|with|from)$/i.test(word));
  for (const word of words.sort((a, b) => b.length - a.length).slice(0, 2)) {
    const { found } = await namesOf(desk, kind, word, 12);
    if (found.length > 0) return found;
  }
  return [];
}

function returned(desk: Desk, kind: EntityKind, found: readonly Named[]) {
  return found.map(({ name }) => {
    desk.names.add(clean(name));
    return { id: desk.entities.idOf({ kind, name }), kind, name: clean(name) };
  });
}

export const searchEntities = tool(
  "search_entities",
  "Finds vendors, customers, categories or ledger accounts by a part of their name. Use the ids it returns in other tools.",
  z.strictObject({ kind: z.enum(ENTITY_KINDS), query: z.string().min(1).max(100) }),
  async (desk, { kind, query }) => {
    const found = await search(desk, kind, clean(query));
    return { more: { entities: returned(desk, kind, found) }, step: `looking for a ${kind} by name` };
  },
);

export const listEntities = tool(
  "list_entities",
  "Lists vendors, customers, categories or accounts, the most used first, and says how many there are.",
  z.strictObject({ kind: z.enum(ENTITY_KINDS), limit: z.int().min(1).max(50).default(12) }),
  async (desk, { kind, limit }) => listed(desk, kind, limit),
);

export const listAccounts = tool(
  "list_accounts",
  "Lists the ledger accounts of the balance sheet: banks, cards, receivables, loans.",
  z.strictObject({ limit: z.int().min(1).max(50).default(20) }),
  async (desk, { limit }) => listed(desk, "account", limit),
);

async function listed(desk: Desk, kind: EntityKind, limit: number) {
  const { found, total } = await namesOf(desk, kind, null, limit);
  const plural = kind === "category" ? "categories" : `${kind}s`;
  const facts = [
    ...found.map(({ name }) => state(desk, { kind: "name", subject: kind, value: clean(name), names: [name] })),
    state(desk, { kind: "count", subject: `number of ${plural} in the books`, value: String(total), rows: total }),
  ];
  return { facts, complete: found.length >= total, more: { entities: returned(desk, kind, found) }, step: `listing ${plural}` };
}
