import { type Context, Hono } from "hono";
import { Faults } from "../faults.ts";
import type { Command } from "./commands.ts";
import { memoryStore, realStore, type Store } from "./stores.ts";

type Stats = { requests: number; commands: number };

/**
 * Upstash's REST protocol: a command as an array, `/pipeline`, `/multi-exec`, and paths. In memory, where a token
 * `<token>:<namespace>` has a store of its own, so that tests share nothing; or the one real Redis behind `redisUrl`.
 */
export function createUpstashTwin(options: { token: string; redisUrl?: string }): { app: Hono; close(): Promise<void> } {
  const stores = new Map<string, Store>();
  const stats = new Map<string, Stats>();
  const faults = new Faults("namespace", "command");
  const app = new Hono();

  const storeOf = (namespace: string): Store => {
    const store = stores.get(namespace) ?? (options.redisUrl ? realStore(options.redisUrl) : memoryStore(namespace || "default"));
    stores.set(namespace, store);
    return store;
  };

  /** Who calls, what they send and what strikes them; `work` is the command itself. */
  const handle = async (c: Context, commands: Command[], work: (store: Store) => Promise<{ body: unknown; failed?: boolean }>): Promise<Response> => {
    const namespace = namespaceOf(c.req.header("authorization"), options.token);
    if (namespace === null || (options.redisUrl && namespace !== "")) return c.json({ error: "Unauthorized" }, 401);
    const known = stats.get(namespace) ?? { requests: 0, commands: 0 };
    stats.set(namespace, { requests: known.requests + 1, commands: known.commands + commands.length });
    return faults.around(c, { namespace, command: commands.map((one) => one.join(" ")).join("; ") }, async () => {
      const { body, failed } = await work(storeOf(namespace));
      const encoded = c.req.header("upstash-encoding") === "base64" ? encodeAnswers(body) : body;
      return Response.json(encoded, { status: failed ? 400 : 200 });
    });
  };
  const single = (c: Context, command: Command) =>
    handle(c, [command], async (store) => {
      const [answer = { error: "ERR empty command" }] = await store.each([command]);
      return { body: answer, failed: "error" in answer };
    });
  const several = async (c: Context, run: (store: Store, commands: Command[]) => Promise<unknown>) => {
    const commands = await c.req.json<unknown>().catch(() => null);
    if (!isCommands(commands)) return c.json({ error: "ERR failed to parse pipeline request" }, 400);
    return handle(c, commands, async (store) => {
      const body = await run(store, commands);
      return { body, failed: !Array.isArray(body) };
    });
  };

  app.get("/_control/stats", (c) => c.json(stats.get(c.req.query("namespace") ?? "") ?? { requests: 0, commands: 0 }));
  app.get("/_control/keys", async (c) => {
    const store = storeOf(c.req.query("namespace") ?? "");
    const [keys] = await store.each([["keys", "*"]]);
    const names = keys && "result" in keys ? (keys.result as string[]) : [];
    const values = await store.each(names.map((name) => ["get", name]));
    return c.json(names.map((key, i) => ({ key, value: null, ...pick(values[i]) })));
  });
  faults.mount(app);
  app.post("/pipeline", (c) => several(c, (store, commands) => store.each(commands)));
  app.post("/multi-exec", (c) => several(c, (store, commands) => store.together(commands)));
  app.post("/", async (c) => {
    const command = await c.req.json<unknown>().catch(() => null);
    return isCommand(command) ? single(c, command) : c.json({ error: "ERR failed to parse command" }, 400);
  });
  app.all("/:command/*", (c) => {
    const path = new URL(c.req.url).pathname.split("/").slice(1).map(decodeURIComponent);
    return single(c, path.slice(path[0] === "upstash" ? 1 : 0));
  });
  const close = async () => {
    for (const store of stores.values()) store.close();
  };
  return { app, close };
}

function namespaceOf(header: string | undefined, token: string): string | null {
  const given = /^Bearer (.+)$/.exec(header ?? "")?.[1] ?? "";
  if (given === token) return "";
  return given.startsWith(`${token}:`) ? given.slice(token.length + 1) : null;
}

function isCommand(value: unknown): value is Command {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" || typeof one === "number");
}

function isCommands(value: unknown): value is Command[] {
  return Array.isArray(value) && value.every(isCommand);
}

const pick = (answer: object | undefined) => (answer && "result" in answer ? { value: answer.result } : {});

function encodeAnswers(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(encodeAnswers);
  return typeof body === "object" && body !== null && "result" in body ? { result: encode(body.result) } : body;
}

function encode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "string" && value !== "OK" ? Buffer.from(value).toString("base64") : value;
}
