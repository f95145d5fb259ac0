import { type Context, Hono } from "hono";
import { Redis } from "ioredis";
import RedisMock from "ioredis-mock";
import { Faults } from "../faults.ts";

type Command = (string | number)[];
type Stats = { requests: number; commands: number };

/**
 * Upstash's REST protocol: a command as an array, `/pipeline`, `/multi-exec`, and paths. In memory, or a real Redis behind
 * `redisUrl`. A token `<token>:<namespace>` has keys of its own, so that tests share nothing.
 */
export function createUpstashTwin(options: { token: string; redisUrl?: string }): { app: Hono; close(): Promise<void> } {
  const stores = new Map<string, Redis>();
  const stats = new Map<string, Stats>();
  const faults = new Faults("namespace", "command");
  const app = new Hono();

  const storeOf = (namespace: string): Redis => {
    let store = stores.get(namespace);
    if (!store) {
      const keyPrefix = namespace ? `${namespace}/` : "";
      store = options.redisUrl ? new Redis(options.redisUrl, { keyPrefix }) : new RedisMock({ host: namespace || "default", keyPrefix });
      if (!options.redisUrl) inMemory.add(store);
      stores.set(namespace, store);
    }
    return store;
  };

  const handle = async (c: Context, commands: Command[], answer: (results: unknown[]) => unknown, single = false): Promise<Response> => {
    const namespace = namespaceOf(c.req.header("authorization"), options.token);
    if (namespace === null) return Response.json({ error: "Unauthorized" }, { status: 401 });
    const known = stats.get(namespace) ?? { requests: 0, commands: 0 };
    stats.set(namespace, { requests: known.requests + 1, commands: known.commands + commands.length });
    const base64 = c.req.header("upstash-encoding") === "base64";
    return faults.around(c, { namespace, command: commands.map((one) => one.join(" ")).join("; ") }, async () => {
      const results: unknown[] = [];
      for (const command of commands) results.push(await execute(storeOf(namespace), command, base64));
      const failed = single && isError(results[0]);
      return Response.json(answer(results), { status: failed ? 400 : 200 });
    });
  };

  app.get("/_control/stats", (c) => c.json(stats.get(c.req.query("namespace") ?? "") ?? { requests: 0, commands: 0 }));
  app.get("/_control/keys", async (c) => {
    const store = storeOf(c.req.query("namespace") ?? "");
    const keys = await store.keys("*");
    return c.json(await Promise.all(keys.map(async (key) => ({ key, value: await store.get(key).catch(() => null) }))));
  });
  faults.mount(app);
  app.post("/pipeline", async (c) => handle(c, await c.req.json<Command[]>(), (results) => results));
  app.post("/multi-exec", async (c) => handle(c, await c.req.json<Command[]>(), (results) => results));
  app.post("/", async (c) => handle(c, [await c.req.json<Command>()], ([result]) => result, true));
  app.all("/:command/*", (c) => {
    const path = new URL(c.req.url).pathname.split("/").slice(1).map(decodeURIComponent);
    return handle(c, [path.slice(path[0] === "upstash" ? 1 : 0)], ([result]) => result, true);
  });
  const close = async () => {
    for (const store of stores.values()) store.disconnect();
  };
  return { app, close };
}

const inMemory = new WeakSet<Redis>();

function namespaceOf(header: string | undefined, token: string): string | null {
  const given = /^Bearer (.+)$/.exec(header ?? "")?.[1] ?? "";
  if (given === token) return "";
  return given.startsWith(`${token}:`) ? given.slice(token.length + 1) : null;
}

async function execute(store: Redis, [name, ...args]: Command, base64: boolean): Promise<{ result: unknown } | { error: string }> {
  try {
    const result = await run(store, String(name).toLowerCase(), args.map(String));
    return { result: base64 ? encode(result) : result };
  } catch (error) {
    return { error: error instanceof Error ? error.message : "ERR unknown" };
  }
}

const COUNTERS = new Set(["incr", "decr", "incrby", "decrby"]);

/** The in-memory store has a method for each command, takes options in capitals only, and counts what is no number. */
async function run(store: Redis, name: string, args: string[]): Promise<unknown> {
  if (!inMemory.has(store)) return store.call(name, ...args);
  const method: unknown = Reflect.get(store, name);
  if (typeof method !== "function") throw new Error(`ERR unknown command '${name}'`);
  if (COUNTERS.has(name) && !/^-?\d{1,18}$/.test((await store.get(args[0] ?? "")) ?? "0")) throw new Error("ERR value is not an integer or out of range");
  const capitals = name === "set" ? args.map((arg, i) => (i > 1 ? arg.toUpperCase() : arg)) : args;
  return Reflect.apply(method, store, capitals) as unknown;
}

function encode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "string" && value !== "OK" ? Buffer.from(value).toString("base64") : value;
}

function isError(value: unknown): boolean {
  return typeof value === "object" && value !== null && "error" in value;
}
