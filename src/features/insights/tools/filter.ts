import { z } from "zod";
import type { Period } from "../../../core/period.ts";
import type { Entity } from "./entities.ts";
import type { LedgerFilter } from "./ledger.ts";
import { type Desk, NO_PERIOD, periodOf, When } from "./tool.ts";

const EntityId = z.string().max(40);

/** What narrows a figure. Ids come from search_entities; nothing here can name a user, a company's id or a query. */
export const narrowing = {
  period: When.default("all time"),
  direction: z.enum(["expense", "income", "net"]).default("expense").describe("expense is spending, income is revenue, net is income less expenses"),
  categoryId: z.union([EntityId, z.array(EntityId).max(5)]).optional(),
  vendorId: z.union([EntityId, z.array(EntityId).max(5)]).optional(),
  customerId: z.union([EntityId, z.array(EntityId).max(5)]).optional(),
  accountId: EntityId.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
};
export type Narrowing = { [K in "categoryId" | "vendorId" | "customerId"]?: string | string[] | undefined } & {
  direction: "expense" | "income" | "net";
  accountId?: string | undefined;
  currency?: string | undefined;
};

/** What a question is narrowed to is a flow; balances are read otherwise. */
export type FlowFilter = LedgerFilter & { flow: "expense" | "income" | "net" };
export type Narrowed = { filter: FlowFilter; period: Period; names: string[]; about: string };

const VERB = { expense: "spending", income: "income", net: "net result" } as const;
const JOIN = { expense: "on", income: "from", net: "of" } as const;

/** Arguments as a filter of the ledger, or what is wrong with them. `about` says in words what the filter is of. */
export function narrow(desk: Desk, args: Narrowing, when: When): Narrowed | { error: string } {
  const period = periodOf(desk, when);
  if (!period) return { error: NO_PERIOD };
  const given = [args.categoryId, args.vendorId, args.customerId, args.accountId].flatMap((each) => each ?? []);
  const entities = given.map((id) => desk.entities.get(id));
  if (entities.some((entity) => entity === null)) return { error: "There is no such id in this question. Use search_entities first." };
  const known = entities.filter((entity): entity is Entity => entity !== null);
  const ofKind = (...kinds: Entity["kind"][]) => known.filter((entity) => kinds.includes(entity.kind)).map((entity) => entity.name);
  const [categories, parties, [account]] = [ofKind("category"), ofKind("vendor", "customer"), ofKind("account")];
  const filter: FlowFilter = {
    flow: args.direction,
    ...period,
    ...(categories.length > 0 ? { categories } : {}),
    ...(parties.length > 0 ? { counterparties: parties } : {}),
    ...(account === undefined ? {} : { account }),
    ...(args.currency === undefined ? {} : { currency: args.currency }),
  };
  const names = [...categories, ...parties, ...(account === undefined ? [] : [account])];
  return { filter, period, names, about: aboutOf(args.direction, categories, parties, account) };
}

function aboutOf(direction: "expense" | "income" | "net", categories: readonly string[], parties: readonly string[], account: string | undefined): string {
  const parts: string[] = [VERB[direction]];
  if (categories.length > 0) parts.push(`${JOIN[direction]} ${categories.join(" and ")}`);
  if (parties.length > 0) parts.push(`${direction === "expense" ? "with" : "from"} ${parties.join(" and ")}`);
  if (account !== undefined) parts.push(`through ${account}`);
  return parts.join(" ");
}
