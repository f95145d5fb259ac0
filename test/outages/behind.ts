import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { inject } from "vitest";
import type { FaultMode } from "../../dev/twins/faults.ts";
import type { OUTAGES } from "../../src/core/outages.ts";
import { within } from "../../src/core/within.ts";
import worker from "../../src/worker.ts";
import { API_URL, type Json } from "../person.ts";

export type Dependency = keyof typeof OUTAGES;
export const MODES = ["hang", "reset", "500", "slow", "garbage", "half"] as const satisfies FaultMode[];
export type Mode = (typeof MODES)[number];
type Armed = { mode: Mode; after: number; times: number; fired: number; held: (() => void)[] };
export type Outcome = { status: number; code: unknown; retryAfter: string | null; body: Json; ms: number; late: number; cut: boolean };

const TWINS: Partial<Record<Dependency, string>> = { redis: "upstash", quickbooks: "quickbooks", grok: "grok", mail: "mail" };
/** Longer than anything may take. */
const PATIENCE_MS = 40_000;

/** The Worker with addresses and bindings of its own, and variables where they are `given`: what is broken for it is broken for nobody else. */
export function workerBehindFaults(given: Record<string, string> = {}) {
  const name = `x${crypto.randomUUID().slice(0, 12)}`;
  const armed = new Map<Dependency, Armed>();
  const contexts: ExecutionContext[] = [];
  const bindings = {
    ...(env as unknown as Record<string, unknown>),
    ...addresses(name),
    ...brokenBindings((dependency) => meet(armed.get(dependency))),
    ...given,
  };
  return {
    bindings,
    /** From the call after `after` others on, the dependency fails in this way until it is mended. */
    async break(dependency: Dependency, mode: Mode, after = 0, times = 1_000_000): Promise<void> {
      if (dependency === "postgres" || TWINS[dependency]) await control("POST", dependency, name, { mode, after, times });
      else armed.set(dependency, { mode, after, times, fired: 0, held: [] });
    },
    /** Also what hung until now ends: nothing is left waiting for what never comes. */
    async mend(): Promise<void> {
      for (const end of [...armed.values()].flatMap(({ held }) => held)) end();
      armed.clear();
      await Promise.all((["postgres", "redis"] as const).map((dependency) => control("DELETE", dependency, name)));
    },
    /** What went on after the answers has ended. */
    async settled(): Promise<void> {
      await Promise.allSettled(contexts.splice(0).map((context) => waitOnExecutionContext(context)));
    },
    /** How many calls to the dependency failed. */
    async fired(dependency: Dependency): Promise<number> {
      if (dependency !== "postgres" && !TWINS[dependency]) return armed.get(dependency)?.fired ?? 0;
      const { faults } = await control<{ faults: { match: Json; fired: number }[] }>("GET", dependency, name);
      return faults.filter((fault) => dependency === "postgres" || fault.match["twin"] === TWINS[dependency]).reduce((sum, fault) => sum + fault.fired, 0);
    },
    async call(method: string, path: string, options: { body?: unknown; headers?: Record<string, string> }): Promise<Outcome> {
      const request = new Request(`${API_URL}${path}`, {
        method,
        redirect: "manual",
        headers: { ...(options.body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
        ...(options.body === undefined ? {} : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
      });
      const lateness = watchLateness();
      const started = Date.now();
      const context = createExecutionContext();
      contexts.push(context);
      const answer = async () => {
        const response = await worker.fetch(request as never, bindings as never, context);
        const text = await response.text().catch(() => null);
        return { response, text };
      };
      const { response, text } = await within(PATIENCE_MS, answer()).finally(lateness.stop);
      const body = /json/.test(response.headers.get("content-type") ?? "") && text !== null ? (JSON.parse(text) as Json) : {};
      return {
        status: response.status,
        code: body["code"],
        retryAfter: response.headers.get("retry-after"),
        body,
        ms: Date.now() - started,
        late: lateness.total(),
        cut: text === null,
      };
    },
  };
}
export type Behind = ReturnType<typeof workerBehindFaults>;

const TICK_MS = 50;

/** By how much timers came late meanwhile: every call of a trial shares one thread, and what others do on it is not this one's time. */
function watchLateness() {
  let [last, late] = [Date.now(), 0];
  const timer = setInterval(() => {
    const now = Date.now();
    late += Math.max(0, now - last - TICK_MS);
    last = now;
  }, TICK_MS);
  return { stop: () => clearInterval(timer), total: () => late };
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Every address of a twin leads past the faults of `name`; the database is told apart by the host in its address. */
function addresses(name: string): Record<string, string> {
  const world = inject("worldUrl");
  const vars = Object.entries(inject("vars")).filter(([key, value]) => value.startsWith(world) && key !== "DATABASE_HTTP_URL");
  return {
    ...Object.fromEntries(vars.map(([key, value]) => [key, value.replace(world, `${world}/through/${name}`)])),
    DATABASE_URL: (inject("vars")["DATABASE_URL"] ?? "").replace("@localhost", `@${name}`),
  };
}

async function control<T = Json>(method: string, dependency: Dependency, name: string, fault?: Json): Promise<T> {
  const at = dependency === "postgres" ? "neon" : "through";
  const match = dependency === "postgres" ? { host: name } : { name };
  const twin = TWINS[dependency];
  const url = `${inject("worldUrl")}/${at}/_control/faults`;
  const reply =
    method === "POST"
      ? await fetch(url, { method, body: JSON.stringify({ match: { ...match, ...(twin ? { twin } : {}) }, ...fault }) })
      : await fetch(`${url}?${new URLSearchParams(match).toString()}`, { method });
  return (await reply.json()) as T;
}

type Meet = (call: () => unknown) => Promise<unknown>;

/** What a binding does that fails in this way: the platform has errors where HTTP has answers. */
function meet(fault: Armed | undefined): Meet {
  return async (call) => {
    if (!fault || fault.after-- > 0 || fault.fired >= fault.times) return call();
    fault.fired += 1;
    const lost = () => Object.assign(new Error("Network connection lost."), { retryable: true });
    switch (fault.mode) {
      case "hang":
        return new Promise<never>((_, end) => fault.held.push(() => end(lost())));
      case "slow":
        await pause(5_000);
        return call();
      case "500":
        throw Object.assign(new Error("internal error; reference = none"), { overloaded: true });
      case "garbage":
        throw "nothing that is an error";
      case "half": {
        const whole = await call();
        if (typeof whole !== "object" || whole === null || !("body" in whole)) throw lost();
        return { ...whole, size: Reflect.get(whole, "size") as number, body: halfOf(whole.body as ReadableStream) } as never;
      }
      case "reset":
      default:
        throw lost();
    }
  };
}

/** The first half of a stream, and then an error. */
function halfOf(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { value } = await reader.read();
      if (value) controller.enqueue(value.subarray(0, value.length / 2));
      controller.error(new Error("Network connection lost."));
    },
  });
}

/** Durable Objects, the bucket and the queues, each call of which meets what its dependency suffers from. */
function brokenBindings(faultOf: (dependency: Dependency) => Meet): Record<string, unknown> {
  const real = env as unknown as Record<string, object>;
  const namespace = (binding: string) => ({
    idFromName: (id: string) => (real[binding] as DurableObjectNamespace).idFromName(id),
    get: (id: DurableObjectId) => through((real[binding] as DurableObjectNamespace).get(id), () => faultOf("gate")),
  });
  const bucket = through(real["FILES"] ?? {}, () => faultOf("files"));
  return {
    ...Object.fromEntries(["USER_GATE", "COMPANY_GATE", "TURNSTILE"].map((binding) => [binding, namespace(binding)])),
    ...Object.fromEntries(["SYNC_QUEUE", "WORK_QUEUE", "DETECT_QUEUE"].map((binding) => [binding, through(real[binding] ?? {}, () => faultOf("queue"))])),
    FILES: bucket,
  };
}

/** The same object, its calls past `fault`; an upload in parts that it hands out, too. */
function through<T extends object>(object: T, fault: () => Meet): T {
  return new Proxy(object, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const call = (...given: unknown[]) => Reflect.apply(member, target, given) as unknown;
      if (name === "resumeMultipartUpload") return (...given: unknown[]) => through(call(...given) as object, fault);
      if (name === "createMultipartUpload") return async (...given: unknown[]) => through((await fault()(() => call(...given))) as object, fault);
      return (...given: unknown[]) => fault()(() => call(...given));
    },
  });
}
