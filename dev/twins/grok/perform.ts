import type { Answer, Part } from "./answer.ts";
import { asText, isObject, objectsIn, parseJson, type Json, type JsonObject } from "./json.ts";
import type { Item, Turn } from "./scripts.ts";

/** What a scripted turn says. Its texts may quote the conversation: `${facts.0.value}`, `${question}`. */
export function perform(turn: Turn, conversation: readonly JsonObject[], planned: () => Answer): Answer {
  const base: Answer = turn.output ? { reasoning: "Following a script.", parts: turn.output.map((item) => partOf(item, conversation)) } : planned();
  return {
    reasoning: turn.reasoning ?? base.reasoning,
    parts: base.parts.map((part) => edited(part, turn, conversation)),
    ...(turn.incomplete ? { incomplete: turn.incomplete } : {}),
    ...(turn.model ? { model: turn.model } : {}),
    ...(turn.fault?.kind === "failed" ? { failed: { code: turn.fault.code, message: turn.fault.message } } : {}),
  };
}

function partOf(item: Item, conversation: readonly JsonObject[]): Part {
  if ("text" in item) return { kind: "text", text: quoted(item.text, conversation) };
  if ("refusal" in item) return { kind: "refusal", text: quoted(item.refusal, conversation) };
  const text = typeof item.arguments === "string" ? item.arguments : JSON.stringify(item.arguments);
  return { kind: "call", name: item.call, arguments: quoted(text, conversation) };
}

function edited(part: Part, turn: Turn, conversation: readonly JsonObject[]): Part {
  if (part.kind === "call") return part;
  const edits = turn.edits ?? [];
  return { ...part, text: edits.reduce((text, { find, replace }) => text.replaceAll(find, quoted(replace, conversation)), part.text) };
}

/**
 * Lets a script lie with true values: figures that tools have returned are only known when the turn is played. A path
 * may be followed by `|digit` (one digit changed), `|negate` or `|times100`. What cannot be found stays as it is.
 */
function quoted(text: string, conversation: readonly JsonObject[]): string {
  return text.replace(/\$\{([\w.]+)(?:\|(\w+))?\}/g, (whole, path: string, change: string | undefined) => {
    const value = lookUp({ facts: factsOf(conversation), question: lastQuestion(conversation) }, path.split("."));
    return typeof value === "string" || typeof value === "number" ? changed(String(value), change) : whole;
  });
}

function changed(value: string, change: string | undefined): string {
  if (change === "digit") return value.replace(/\d/, (digit) => String((Number(digit) % 9) + 1));
  if (change === "negate") return value.startsWith("-") ? value.slice(1) : `-${value}`;
  if (change === "times100") return value.includes(".") ? value.replace(/\.(\d)(\d)/, "$1$2") : `${value}00`;
  return value;
}

function lookUp(from: Json, path: readonly string[]): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return from;
  const next = Array.isArray(from) ? from[Number(key)] : isObject(from) ? from[key] : undefined;
  return next === undefined ? undefined : lookUp(next, rest);
}

function factsOf(conversation: readonly JsonObject[]): JsonObject[] {
  const outputs = conversation.filter((item) => item["type"] === "function_call_output");
  return outputs.flatMap((item) =>
    [...objectsIn(parseJson(asText(item["output"])))].flatMap((each) => (Array.isArray(each["facts"]) ? each["facts"].filter(isObject) : [])),
  );
}

function lastQuestion(conversation: readonly JsonObject[]): string {
  const message = conversation.findLast((item) => item["role"] === "user");
  return textOf(message?.["content"]);
}

/** The text of a message, whether it came as a string or as parts. */
export function textOf(content: Json | undefined): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : "")).join("\n");
}
