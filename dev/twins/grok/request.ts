import { z } from "zod";
import { Refusal } from "./errors.ts";
import { asText, isGiven, isObject, type Json, type JsonObject } from "./json.ts";
import { findModel, type Model } from "./models.ts";
import { isOurSeal } from "./seal.ts";

const Item = z.looseObject({});

const Body = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(Item)]),
  instructions: z.string().nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  include: z.array(z.string()).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.literal("function"), name: z.string() })]).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.enum(["text", "json_object", "json_schema"]) }).nullish() }).nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish(), summary: z.string().nullish() }).nullish(),
  prompt_cache_key: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.enum(["auto", "default", "priority", "fast"]).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stream: z.boolean().nullish(),
  user: z.string().nullish(),
});

export type ToolChoice = "none" | "auto" | "required" | { name: string };
export type Tool = { readonly name: string; readonly description: string; readonly parameters: JsonObject };

/** One call for an answer, the same for `/v1/responses` and `/v1/chat/completions`. */
export type Ask = {
  readonly model: Model;
  /** Everything said so far, a plain string already turned into a user message. */
  readonly input: readonly JsonObject[];
  readonly instructions: string | null;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly parallel: boolean;
  readonly format: { readonly type: "text" | "json_object" | "json_schema"; readonly schema: JsonObject | null };
  readonly effort: string | null;
  readonly maxOutputTokens: number | null;
  readonly store: boolean;
  readonly wantsEncrypted: boolean;
  readonly previousResponseId: string | null;
  readonly promptCacheKey: string | null;
  readonly safetyIdentifier: string | null;
  readonly stream: boolean;
  /** The body as it was sent, for the fields that a response echoes. */
  readonly raw: JsonObject;
};

const MAX_TOOLS = 350;
/** Sent by other vendors' clients; here they are an error, so that nobody comes to rely on them. */
const UNSUPPORTED = ["metadata", "truncation", "background"];

/** Checks a Responses body. A field that cannot be read is 422 with a bare string, a bad argument 400 with a flat body. */
export function readAsk(json: Json): Ask {
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") ?? "";
    throw new Refusal(422, `Failed to deserialize the JSON body into the target type: ${where}: ${issue?.message ?? "invalid"}`, { shape: "string" });
  }
  const body = parsed.data;
  const raw = json as JsonObject;
  const model = findModel(body.model);
  if (isGiven(raw["search_parameters"])) throw bad("Live search is no longer supported. Use the web_search tool.");
  for (const name of UNSUPPORTED) if (isGiven(raw[name]) && raw[name] !== false) throw bad(`Argument not supported: ${name}`);
  if (isGiven(body.instructions) && isGiven(body.previous_response_id)) {
    throw bad("The `instructions` parameter is not supported together with `previous_response_id`.");
  }
  const effort = body.reasoning?.effort ?? null;
  if (effort !== null && !model.efforts.includes(effort)) throw bad(`Model ${model.id} does not support parameter reasoningEffort: ${effort}.`);

  const tools = readTools((raw["tools"] ?? []) as JsonObject[]);
  const choice = body.tool_choice ?? "auto";
  const toolChoice: ToolChoice = typeof choice === "string" ? choice : { name: choice.name };
  if (typeof toolChoice === "object" && !tools.some((tool) => tool.name === toolChoice.name)) {
    throw bad(`tool_choice names a function that is not among the tools: ${toolChoice.name}`);
  }
  const format = readFormat(isObject(raw["text"]) ? raw["text"]["format"] : undefined);
  const store = body.store ?? true;
  const input: JsonObject[] = typeof body.input === "string" ? [{ type: "message", role: "user", content: body.input }] : (raw["input"] as JsonObject[]);
  if (input.length === 0) throw bad("`input` must not be empty.");
  checkReasoning(input);

  return {
    model,
    input,
    tools,
    toolChoice,
    format,
    effort,
    store,
    raw,
    instructions: body.instructions ?? null,
    parallel: body.parallel_tool_calls ?? true,
    maxOutputTokens: body.max_output_tokens ?? null,
    wantsEncrypted: (body.include ?? []).includes("reasoning.encrypted_content"),
    previousResponseId: body.previous_response_id ?? null,
    promptCacheKey: body.prompt_cache_key ?? null,
    safetyIdentifier: body.safety_identifier ?? null,
    stream: body.stream ?? false,
  };
}

export function bad(message: string): Refusal {
  return new Refusal(400, message, { code: "invalid-argument" });
}

function readTools(tools: readonly JsonObject[]): Tool[] {
  if (tools.length > MAX_TOOLS) throw bad(`Too many tools: ${tools.length}. At most ${MAX_TOOLS} are allowed.`);
  const functions = tools.filter((tool) => tool["type"] === "function");
  return functions.map((tool) => {
    const { name, description, parameters } = tool;
    if (typeof name !== "string" || !/^[\w-]{1,200}$/.test(name)) throw bad("A tool of type function needs a valid name.");
    if (hasEmptyEnum(parameters)) throw bad(`Invalid schema for function ${name}: enum must not be empty.`);
    return { name, description: typeof description === "string" ? description : "", parameters: isObject(parameters) ? parameters : {} };
  });
}

function readFormat(format: Json | undefined): Ask["format"] {
  if (!isObject(format)) return { type: "text", schema: null };
  if (format["type"] !== "json_schema") return { type: format["type"] === "json_object" ? "json_object" : "text", schema: null };
  const schema = format["schema"];
  if (!isObject(schema) || typeof format["name"] !== "string") throw bad("text.format of type json_schema needs `name` and `schema`.");
  if (hasEmptyEnum(schema)) throw bad("Invalid response schema: enum must not be empty.");
  return { type: "json_schema", schema };
}

function hasEmptyEnum(schema: Json | undefined): boolean {
  if (Array.isArray(schema)) return schema.some(hasEmptyEnum);
  if (!isObject(schema)) return false;
  return Object.entries(schema).some(([key, value]) => (key === "enum" && Array.isArray(value) && value.length === 0) || hasEmptyEnum(value));
}

/** Reasoning that is not stored here must come back sealed, and sealed by this API. */
function checkReasoning(input: readonly JsonObject[]): void {
  for (const item of input) {
    if (item["type"] !== "reasoning") continue;
    const sealed = item["encrypted_content"];
    if (isGiven(sealed) && !isOurSeal(sealed)) throw bad("Could not decrypt the provided encrypted_content.");
  }
}

/** Each call must have its output and each output its call, over the whole conversation. */
export function checkRoundTrips(items: readonly JsonObject[]): void {
  const ids = (type: string) => items.filter((item) => item["type"] === type).map((item) => item["call_id"]);
  const [calls, outputs] = [ids("function_call"), ids("function_call_output")];
  const unanswered = calls.find((id) => !outputs.includes(id));
  if (unanswered !== undefined) throw bad(`No tool output found for function call ${asText(unanswered)}.`);
  const orphan = outputs.find((id) => !calls.includes(id));
  if (orphan !== undefined) throw bad(`No tool call found for function call output with call_id ${asText(orphan)}.`);
  const untyped = items.find((item) => item["type"] === "function_call_output" && item["output"] === undefined);
  if (untyped) throw bad("function_call_output needs `output`.");
}
