import { Refusal } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/**
 * Prices are integers in "USD cents per 100 million tokens", as `/v1/language-models` gives them. One such unit is also
 * exactly one tick (1 USD = 10^10 ticks) per token, so cost is tokens times price with nothing to round.
 */
export type Model = {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly contextLength: number;
  readonly created: number;
  readonly price: { readonly input: number; readonly cached: number; readonly output: number };
  /** From this many prompt tokens on, every price doubles. */
  readonly longContextFrom: number | null;
  /** Empty: the model rejects the effort field. */
  readonly efforts: readonly string[];
  readonly defaultEffort: string | null;
  readonly reasons: boolean;
};

const STANDARD = { input: 20_000, cached: 5_000, output: 60_000 };

export const MODELS: readonly Model[] = [
  {
    id: "grok-4.7",
    aliases: ["grok-4.7-latest", "grok-latest", "latest"],
    contextLength: 500_000,
    created: 1_789_948_800,
    price: STANDARD,
    longContextFrom: 200_000,
    efforts: ["low", "medium", "high", "xhigh"],
    defaultEffort: "high",
    reasons: true,
  },
  {
    id: "grok-4.6",
    aliases: [],
    contextLength: 500_000,
    created: 1_785_110_400,
    price: STANDARD,
    longContextFrom: null,
    efforts: ["low", "medium", "high"],
    defaultEffort: "high",
    reasons: true,
  },
  {
    id: "grok-4.5",
    aliases: [],
    contextLength: 500_000,
    created: 1_780_272_000,
    price: STANDARD,
    longContextFrom: null,
    efforts: ["low", "medium", "high"],
    defaultEffort: "high",
    reasons: true,
  },
  {
    id: "grok-4.3",
    aliases: ["grok-4", "grok-4-0709", "grok-4-fast", "grok-4-1-fast", "grok-3", "grok-3-mini", "grok-code-fast-1"],
    contextLength: 1_000_000,
    created: 1_777_593_600,
    price: { input: 12_500, cached: 2_000, output: 25_000 },
    longContextFrom: null,
    efforts: ["none", "low", "medium", "high"],
    defaultEffort: null,
    reasons: true,
  },
  {
    id: "grok-4.20-0309-reasoning",
    aliases: ["grok-4.20"],
    contextLength: 500_000,
    created: 1_773_014_400,
    price: STANDARD,
    longContextFrom: null,
    efforts: [],
    defaultEffort: null,
    reasons: true,
  },
  {
    id: "grok-4.20-0309-non-reasoning",
    aliases: [],
    contextLength: 500_000,
    created: 1_773_014_400,
    price: STANDARD,
    longContextFrom: null,
    efforts: [],
    defaultEffort: null,
    reasons: false,
  },
  {
    id: "grok-build-0.1",
    aliases: [],
    contextLength: 256_000,
    created: 1_779_000_000,
    price: { input: 10_000, cached: 2_500, output: 20_000 },
    longContextFrom: null,
    efforts: [],
    defaultEffort: null,
    reasons: true,
  },
];

/** Retired names are redirected in silence, as the live API does; only a name it never had is a 404. */
export function findModel(name: string): Model {
  const model = MODELS.find((each) => each.id === name || each.aliases.includes(name));
  if (!model) throw new Refusal(404, `The model ${name} does not exist or your team does not have access to it.`);
  return model;
}

/** The honest field: whoever lists models learns that nothing here is one. */
const OWNED_BY = "finhelm-twin: rule-based stand-in, not a model";

export function modelCard(model: Model): JsonObject {
  const { price, longContextFrom } = model;
  return {
    id: model.id,
    aliases: [...model.aliases],
    context_length: model.contextLength,
    created: model.created,
    object: "model",
    owned_by: OWNED_BY,
    prompt_text_token_price: price.input,
    cached_prompt_text_token_price: price.cached,
    prompt_image_token_price: 0,
    completion_text_token_price: price.output,
    ...(longContextFrom === null
      ? {}
      : {
          prompt_text_token_price_long_context: price.input * 2,
          cached_prompt_text_token_price_long_context: price.cached * 2,
          completion_text_token_price_long_context: price.output * 2,
          long_context_threshold: longContextFrom,
        }),
    capabilities: { reasoning_effort: [...model.efforts], default_reasoning_effort: model.defaultEffort },
  };
}

export function languageModelCard(model: Model): JsonObject {
  return {
    ...modelCard(model),
    fingerprint: fingerprintOf(model),
    version: "1.0",
    input_modalities: ["text"],
    output_modalities: ["text"],
    search_price: 0,
  };
}

export function fingerprintOf(model: Model): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(model.id)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `fp_${hash.toString(16).padStart(16, "0")}`;
}
