import { asText, isObject, parseJson, type Json, type JsonObject } from "../json.ts";
import { textOf } from "../perform.ts";

export type Call = { readonly name: string; readonly args: JsonObject; readonly output: Json };

/** All that the planner knows: read from the request anew each time, nothing is remembered between rounds. */
export type Situation = {
  readonly question: string;
  readonly today: string;
  /** Calls since the question was asked, with what they returned. */
  readonly calls: readonly Call[];
  /** The last answer was refused; say it in the plainest form. */
  readonly repair: boolean;
};

const REPAIR = /placeholder|\{\{|numeral|not grounded|ungrounded|grounding/i;
const CONTEXT_LINE = /^\s*(today|date|current date|now|time ?zone|company|currency|home currency|context|locale|note)\b[^:=\n]{0,20}[:=]/i;
const TODAY = /\b(?:today|current date|now|date)\b[^\n]{0,30}?(\d{4}-\d{2}-\d{2})/i;

export function readSituation(instructions: string | null, items: readonly JsonObject[], now: number): Situation {
  const isUser = (item: JsonObject) => item["role"] === "user";
  let asked = items.findLastIndex(isUser);
  let repair = false;
  while (asked > 0 && REPAIR.test(textOf(items[asked]?.["content"]))) {
    const earlier = items.findLastIndex((item, index) => index < asked && isUser(item));
    if (earlier < 0) break;
    [asked, repair] = [earlier, true];
  }
  const later = items.slice(asked + 1);
  repair ||= later.some(
    (item) => ["developer", "system"].includes(asText(item["role"])) && hasOutputBefore(items, item) && REPAIR.test(textOf(item["content"])),
  );
  const block = messagesAround(items, asked).flatMap((item) => candidates(item["content"]));
  const question = block.reduce((best, text) => (score(text) >= score(best) ? text : best), "");
  const everything = [instructions ?? "", ...items.filter((item) => item["role"] !== undefined).map((item) => textOf(item["content"]))].join("\n");
  return {
    question,
    today: TODAY.exec(everything)?.[1] ?? new Date(now).toISOString().slice(0, 10),
    calls: callsIn(items.slice(Math.max(asked, 0))),
    repair,
  };
}

function hasOutputBefore(items: readonly JsonObject[], message: JsonObject): boolean {
  return items.slice(0, items.indexOf(message)).some((item) => item["type"] === "function_call_output");
}

/** The run of user messages that ends at `index`: a question may come with its context in a message of its own. */
function messagesAround(items: readonly JsonObject[], index: number): JsonObject[] {
  const run: JsonObject[] = [];
  for (let at = index; at >= 0; at--) {
    const item = items[at];
    if (!item || (item["role"] !== "user" && item["role"] !== "developer" && item["role"] !== "system")) break;
    if (item["role"] === "user") run.unshift(item);
  }
  return run;
}

function candidates(content: Json | undefined): string[] {
  const parts = Array.isArray(content) ? content.map((part) => textOf([part])) : [textOf(content)];
  return parts.map(questionIn).filter((text) => text !== "");
}

/** The question inside a message that may also be JSON, be tagged, or carry lines of context. */
function questionIn(text: string): string {
  const json = parseJson(text);
  if (isObject(json)) return typeof json["question"] === "string" ? json["question"] : "";
  const tagged = /<question[^>]*>([\s\S]*?)<\/question>/i.exec(text)?.[1] ?? /(?:^|\n)\s*(?:the )?(?:user )?question\s*:\s*(.+)/i.exec(text)?.[1];
  if (tagged !== undefined) return unquoted(tagged.trim());
  const lines = text.split("\n").filter((line) => !CONTEXT_LINE.test(line));
  return lines.join("\n").trim();
}

/** A question passed on as a JSON string keeps its content only. */
function unquoted(text: string): string {
  const json = text.startsWith('"') ? parseJson(text) : undefined;
  return typeof json === "string" ? json : text;
}

function score(text: string): number {
  if (text === "") return -1;
  return (text.includes("?") ? 2 : 0) + (/\b(how|what|which|who|when|why|show|list|compare|total|top|find|is|are|do|did)\b/i.test(text) ? 1 : 0);
}

function callsIn(items: readonly JsonObject[]): Call[] {
  return items
    .filter((item) => item["type"] === "function_call")
    .map((item) => {
      const output = items.find((other) => other["type"] === "function_call_output" && other["call_id"] === item["call_id"])?.["output"];
      const text = Array.isArray(output) ? textOf(output) : asText(output);
      const args = parseJson(asText(item["arguments"] ?? "{}"));
      return { name: asText(item["name"]), args: isObject(args) ? args : {}, output: parseJson(text) ?? text };
    });
}
