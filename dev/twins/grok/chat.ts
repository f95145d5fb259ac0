import type { Said } from "./answer.ts";
import { costInTicks } from "./usage.ts";
import { bad, readAsk, type Ask } from "./request.ts";
import { asText, isGiven, isObject, type Json, type JsonObject } from "./json.ts";
import { fingerprintOf } from "./models.ts";

/** The legacy endpoint, thin: its body is rewritten as a Responses body, and the answer written back in its own form. */
export function readChat(json: Json): Ask {
  const body = isObject(json) ? json : {};
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isObject) : [];
  if (messages.length === 0) throw bad("`messages` must not be empty.");
  for (const name of ["stop", "presence_penalty", "frequency_penalty"]) {
    if (isGiven(body[name])) throw bad(`Argument not supported on this model: ${name}`);
  }
  const format = isObject(body["response_format"]) ? body["response_format"] : null;
  const schema = format && isObject(format["json_schema"]) ? format["json_schema"] : {};
  const tools = Array.isArray(body["tools"]) ? body["tools"].filter(isObject) : [];
  const choice = body["tool_choice"];
  return readAsk({
    model: body["model"] ?? null,
    input: messages.flatMap(itemsOf),
    tools: tools.map((tool) => ({ type: "function", ...(isObject(tool["function"]) ? tool["function"] : {}) })),
    tool_choice: isObject(choice) && isObject(choice["function"]) ? { type: "function", ...choice["function"] } : (choice ?? "auto"),
    text: { format: format ? { ...schema, type: format["type"] ?? "text" } : { type: "text" } },
    reasoning: { effort: body["reasoning_effort"] ?? null },
    max_output_tokens: body["max_completion_tokens"] ?? body["max_tokens"] ?? null,
    stream: body["stream"] ?? false,
    user: body["user"] ?? null,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    safety_identifier: body["safety_identifier"] ?? null,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    store: false,
  });
}

function itemsOf(message: JsonObject): JsonObject[] {
  if (message["role"] === "tool") {
    return [{ type: "function_call_output", call_id: message["tool_call_id"] ?? null, output: message["content"] ?? null }];
  }
  const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isObject) : [];
  const items = calls.map((call): JsonObject => {
    const target = isObject(call["function"]) ? call["function"] : {};
    return { type: "function_call", call_id: call["id"] ?? null, name: target["name"] ?? null, arguments: target["arguments"] ?? "{}" };
  });
  return message["content"] ? [{ type: "message", role: message["role"] ?? "user", content: message["content"] }, ...items] : items;
}

export function chatCompletion(ask: Ask, said: Said): JsonObject {
  const { message, finish } = chosen(said);
  return {
    ...head(ask, said, "chat.completion"),
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    usage: usage(ask, said),
  };
}

export function* chatChunks(ask: Ask, said: Said): Generator<JsonObject> {
  const { message, finish } = chosen(said);
  const chunk = (delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
    ...head(ask, said, "chat.completion.chunk"),
    choices: [{ index: 0, delta, ...(finish_reason === null ? {} : { finish_reason }) }],
  });
  if (message.reasoning_content) yield chunk({ role: "assistant", reasoning_content: message.reasoning_content });
  for (const content of message.content?.match(/\s*\S+\s*$|\s*\S+/g) ?? []) yield chunk({ role: "assistant", content });
  if (message.tool_calls) yield chunk({ role: "assistant", tool_calls: message.tool_calls });
  yield chunk({}, finish);
  yield { ...head(ask, said, "chat.completion.chunk"), choices: [], usage: usage(ask, said) };
}

type Chosen = { content: string | null; reasoning_content?: string; tool_calls?: JsonObject[] };

function chosen({ response }: Said): { message: Chosen; finish: string } {
  const output = (response["output"] as JsonObject[]) ?? [];
  const texts = output.flatMap((item) =>
    item["type"] === "message" ? (item["content"] as JsonObject[]).map((part) => asText(part["text"] ?? part["refusal"])) : [],
  );
  const thoughts = output.flatMap((item) => (item["type"] === "reasoning" ? (item["summary"] as JsonObject[]).map((part) => asText(part["text"])) : []));
  const calls = output.filter((item) => item["type"] === "function_call");
  const message: Chosen = {
    content: texts.length > 0 ? texts.join("\n") : null,
    ...(thoughts.length > 0 ? { reasoning_content: thoughts.join("\n") } : {}),
    ...(calls.length > 0
      ? {
          tool_calls: calls.map((call, index) => ({
            id: call["call_id"] ?? null,
            function: { name: call["name"] ?? null, arguments: call["arguments"] ?? "" },
            index,
            type: "function",
          })),
        }
      : {}),
  };
  return { message, finish: calls.length > 0 ? "tool_calls" : response["status"] === "incomplete" ? "length" : "stop" };
}

function head(ask: Ask, { response }: Said, object: string): JsonObject {
  return {
    id: response["id"] ?? null,
    object,
    created: response["created_at"] ?? 0,
    model: response["model"] ?? null,
    system_fingerprint: fingerprintOf(ask.model),
  };
}

/** Here `completion_tokens` leaves reasoning out, unlike `output_tokens` of a response. */
function usage(ask: Ask, { usage: used }: Said): JsonObject {
  return {
    prompt_tokens: used.input,
    completion_tokens: used.output - used.reasoning,
    total_tokens: used.input + used.output,
    prompt_tokens_details: { text_tokens: used.input, audio_tokens: 0, image_tokens: 0, cached_tokens: used.cached },
    completion_tokens_details: { reasoning_tokens: used.reasoning, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    num_sources_used: 0,
    cost_in_usd_ticks: costInTicks(ask.model, used),
  };
}
