/** The runtime of one simulated process: features as they are in production, with every effect passing through a hand. */
import { createHash } from "node:crypto";
import { createDb } from "../../db/client.ts";
import { uuidv7 } from "../../src/core/id.ts";
import { createQuickBooks } from "../../src/integrations/quickbooks/client.ts";
import type { SyncMessage, WorkMessage } from "../../src/jobs/messages.ts";
import { CompanyLimit } from "../../src/objects/company-limit.ts";
import type { Services } from "../../src/runtime.ts";
import { QUICKBOOKS } from "./config.ts";
import type { Machine } from "./machine.ts";

/** Time is virtual: what a slow machine takes for a statement must not become a part of the history. */
const PATIENCE_MS = 5 * 60_000;

/** One thing that leaves a process: named, done by `act`. What it returns is what the process sees. */
export type Effect = <T>(name: string, act: () => Promise<T>) => Promise<T>;

export type Outside = {
  machine: Machine;
  now: () => number;
  /** Time passes for the one who sleeps. */
  pass: (ms: number) => void;
  random: (length: number) => Uint8Array;
  quickbooks: { app: { request(input: string, init?: RequestInit): Response | Promise<Response> } };
  limits: Map<string, CompanyLimit>;
  sent: (message: SyncMessage | WorkMessage, delaySeconds: number) => void;
  log: (event: string, fields: Record<string, unknown>) => void;
};

export function simulatedServices(outside: Outside, effect: Effect): Services {
  const { machine } = outside;
  const now = () => new Date(outside.now());
  const limitOf = (mac: string) => {
    const limit = outside.limits.get(mac) ?? new CompanyLimit();
    outside.limits.set(mac, limit);
    return limit;
  };
  const quickbooksFetch = (async (input: string, init: RequestInit = {}) => {
    const { signal: _, ...rest } = init;
    return effect(`quickbooks ${nameOf(input)}`, async () => {
      try {
        return await outside.quickbooks.app.request(input, rest);
      } catch {
        throw new TypeError("connection lost");
      }
    });
  }) as typeof fetch;
  const taken = [() => true, () => false] as const;
  const send =
    (name: string) =>
    (message: SyncMessage | WorkMessage, delay = 0) =>
      effect(name, async () => outside.sent(message, delay)).then(...taken);
  const services = {
    config: machine.config,
    dbAs: (userId: string | null) => createDb({ url: machine.config.DATABASE_URL, httpUrl: machine.config.DATABASE_HTTP_URL }, userId, PATIENCE_MS),
    quickbooks: createQuickBooks({
      authorizeUrl: machine.config.QUICKBOOKS_AUTHORIZE_URL,
      tokenUrl: machine.config.QUICKBOOKS_TOKEN_URL,
      revokeUrl: machine.config.QUICKBOOKS_REVOKE_URL,
      apiUrl: machine.config.QUICKBOOKS_API_URL,
      clientId: QUICKBOOKS.clientId,
      clientSecret: QUICKBOOKS.clientSecret,
      fetch: quickbooksFetch,
      now,
    }),
    queue: { sync: send("queue sync"), work: send("queue work") },
    gates: {
      company: (mac: string) => ({
        reserve: (caller: string, at: number) => effect("gate reserve", async () => limitOf(mac).reserve(caller, at)),
        close: (until: number) => effect("gate close", async () => limitOf(mac).close(until)),
      }),
    },
    now,
    id: () => uuidv7(outside.now(), outside.random(10)),
    random: outside.random,
    sleep: (ms: number) => effect("sleep", async () => outside.pass(ms)),
    log: (_level: string, event: string, fields: Record<string, unknown> = {}) => outside.log(event, fields),
    spent: { dbMs: 0, slowest: { ms: 0, statement: "" }, tids: [] },
    measure: () => {},
    report: () => Promise.resolve(),
    hops: { gate: 0, db: 0, cache: 0, quickbooks: 0, grok: 0 },
    requestId: "simulation",
    later: () => undefined,
  };
  // what is absent is what a sync must never touch: using it fails
  return services as unknown as Services;
}

function nameOf(url: string): string {
  const { pathname, searchParams } = new URL(url);
  return `${pathname.split("/").slice(-2).join("/")} ${(searchParams.get("query") ?? "").slice(0, 60)}`.trim();
}

/** Random bytes that a seed and a counter make: the same in every run of the seed. */
export function seededBytes(seed: string): (length: number) => Uint8Array<ArrayBuffer> {
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32)
      out.set(
        createHash("sha256")
          .update(`${seed}:${counter++}`)
          .digest()
          .subarray(0, length - at),
        at,
      );
    return out;
  };
}
