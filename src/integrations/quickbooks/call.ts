/** One call to Intuit: bounded in time and size, never redirected, and either a JSON reply or a `QuickBooksFault`. */
import { parseExact } from "../../core/money.ts";
import { OUTAGES } from "../../core/outages.ts";
import { type Circumstances, faultOf, faultsInJson, faultsInXml, QuickBooksFault, retryAfterOf } from "./faults.ts";

export const MAX_REPLY_BYTES = 20 * 1024 * 1024;

/** What is reported of every call, whether it succeeded or not. `status` is null when there was no reply. */
export type CallInfo = { operation: string; status: number | null; tid: string | null; ms: number };

export type HttpOptions = {
  fetch: typeof fetch;
  now: () => Date;
  onCall?: ((info: CallInfo) => void) | undefined;
};

/** `body` is the reply with exact numbers as decimal strings; null when it was empty. `at` goes into what is thrown about it. */
export type Reply = { body: unknown; bytes: number; at: Circumstances };

export type Send = (operation: string, url: string, init: { method?: string; headers: Record<string, string>; body?: string }) => Promise<Reply>;

/** A sender that throws nothing but `QuickBooksFault`. It tries once: repeating is the caller's decision. */
export function createSend(options: HttpOptions): Send {
  const doFetch = options.fetch.bind(globalThis);
  return async (operation, url, init) => {
    const started = options.now().getTime();
    let at: Circumstances = { operation, httpStatus: null, tid: null };
    try {
      const response = await doFetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(OUTAGES.quickbooks.waitMs) });
      const { status, headers } = response;
      at = { operation, httpStatus: status, tid: headers.get("intuit_tid"), retryAfterSeconds: retryAfterOf(headers.get("retry-after"), options.now()) };
      return interpret(await readBounded(response, at), at, response.ok);
    } catch (error) {
      throw error instanceof QuickBooksFault ? error : unanswered(error, at);
    } finally {
      options.onCall?.({ operation, status: at.httpStatus, tid: at.tid, ms: options.now().getTime() - started });
    }
  };
}

/** A success may hide a fault, and what should be JSON may be a proxy's page: neither is taken for an answer. */
function interpret(read: { text: string; bytes: number }, at: Circumstances, ok: boolean): Reply {
  const body = parsed(read.text, at);
  const faults = body === undefined ? faultsInXml(read.text) : faultsInJson(body);
  if (faults !== null || !ok) throw faultOf(faults ?? [], at);
  if (body === undefined && read.text.trim() !== "") throw new QuickBooksFault("unavailable", "unreadable_reply", at);
  return { body: body ?? null, bytes: read.bytes, at };
}

/** Undefined for what is not JSON, a reply that broke off among it. A number beyond all bounds will be there next time too. */
function parsed(text: string, at: Circumstances): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    if (error instanceof RangeError) throw new QuickBooksFault("invalid", "number_out_of_range", at);
    return undefined;
  }
}

async function readBounded(response: Response, at: Circumstances): Promise<{ text: string; bytes: number }> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    bytes += chunk.value.byteLength;
    if (bytes > MAX_REPLY_BYTES) {
      await reader?.cancel();
      throw new QuickBooksFault("invalid", "reply_too_large", at);
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return { text: text + decoder.decode(), bytes };
}

/** The message of a network error is dropped: runtimes put header values into some of them. */
function unanswered(error: unknown, at: Circumstances): QuickBooksFault {
  const name = error instanceof Error ? error.name : "";
  return new QuickBooksFault("unavailable", name === "TimeoutError" || name === "AbortError" ? "timeout" : "no_reply", at);
}
