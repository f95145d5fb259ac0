import { randomInt, randomUUID } from "node:crypto";
import type { JsonObject } from "./json.ts";
import { fingerprintOf } from "./models.ts";
import type { Ask } from "./request.ts";
import { seal } from "./seal.ts";
import { countTokens, usageBody, type Usage } from "./usage.ts";

/** What the planner or a script wants said, before it is put on the wire. */
export type Part = { kind: "text"; text: string } | { kind: "refusal"; text: string } | { kind: "call"; name: string; arguments: string };

export type Answer = {
  readonly reasoning: string;
  readonly parts: readonly Part[];
  /** Set by scripts only. `max_output_tokens` also follows from the request. */
  readonly incomplete?: string;
  readonly model?: string;
  readonly failed?: { code: string; message: string };
};

export type Said = { readonly response: JsonObject; readonly usage: Usage };

/** The full response object of a finished answer. Everything streamed is derived from it. */
export function say(ask: Ask, answer: Answer, prompt: { tokens: number; cached: number }, now: number): Said {
  const id = randomUUID();
  const reasons = ask.model.reasons && ask.effort !== "none" && answer.reasoning !== "";
  const { parts, cut } = withinLimit(answer.parts, ask.maxOutputTokens);
  const incomplete = answer.incomplete ?? (cut ? "max_output_tokens" : null);
  const output: JsonObject[] = [];
  if (reasons) output.push(reasoningItem(id, answer.reasoning, ask));
  parts.forEach((part, index) => output.push(itemOf(part, id, index, incomplete !== null && index === parts.length - 1)));

  const reasoningTokens = reasons ? countTokens(answer.reasoning) * 3 : 0;
  const visible = parts.reduce((sum, part) => sum + countTokens(part.kind === "call" ? part.name + part.arguments : part.text), 0);
  const usage = { input: prompt.tokens, cached: prompt.cached, output: visible + reasoningTokens, reasoning: reasoningTokens };
  const seconds = Math.floor(now / 1000);
  const status = answer.failed ? "failed" : incomplete === null ? "completed" : "incomplete";
  const { raw } = ask;
  const response: JsonObject = {
    created_at: seconds,
    completed_at: seconds,
    id,
    max_output_tokens: ask.maxOutputTokens,
    model: answer.model ?? ask.model.id,
    object: "response",
    output,
    parallel_tool_calls: ask.parallel,
    previous_response_id: ask.previousResponseId,
    reasoning: { effort: ask.effort, summary: null },
    temperature: raw["temperature"] ?? 0.699999988079071,
    text: { format: ask.format.type === "text" ? { type: "text" } : ((raw["text"] as JsonObject)["format"] ?? null) },
    tool_choice: raw["tool_choice"] ?? "auto",
    tools: raw["tools"] ?? [],
    top_p: raw["top_p"] ?? 0.949999988079071,
    usage: usageBody(ask.model, usage),
    user: raw["user"] ?? null,
    incomplete_details: incomplete === null ? null : { reason: incomplete },
    status,
    store: ask.store,
    metadata: { system_fingerprint: fingerprintOf(ask.model) },
    background: false,
    service_tier: raw["service_tier"] ?? "default",
    truncation: "disabled",
    top_logprobs: 0,
    presence_penalty: 0,
    frequency_penalty: 0,
    prompt_cache_key: ask.promptCacheKey,
    max_tool_calls: null,
    safety_identifier: ask.safetyIdentifier,
    error: answer.failed ?? null,
    instructions: ask.instructions,
  };
  return { response, usage };
}

function reasoningItem(id: string, text: string, ask: Ask): JsonObject {
  return {
    id: `rs_${id}`,
    summary: [{ text, type: "summary_text" }],
    type: "reasoning",
    status: "completed",
    ...(ask.wantsEncrypted ? { encrypted_content: seal() } : {}),
  };
}

function itemOf(part: Part, id: string, index: number, unfinished: boolean): JsonObject {
  const status = unfinished ? "incomplete" : "completed";
  const suffix = index === 0 ? id : `${id}_${index}`;
  if (part.kind === "call") {
    const call_id = `call_${randomInt(10_000_000, 100_000_000)}`;
    return { arguments: part.arguments, call_id, name: part.name, type: "function_call", id: `fc_${suffix}`, status };
  }
  const content: JsonObject =
    part.kind === "text" ? { type: "output_text", text: part.text, logprobs: [], annotations: [] } : { type: "refusal", refusal: part.text };
  return { content: [content], id: `msg_${suffix}`, role: "assistant", type: "message", status };
}

/** The limit counts visible text only: neither reasoning nor tool calls are touched by it. */
function withinLimit(parts: readonly Part[], limit: number | null): { parts: readonly Part[]; cut: boolean } {
  if (limit === null) return { parts, cut: false };
  let left = limit * 4;
  let cut = false;
  const kept = parts.map((part) => {
    if (part.kind === "call") return part;
    const text = part.text.slice(0, left);
    cut ||= text.length < part.text.length;
    left -= text.length;
    return { ...part, text };
  });
  return { parts: kept, cut };
}
