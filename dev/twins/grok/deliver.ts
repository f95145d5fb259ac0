import { errorBody } from "./errors.ts";
import { asText, type Json, type JsonObject } from "./json.ts";
import type { Entry } from "./journal.ts";
import type { Fault, Turn } from "./scripts.ts";

export type Delivery = {
  readonly stream: boolean;
  readonly whole: JsonObject;
  readonly events: () => Iterable<JsonObject>;
  readonly turn: Turn | null;
  readonly headers: Record<string, string>;
  readonly entry: Entry;
  /** Ends when the client leaves or the twin closes. */
  readonly gone: AbortSignal;
  /** Breaks the connection under the reply; false when there is none to break. */
  readonly hangUp: () => boolean;
};

/** Thrown where a script breaks the connection before anything was sent. */
export class Dropped extends Error {}

/** Sends an answer as a client should get it, or as the turn's fault spoils it. */
export async function deliver(delivery: Delivery): Promise<Response> {
  const { turn, headers, entry, gone } = delivery;
  const fault = turn?.fault;
  await pause(turn?.delayMs ?? 0, gone);
  const early = fault ? await earlyEnd(fault, headers, gone) : null;
  if (early) return early;
  entry.response = delivery.whole;
  if (delivery.stream) return streamed(delivery, fault);
  if (fault?.kind === "silence") await pause(fault.ms, gone);
  if (fault?.kind === "cut" || fault?.kind === "stream-error") return nonsense("truncated-json", headers);
  if (fault?.kind === "drop") throw new Dropped();
  return Response.json(delivery.whole, { headers });
}

/** Faults that replace the reply. Null: the fault, if any, lies in how the answer is delivered. */
async function earlyEnd(fault: Fault, headers: Record<string, string>, gone: AbortSignal): Promise<Response | null> {
  switch (fault.kind) {
    case "silence":
    case "cut":
    case "stream-error":
    case "failed":
    case "unknown-event":
    case "named-events":
    case "no-done":
    case "torn":
      break;
    case "status": {
      const body = fault.body ?? errorBody(fault.status, fault.message, { shape: fault.shape, ...(fault.code === undefined ? {} : { code: fault.code }) });
      const retry: Record<string, string> = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      return Response.json(body, { status: fault.status, headers: { ...headers, ...retry, ...fault.headers } });
    }
    case "hang":
      await new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }));
      throw new Dropped();
    case "error-200":
      return Response.json(fault.body ?? flatError(), { headers });
    case "nonsense":
      return nonsense(fault.what, headers);
    case "drop":
      if (fault.afterEvents === undefined) throw new Dropped();
  }
  return null;
}

function nonsense(what: Extract<Fault, { kind: "nonsense" }>["what"], headers: Record<string, string>): Response {
  const json = { ...headers, "content-type": "application/json" };
  switch (what) {
    case "html":
      return new Response("<!doctype html><title>Just a moment...</title>", { headers: { ...headers, "content-type": "text/html" } });
    case "empty":
      return new Response("", { headers: json });
    case "truncated-json":
      return new Response('{"id":"0d7f672c","object":"response","output":[{"type":"mess', { headers: json });
    case "not-json":
      return new Response("upstream connect error or disconnect/reset before headers", { headers: json });
    case "wrong-shape":
      break;
  }
  return Response.json({ object: "response", output: "a string where a list belongs", usage: "none" }, { headers });
}

function flatError(): Json {
  return errorBody(503, "Service temporarily unavailable. The model did not respond to this request.");
}

function streamed(delivery: Delivery, fault: Fault | undefined): Response {
  const { entry, headers, gone, hangUp } = delivery;
  const chunks = inPieces(frames(delivery, fault), fault?.kind === "torn" ? fault.bytes : null);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await chunks.next();
        if (gone.aborted) throw new Dropped();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        entry.aborted = gone.aborted;
        if (hangUp()) controller.close();
        else controller.error(error);
      }
    },
    cancel() {
      entry.aborted = true;
    },
  });
  return new Response(body, { headers: { ...headers, "content-type": "text/event-stream", "cache-control": "no-cache" } });
}

async function* frames(delivery: Delivery, fault: Fault | undefined): AsyncGenerator<string> {
  const { entry, turn, gone } = delivery;
  const at = fault && "afterEvents" in fault ? fault.afterEvents : undefined;
  const frame = (event: Json, name?: string) => `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(event)}\n\n`;
  let sent = 0;
  for (const event of delivery.events()) {
    if (sent === at) {
      if (fault?.kind === "cut") return;
      if (fault?.kind === "drop") throw new Dropped();
      if (fault?.kind === "silence") await pause(fault.ms, gone);
      if (fault?.kind === "unknown-event") yield frame({ type: "response.doom_loop_check", verdict: "none" }, "response.doom_loop_check");
      if (fault?.kind === "stream-error") {
        yield frame(fault.body ?? flatError());
        return;
      }
    }
    yield frame(event, fault?.kind === "named-events" ? asText(event["type"]) : undefined);
    entry.events = ++sent;
    await pause(turn?.paceMs ?? 0, gone);
  }
  if (fault?.kind !== "no-done") yield "data: [DONE]\n\n";
}

async function* inPieces(texts: AsyncGenerator<string>, size: number | null): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) {
    const bytes = encoder.encode(text);
    for (let start = 0; start < bytes.length; start += size ?? bytes.length) yield bytes.subarray(start, start + (size ?? bytes.length));
  }
}

function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms === 0 || gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      gone.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    gone.addEventListener("abort", end);
  });
}
