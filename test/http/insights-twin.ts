import { inject } from "vitest";
import { type Json, type Person, person, type Reply } from "../person.ts";

export type Figure = {
  id: string;
  kind: string;
  subject: string;
  value: string;
  currency: string | null;
  citations: string[];
  explain: string | null;
  period: { from: string; to: string } | null;
};
export type Insight = {
  id: string;
  answer: string;
  grounding: string;
  figures: Figure[];
  insights: { statement: string; kind: string; severity: string }[];
  followUps: string[];
  cached: boolean;
  usage: { inputTokens: number; outputTokens: number; costTicks: number };
  model: string | null;
  origin: string;
  dataQuality: {
    asOf: string | null;
    complete: boolean;
    staleConnections: { status: string }[];
    openDrift: { name: string; difference: string }[];
  };
};
export type Asker = Person & { key: string; ask: (question: string, headers?: Record<string, string>) => Promise<Reply<Json>> };

const control = () => `${inject("worldUrl")}/grok/_control`;

/** Somebody with books kept by hand and an xAI key of their own: scripts, records and outages at xAI are theirs alone. */
export async function asker(key = `xai-twin-${crypto.randomUUID()}`): Promise<Asker> {
  const owner = await person();
  const linked = await owner.post("/accounts", { service: "grok", apiKey: key });
  if (linked.status !== 201) throw new Error(`link: ${linked.status} ${JSON.stringify(linked.body)}`);
  return { ...owner, key, ask: (question, headers = {}) => owner.post("/ai/insights", { question }, { headers }) };
}

export type Entry = {
  amount: string;
  category?: string;
  counterparty?: string;
  memo?: string;
  description?: string;
  currency?: string;
  transactionDate?: string;
};

export async function record(owner: Person, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    const reply = await owner.post("/transactions", { transactionDate: "2026-01-10", description: "entry", currency: "USD", ...entry });
    if (reply.status === 429) {
      await pause(Number(reply.headers.get("retry-after")) * 1000);
      await record(owner, [entry]);
    } else if (reply.status !== 201) throw new Error(`record: ${reply.status} ${JSON.stringify(reply.body)}`);
  }
}

/** All at once, as one batch. */
export async function recordMany(owner: Person, entries: readonly Entry[]): Promise<void> {
  const transactions = entries.map((entry) => ({ transactionDate: "2026-01-10", description: "entry", currency: "USD", ...entry }));
  const reply = await owner.post("/transactions/batch", { transactions });
  if (reply.status !== 201) throw new Error(`record: ${reply.status} ${JSON.stringify(reply.body)}`);
}

/** Queues turns for whoever's key it is. */
export async function script(key: string, ...turns: unknown[]): Promise<void> {
  const reply = await fetch(`${control()}/scripts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ match: { apiKey: key }, turns }),
  });
  if (reply.status !== 201) throw new Error(await reply.text());
}

export async function unscript(key: string): Promise<void> {
  await fetch(`${control()}/scripts?apiKey=${key}`, { method: "DELETE" });
}

export type Sent = {
  body: { input: Record<string, unknown>[]; instructions: string; tools: { name: string; parameters: unknown }[]; store: boolean; include: string[] };
  headers: Record<string, string>;
  status: number;
};

/** What reached xAI with this key. */
export async function requests(key: string): Promise<Sent[]> {
  const reply = await fetch(`${control()}/requests?apiKey=${key}`);
  return ((await reply.json()) as { requests: Sent[] }).requests;
}

export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Events of a stream of this API. */
export function eventsOf(text: string): { event: string; data: Record<string, unknown> }[] {
  return text
    .split("\n\n")
    .filter((frame) => frame.startsWith("event: "))
    .map((frame) => {
      const [event = "", data = ""] = frame.split("\n");
      return { event: event.slice(7), data: JSON.parse(data.slice(6)) as Record<string, unknown> };
    });
}
