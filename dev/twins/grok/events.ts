import { asText, isObject, type Json, type JsonObject } from "./json.ts";

/**
 * The stream of a finished response, event by event in the recorded order. `sequence_number` counts from 0. The data
 * frame that ends a stream, `[DONE]`, is no event and is left to the sender.
 */
export function* eventsOf(response: JsonObject): Generator<JsonObject> {
  let sequence = 0;
  for (const event of bodies(response)) yield { sequence_number: sequence++, ...event };
}

function* bodies(response: JsonObject): Generator<JsonObject> {
  const begun = { ...response, output: [], usage: null, status: "in_progress", completed_at: null, incomplete_details: null, error: null };
  yield { type: "response.created", response: begun };
  yield { type: "response.in_progress", response: begun };
  const output = Array.isArray(response["output"]) ? response["output"].filter(isObject) : [];
  for (const [index, item] of output.entries()) {
    if (item["type"] === "reasoning") yield* reasoning(item, index);
    else if (item["type"] === "function_call") yield* call(item, index);
    else yield* message(item, index);
  }
  yield { type: `response.${asText(response["status"])}`, response };
}

function* reasoning(item: JsonObject, output_index: number): Generator<JsonObject> {
  const item_id = item["id"] ?? null;
  const { encrypted_content: _sealed, ...open } = item;
  yield { type: "response.output_item.added", output_index, item: { ...open, summary: [], status: "in_progress" } };
  for (const [summary_index, part] of objects(item["summary"]).entries()) {
    const at = { item_id, output_index, summary_index };
    const text = asText(part["text"]);
    yield { type: "response.reasoning_summary_part.added", ...at, part: { type: "summary_text", text: "" } };
    for (const delta of pieces(text)) yield { type: "response.reasoning_summary_text.delta", ...at, delta };
    yield { type: "response.reasoning_summary_text.done", ...at, text };
    yield { type: "response.reasoning_summary_part.done", ...at, part };
  }
  yield { type: "response.output_item.done", output_index, item };
}

function* message(item: JsonObject, output_index: number): Generator<JsonObject> {
  const item_id = item["id"] ?? null;
  yield { type: "response.output_item.added", output_index, item: { ...item, content: [], status: "in_progress" } };
  for (const [content_index, part] of objects(item["content"]).entries()) {
    const at = { item_id, output_index, content_index };
    const [field, kind] = part["type"] === "refusal" ? (["refusal", "refusal"] as const) : (["text", "output_text"] as const);
    const text = asText(part[field]);
    yield { type: "response.content_part.added", ...at, part: { ...part, [field]: "" } };
    for (const delta of pieces(text)) yield { type: `response.${kind}.delta`, ...at, delta, logprobs: [] };
    yield { type: `response.${kind}.done`, ...at, [field]: text, logprobs: [] };
    yield { type: "response.content_part.done", ...at, part };
  }
  yield { type: "response.output_item.done", output_index, item };
}

/** xAI sends the arguments of a call whole, in one delta. */
function* call(item: JsonObject, output_index: number): Generator<JsonObject> {
  const at = { item_id: item["id"] ?? null, output_index };
  const text = item["arguments"] ?? "";
  yield { type: "response.output_item.added", output_index, item: { ...item, arguments: "", status: "in_progress" } };
  yield { type: "response.function_call_arguments.delta", ...at, delta: text };
  yield { type: "response.function_call_arguments.done", ...at, name: item["name"] ?? null, arguments: text };
  yield { type: "response.output_item.done", output_index, item };
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Word by word, and a placeholder may well be torn in two: a client that looks for whole ones must join first. */
function pieces(text: string): string[] {
  return text.match(/\s*\S{1,6}/g)?.concat(/\s+$/.exec(text)?.[0] ?? []) ?? [];
}
