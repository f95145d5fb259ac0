import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { z } from "zod";

const Mode = z.enum(["hang", "reset", "500", "slow", "garbage", "half", "lost-reply"]);
export type FaultMode = z.output<typeof Mode>;
/** So many matching calls go well (`after`), then so many do not (`times`). */
type Fault = { match: Partial<Record<string, string>>; mode: FaultMode; after: number; times: number; ms?: number | undefined };
type Armed = Fault & { fired: number };

/**
 * Faults on demand. A fault strikes a call whose `whose` is the one it names, and whose every other field has what it names,
 * so that tests that run side by side disturb nobody but themselves.
 */
export class Faults {
  #faults: Armed[] = [];
  readonly #whose: string;
  /** A field that is not known is refused: a fault that matches more than was meant is a riddle. */
  readonly #shape: z.ZodType<Fault>;

  constructor(whose: string, ...fields: string[]) {
    this.#whose = whose;
    this.#shape = z.strictObject({
      match: z.partialRecord(z.enum([whose, ...fields]), z.string()).default({}),
      mode: Mode,
      after: z.number().int().nonnegative().default(0),
      times: z.number().int().positive().default(1),
      ms: z.number().int().nonnegative().optional(),
    });
  }

  /** `POST`, `GET` and `DELETE /_control/faults`; the latter two of those that name what the query names, or of all. */
  mount(app: Hono): void {
    const of = (named: Record<string, string>) => this.#faults.filter(({ match }) => Object.entries(named).every(([name, value]) => match[name] === value));
    app.post("/_control/faults", async (c) => {
      const fault = this.#shape.safeParse(await c.req.json().catch(() => null));
      if (!fault.success) return c.json({ error: z.prettifyError(fault.error) }, 400);
      this.#faults.push({ ...fault.data, fired: 0 });
      return c.json({ active: this.#faults.length });
    });
    app.get("/_control/faults", (c) => c.json({ faults: of(c.req.query()) }));
    app.delete("/_control/faults", (c) => {
      const gone = new Set(of(c.req.query()));
      this.#faults = this.#faults.filter((fault) => !gone.has(fault));
      return c.json({ active: this.#faults.length });
    });
  }

  /** Answers with `reply`, unless a fault strikes the call. */
  async around(c: Context, call: Record<string, string>, reply: () => Promise<Response>): Promise<Response> {
    const fault = this.#faults.find(({ match }) => Object.entries(match).every(([name, value = ""]) => this.#meets(call, name, value)));
    if (!fault) return reply();
    if (fault.after > 0) {
      fault.after -= 1;
      return reply();
    }
    fault.fired += 1;
    fault.times -= 1;
    if (fault.times === 0) this.#faults = this.#faults.filter((one) => one !== fault);
    return strike(fault, c, reply);
  }

  #meets(call: Record<string, string>, name: string, value: string): boolean {
    return name === this.#whose ? call[name] === value : (call[name] ?? "").includes(value);
  }
}

/**
 * `/through/<name>/<twin>/…` reaches a twin as `/<twin>/…`, past the faults put up for that name and twin. A Worker that
 * is given these addresses can lose any service it has, and nobody else notices.
 */
export function createThrough(world: Hono): Hono {
  const app = new Hono();
  const faults = new Faults("name", "twin");
  faults.mount(app);
  app.all("/:name/:twin/*", async (c) => {
    const { name, twin } = c.req.param();
    const { method, headers, signal } = c.req.raw;
    const url = new URL(c.req.url);
    // some clients ask the twin's own path, with nothing after it
    url.pathname = url.pathname.slice(url.pathname.indexOf(`/${name}/`) + name.length + 1);
    const body = method === "GET" || method === "HEAD" ? null : await c.req.arrayBuffer();
    return faults.around(c, { name, twin }, async () => world.fetch(new Request(url, { method, headers, body, signal }), c.env));
  });
  return app;
}

async function strike(fault: Fault, c: Context, reply: () => Promise<Response>): Promise<Response> {
  switch (fault.mode) {
    case "hang":
      await until(c.req.raw.signal, fault.ms);
      return reset(c);
    case "slow":
      await sleep(fault.ms ?? 5_000, undefined, { ref: false });
      return reply();
    case "500":
      return c.text("internal error", 500);
    case "garbage":
      return c.html("<html>not what you asked for</html>");
    case "half":
      return half(c, await (await reply()).text());
    case "lost-reply":
      await reply();
      return reset(c);
    case "reset":
      return reset(c);
    default:
      return fault.mode satisfies never;
  }
}

/** Until the caller gives up, or `ms` are over. */
async function until(signal: AbortSignal, ms: number | undefined): Promise<void> {
  await new Promise<void>((done) => {
    signal.addEventListener("abort", () => done(), { once: true });
    if (ms !== undefined) setTimeout(done, ms).unref();
  });
}

const outgoingOf = (c: Context) => (c.env as HttpBindings).outgoing;

/** The connection is reset before a byte of the answer was sent. */
function reset(c: Context): Response {
  outgoingOf(c).socket?.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** The headers promise all of it, the connection ends in the middle. */
function half(c: Context, text: string): Response {
  const outgoing = outgoingOf(c);
  outgoing.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  outgoing.write(text.slice(0, Math.ceil(text.length / 2)), () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}
