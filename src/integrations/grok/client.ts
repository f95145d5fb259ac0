import type OpenAI from "openai";
import { OUTAGES } from "../../core/outages.ts";
import { throughCircuit } from "./circuit.ts";
import { GrokFault, mapXaiError, messageOf, type Raw } from "./fault.ts";

const ATTEMPTS = 2;
const WAIT_MOST_MS = 3_000;

export type GrokItem = Record<string, unknown> & { type?: string };
export type GrokTool = { name: string; description: string; parameters: Record<string, unknown> };
export type GrokRequest = {
  instructions: string;
  input: readonly GrokItem[];
  tools: readonly GrokTool[];
  /** `none` in the last round: then there is text. */
  toolChoice: "auto" | "none";
  /** The shape of the final text. */
  format: { name: string; schema: Record<string, unknown> } | null;
  /** A hash of the user: xAI never learns who asks. */
  user: string;
  /** The user's own key, where there is one. */
  apiKey?: string | undefined;
  /** Ends everything, retries included. */
  signal: AbortSignal;
};
export type GrokUsage = { inputTokens: number; outputTokens: number; costTicks: number };
export type GrokReply = {
  /** To be passed back unchanged in the next round. */
  items: GrokItem[];
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  /** The model that answered; an old name may be redirected. */
  model: string;
  /** Why the answer is not whole, or null. */
  incomplete: string | null;
  usage: GrokUsage;
};

export type Grok = {
  /** False where no key is configured. */
  readonly available: boolean;
  /** One round of the Responses API. Nothing is stored at xAI. Throws only {@link GrokFault}. */
  respond(request: GrokRequest): Promise<GrokReply>;
};

type Options = { baseUrl: string; apiKey: string | undefined; model: string; fetch: typeof fetch; onCall?: () => void };

export function createGrok(options: Options): Grok {
  return {
    available: options.apiKey !== undefined,
    async respond(request) {
      const apiKey = request.apiKey ?? options.apiKey;
      if (apiKey === undefined) throw new GrokFault("key", null);
      return throughCircuit(
        `${options.baseUrl}|${apiKey}`,
        () => Date.now(),
        () => attempts(options, apiKey, request),
      );
    },
  };
}

/** Once more after what may pass: throttled or down, and only where the wait is short. */
async function attempts(options: Options, apiKey: string, request: GrokRequest): Promise<GrokReply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(options, apiKey, request);
    } catch (error) {
      const fault = error instanceof GrokFault ? error : new GrokFault("unavailable", null, { cause: error });
      const wait = fault.retryAfterSeconds === null ? 200 : fault.retryAfterSeconds * 1000;
      if (!fault.passing || attempt >= ATTEMPTS || wait > WAIT_MOST_MS || request.signal.aborted) throw fault;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

async function once(options: Options, apiKey: string, request: GrokRequest): Promise<GrokReply> {
  // loaded when first asked: no other route pays for it
  const { default: Client } = await import("openai");
  options.onCall?.();
  const seen: { raw: Raw | null } = { raw: null };
  const idle = idleSignal();
  const signal = AbortSignal.any([request.signal, idle.signal]);
  const client = new Client({
    apiKey,
    baseURL: options.baseUrl,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: 600_000,
    fetch: capturing(options.fetch, seen),
  });
  try {
    const stream = await client.responses.create(bodyOf(options.model, request), { signal });
    let final: OpenAI.Responses.Response | null = null;
    for await (const event of stream) {
      idle.heard();
      // unknown kinds of events are let pass: xAI's own client meets some
      if (event.type === "response.completed" || event.type === "response.incomplete" || event.type === "response.failed") final = event.response;
    }
    if (seen.raw) throw mapXaiError(seen.raw);
    if (request.signal.aborted || idle.signal.aborted) throw new GrokFault("timeout", null);
    if (!final) throw new GrokFault("unavailable", 200);
    return replyOf(final);
  } catch (error) {
    throw faultOf(error, seen.raw, signal);
  } finally {
    idle.stop();
  }
}

function idleSignal() {
  const controller = new AbortController();
  const fire = () => controller.abort(new Error("xAI fell silent"));
  let timer = setTimeout(fire, OUTAGES.grok.waitMs.silence);
  const stop = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    heard: () => {
      stop();
      timer = setTimeout(fire, OUTAGES.grok.waitMs.silence);
    },
  };
}

/** Keeps what came where a stream was promised: the SDK drops bodies that are not objects, and reads no stream out of them. */
function capturing(fetcher: typeof fetch, seen: { raw: Raw | null }): typeof fetch {
  return async (input, init) => {
    const response = await fetcher(input, init);
    const type = response.headers.get("content-type") ?? "";
    if (response.ok && type.includes("text/event-stream")) return response;
    const body = (await response.text()).slice(0, 4_000);
    seen.raw = { status: response.status, body, requestId: response.headers.get("x-request-id"), retryAfter: response.headers.get("retry-after") };
    return new Response(body, {
      status: response.status,
      headers: { "content-type": response.ok ? "text/event-stream" : "application/json", "x-should-retry": "false" },
    });
  };
}

function bodyOf(model: string, request: GrokRequest): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model,
    instructions: request.instructions,
    input: request.input as unknown as OpenAI.Responses.ResponseInput,
    tools: request.tools.map((tool) => ({ type: "function", strict: false, name: tool.name, description: tool.description, parameters: tool.parameters })),
    tool_choice: request.toolChoice,
    ...(request.format ? { text: { format: { type: "json_schema" as const, name: request.format.name, schema: request.format.schema, strict: true } } } : {}),
    store: false,
    stream: true,
    include: ["reasoning.encrypted_content"],
    max_output_tokens: 4_000,
    safety_identifier: request.user,
    prompt_cache_key: request.user,
  };
}

function replyOf(response: OpenAI.Responses.Response): GrokReply {
  if (response.status === "failed" || !Array.isArray(response.output)) throw new GrokFault("unavailable", 200);
  const calls = response.output.flatMap((item) => (item.type === "function_call" ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : []));
  const texts = response.output.flatMap((item) =>
    item.type === "message" ? item.content.flatMap((part) => (part.type === "output_text" ? [part.text] : [])) : [],
  );
  // xAI's own field beside the usual ones, unknown to the SDK
  const usage: (OpenAI.Responses.ResponseUsage & { cost_in_usd_ticks?: number }) | undefined = response.usage;
  return {
    items: response.output as unknown as GrokItem[],
    text: texts.join("\n"),
    calls,
    model: response.model.slice(0, 100),
    incomplete: response.status === "incomplete" ? (response.incomplete_details?.reason ?? "unknown") : null,
    usage: { inputTokens: whole(usage?.input_tokens), outputTokens: whole(usage?.output_tokens), costTicks: whole(usage?.cost_in_usd_ticks) },
  };
}

function whole(value: number | undefined): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Whatever the SDK threw: by the reply that was seen, else by what cut it off, else by the error in the stream. */
function faultOf(error: unknown, raw: Raw | null, signal: AbortSignal): GrokFault {
  if (error instanceof GrokFault) return error;
  if (raw) return mapXaiError(raw);
  if (signal.aborted) return new GrokFault("timeout", null, { cause: error });
  if (error instanceof SyntaxError || error instanceof TypeError) return new GrokFault("nonsense", 200, { cause: error });
  const inStream = typeof error === "object" && error !== null && "error" in error ? messageOf(JSON.stringify({ error: error.error })) : "";
  return inStream === ""
    ? new GrokFault("unavailable", null, { cause: error })
    : mapXaiError({ status: 200, body: JSON.stringify({ error: inStream }), requestId: null, retryAfter: null });
}
