import type { JsonObject } from "./json.ts";
import type { Model } from "./models.ts";
import type { Ask } from "./request.ts";

/** Caching works in blocks of this many tokens, from the start of the prompt. */
const BLOCK = 128;
const CHARACTERS_PER_TOKEN = 4;
const REMEMBERED_PROMPTS = 500;

export type Usage = { input: number; cached: number; output: number; reasoning: number };

export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** The prompt in the order in which it is read: what never changes first, so that a shared beginning can be cached. */
export function promptOf(ask: Ask, conversation: readonly JsonObject[]): string {
  return JSON.stringify([ask.raw["tools"] ?? [], ask.instructions ?? "", conversation]);
}

/** Remembers the last prompt of each cache key. Any difference, even in an earlier item, ends the cached beginning there. */
export function createPromptCache() {
  const prompts = new Map<string, string>();

  /** How many tokens of `prompt` the service has seen before, in whole blocks. */
  function cachedTokens(scope: string, prompt: string): number {
    const before = prompts.get(scope) ?? "";
    prompts.delete(scope);
    prompts.set(scope, prompt);
    const oldest = prompts.keys().next();
    if (prompts.size > REMEMBERED_PROMPTS && !oldest.done) prompts.delete(oldest.value);
    let same = 0;
    while (same < before.length && same < prompt.length && before[same] === prompt[same]) same++;
    return Math.floor(same / CHARACTERS_PER_TOKEN / BLOCK) * BLOCK;
  }

  return { cachedTokens };
}

/** Exact: prices are whole ticks per token (see `models.ts`). `output` includes `reasoning`. */
export function costInTicks(model: Model, usage: Usage): number {
  const factor = model.longContextFrom !== null && usage.input >= model.longContextFrom ? 2 : 1;
  const { input, cached, output } = model.price;
  return factor * ((usage.input - usage.cached) * input + usage.cached * cached + usage.output * output);
}

export function usageBody(model: Model, usage: Usage): JsonObject {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
    num_sources_used: 0,
    num_server_side_tools_used: 0,
    cost_in_usd_ticks: costInTicks(model, usage),
    context_details: { input_tokens: usage.input, output_tokens: usage.output },
  };
}
