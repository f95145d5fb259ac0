import { createHmac } from "node:crypto";
import type { Customer } from "./people.ts";
import type { Books, Write } from "./books.ts";

export type Random = { next(): number; pick<T>(from: readonly T[]): T };
export type Shot = { kind: string; fire: () => Promise<Fired> };
/** 0 is no answer at all. */
export type Fired = { status: number };
type World = { api: string; twins: string; webhookToken: string; books: Books };

const TIMEOUT_MS = 30_000;
const READS = ["/transactions?limit=50", "/transactions?limit=5", "/transactions/summary?groupBy=month", "/accounts", "/me", "/reports"];
const QUESTIONS = [
  "What did I spend last month?",
  "Which are my five largest expenses this year?",
  "How much did I earn in 2026?",
  "What is my cash position?",
];

/** What people and programs do, by how often: a seeded draw, so that a run can be had again. */
const WEIGHTS: [string, number][] = [
  ["read", 62],
  ["record", 18],
  ["update", 6],
  ["remove", 3],
  ["report", 2],
  ["webhook", 5],
  ["sync", 2],
  ["question", 2],
];

export function draw(random: Random, customers: readonly Customer[], world: World): Shot {
  const who = random.pick(customers);
  const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
  let at = random.next() * total;
  const kind = WEIGHTS.find(([, weight]) => (at -= weight) < 0)?.[0] ?? "read";
  switch (kind) {
    case "record":
      return { kind, fire: () => write(world, world.books.record(who, random)) };
    case "update":
    case "remove": {
      const next = kind === "update" ? world.books.update(who, random) : world.books.remove(who, random);
      return next ? { kind, fire: () => write(world, next) } : { kind: "read", fire: () => call(world, who, "GET", random.pick(READS)) };
    }
    case "report":
      return { kind, fire: () => call(world, who, "POST", "/reports", { type: "category_breakdown", period: "this_year" }) };
    case "question":
      return { kind, fire: () => call(world, who, "POST", "/ai/insights", { question: random.pick(QUESTIONS) }) };
    case "sync":
      return { kind, fire: () => call(world, who, "POST", `/accounts/${who.accountId}/sync`, {}) };
    case "webhook":
      return { kind, fire: () => webhook(world, who, Math.floor(random.next() * 1e9)) };
    default:
      return { kind, fire: () => call(world, who, "GET", random.pick(READS)) };
  }
}

/** A write is sent once more under its key when its answer did not come; then it stands as it was answered, or as unknown. */
async function write(world: World, one: Write): Promise<Fired> {
  for (let attempt = 0; ; attempt++) {
    const { status, text } = await call(world, one.who, one.method, one.path(), one.body, one.key);
    if (status < 300) one.acknowledged(text);
    if (status !== 0 && status < 500) one.settled(status, text);
    if (attempt > 0 || (status !== 0 && status < 500)) return { status };
  }
}

async function call(world: World, who: Customer, method: string, path: string, body?: unknown, key?: string): Promise<Fired & { text: string }> {
  try {
    const response = await fetch(`${world.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${who.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

/** Something changes in the company, and QuickBooks says so. */
async function webhook(world: World, who: Customer, seed: number): Promise<Fired> {
  await fetch(`${world.twins}/quickbooks/_control/companies/${who.realm}/mutate`, { method: "POST", body: JSON.stringify({ count: 2, seed }) });
  const entities = [{ id: "1", operation: "Update", name: "Purchase", lastUpdated: new Date().toISOString() }];
  const body = JSON.stringify({ eventNotifications: [{ realmId: who.realm, dataChangeEvent: { entities } }] });
  const signature = createHmac("sha256", world.webhookToken).update(body).digest("base64");
  const response = await fetch(`${world.api}/webhooks/quickbooks`, { method: "POST", body, headers: { "intuit-signature": signature } }).catch(() => null);
  await response?.arrayBuffer();
  return { status: response?.status ?? 0 };
}
