import type OpenAI from "openai";

const TIMEOUT_MS = 30_000;

/** What xAI refused or failed at. `kind` is decided by status and code; no text of theirs decides. */
export class GrokFault extends Error {
  override readonly name = "GrokFault";
  readonly kind: "key" | "credits" | "throttled" | "invalid" | "unavailable";
  readonly status: number | null;
  constructor(kind: GrokFault["kind"], status: number | null, cause?: unknown) {
    super(`xAI: ${kind} (status ${status ?? "none"})`, { cause });
    this.kind = kind;
    this.status = status;
  }
}

export type GrokItem = Record<string, unknown> & { type?: string };
export type GrokTool = { name: string; description: string; parameters: Record<string, unknown> };
export type GrokRequest = {
  instructions: string;
  input: GrokItem[];
  tools: GrokTool[];
  /** `none` in the last round: then there is text. */
  toolChoice: "auto" | "none";
  /** A hash of the user: xAI never learns who asks. */
  user: string;
};
export type GrokReply = {
  /** To be passed back unchanged in the next round. */
  items: GrokItem[];
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  model: string;
  usage: { inputTokens: number; outputTokens: number; costTicks: number };
};

export type Grok = {
  /** False where no key is configured. */
  readonly available: boolean;
  /** One round of the Responses API. Nothing is stored at xAI. Throws only {@link GrokFault}. */
  respond(request: GrokRequest): Promise<GrokReply>;
};

export function createGrok(options: { baseUrl: string; apiKey: string | undefined; model: string; fetch: typeof fetch; onCall?: () => void }): Grok {
  let client: Promise<OpenAI> | undefined;
  // loaded when first asked: no other route pays for it
  const load = async (apiKey: string) => {
    const { default: Client } = await import("openai");
    return new Client({ apiKey, baseURL: options.baseUrl, organization: null, project: null, fetch: options.fetch, timeout: TIMEOUT_MS, maxRetries: 1 });
  };
  return {
    available: options.apiKey !== undefined,
    async respond(request) {
      if (options.apiKey === undefined) throw new GrokFault("key", null);
      client ??= load(options.apiKey);
      options.onCall?.();
      try {
        const response = await (await client).responses.create(bodyOf(options.model, request), { signal: AbortSignal.timeout(TIMEOUT_MS) });
        return replyOf(response);
      } catch (error) {
        throw faultOf(error);
      }
    },
  };
}

function bodyOf(model: string, request: GrokRequest): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  return {
    model,
    instructions: request.instructions,
    input: request.input as unknown as OpenAI.Responses.ResponseInput,
    tools: request.tools.map((tool) => ({ type: "function", strict: false, ...tool })),
    tool_choice: request.toolChoice,
    store: false,
    include: ["reasoning.encrypted_content"],
    safety_identifier: request.user,
    prompt_cache_key: request.user,
  };
}

function replyOf(response: OpenAI.Responses.Response): GrokReply {
  if (!Array.isArray(response.output) || response.status === "failed") throw new GrokFault("unavailable", 200);
  const calls = response.output.flatMap((item) => (item.type === "function_call" ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : []));
  const texts = response.output.flatMap((item) =>
    item.type === "message" ? item.content.flatMap((part) => (part.type === "output_text" ? [part.text] : [])) : [],
  );
  const usage = response.usage as (OpenAI.Responses.ResponseUsage & { cost_in_usd_ticks?: number }) | undefined;
  return {
    items: response.output as unknown as GrokItem[],
    text: texts.join("\n"),
    calls,
    model: String(response.model),
    usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0, costTicks: usage?.cost_in_usd_ticks ?? 0 },
  };
}

/** xAI says 400 for a wrong key and 429 for an empty purse; the body tells which. */
function faultOf(error: unknown): GrokFault {
  if (error instanceof GrokFault) return error;
  const status = typeof error === "object" && error !== null && "status" in error && typeof error.status === "number" ? error.status : null;
  const said = error instanceof Error ? error.message : "";
  if (status === 401 || (status === 400 && said.includes("Incorrect API key"))) return new GrokFault("key", status, error);
  if (status === 403) return new GrokFault("key", status, error);
  if (status === 429) return new GrokFault(/credits|spending-limit/.test(said) ? "credits" : "throttled", status, error);
  if (status !== null && status >= 400 && status < 500) return new GrokFault("invalid", status, error);
  return new GrokFault("unavailable", status, error);
}
