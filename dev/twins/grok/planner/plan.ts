import type { Answer, Part } from "../answer.ts";
import type { JsonObject } from "../json.ts";
import type { Ask, Tool } from "../request.ts";
import { conform } from "./conform.ts";
import { factsIn, failed, isPartial, relevant, type Fact } from "./facts.ts";
import { fillArguments } from "./fill.ts";
import { readIntents, type Intent } from "./intent.ts";
import { lookUps, knowledge, searchable } from "./lookup.ts";
import { readSituation, type Call, type Situation } from "./situation.ts";
import { toolFor } from "./tools.ts";
import { wishesFor, type Knowledge } from "./wishes.ts";
import { CANNOT, followUps, NOTHING, UNKNOWN_NAME, word } from "./wording.ts";

/** An agent may not call more than this in one turn; stopping short of it leaves it the last word. */
const MOST_CALLS = 14;

/**
 * The rule-based stand-in for a model: reads the question, the tools and what they have returned so far, and either
 * calls the next tools or words the answer. It computes nothing: every figure is a placeholder for a tool's fact.
 */
export function plan(ask: Ask, conversation: readonly JsonObject[], now: number): Answer {
  const situation = readSituation(ask.instructions, conversation, now);
  const intents = readIntents(situation.question);
  const known = knowledge(situation, intents, ask.tools);
  const calls = ask.toolChoice === "none" ? [] : nextCalls(ask, situation, intents, known);
  if (calls.length > 0) {
    const parts = calls.map(({ name, args }): Part => ({ kind: "call", name, arguments: JSON.stringify(args) }));
    return { reasoning: `The question calls for ${[...new Set(calls.map((call) => call.name))].join(", ")}.`, parts: ask.parallel ? parts : parts.slice(0, 1) };
  }
  return {
    reasoning: "Wording the answer from the facts that the tools returned.",
    parts: [{ kind: "text", text: answerText(ask, situation, intents, known) }],
  };
}

type Next = { readonly name: string; readonly args: JsonObject };

function nextCalls(ask: Ask, situation: Situation, intents: readonly Intent[], known: Knowledge & { unknown: boolean }): Next[] {
  if (typeof ask.toolChoice === "object") return forced(ask, situation, intents, known, ask.toolChoice.name);
  const wanted = situation.calls.length >= MOST_CALLS ? [] : unforced(ask, situation, intents, known);
  const [first] = ask.tools;
  if (wanted.length > 0 || ask.toolChoice !== "required" || !first) return wanted;
  return [
    {
      name: first.name,
      args: fillArguments(
        first.parameters,
        intents.flatMap((intent) => wishesFor(intent, known)),
      ),
    },
  ];
}

function forced(ask: Ask, situation: Situation, intents: readonly Intent[], known: Knowledge, name: string): Next[] {
  const tool = ask.tools.find((each) => each.name === name);
  const look = lookUps(situation, intents, ask.tools).find((call) => call.name === name);
  if (look) return [look];
  return tool
    ? [
        {
          name,
          args: fillArguments(
            tool.parameters,
            intents.flatMap((intent) => wishesFor(intent, known)),
          ),
        },
      ]
    : [];
}

function unforced(ask: Ask, situation: Situation, intents: readonly Intent[], known: Knowledge & { unknown: boolean }): Next[] {
  if (situation.repair) return [];
  const looks = lookUps(situation, intents, ask.tools);
  if (looks.length > 0) return looks;
  if (known.unknown) return [];
  const calls = intents.flatMap((intent) => mainCalls(intent, ask.tools, known, situation.calls));
  const fresh = calls.filter((call) => !situation.calls.some((made) => sameCall(made, call)));
  return fresh.filter((call, index) => fresh.findIndex((each) => sameCall(each, call)) === index);
}

/** The tool that answers an intent. One that refused its arguments is asked once more, with the least it needs. */
function mainCalls(intent: Intent, tools: readonly Tool[], known: Knowledge, made: readonly Call[]): Next[] {
  const chosen = toolFor(intent, tools);
  if (!chosen) return [];
  const { tool, asks } = chosen;
  return asks(known).map((each): Next => {
    const args = fillArguments(tool.parameters, wishesFor(each.intent, each.known));
    const before = made.find((call) => sameCall(call, { name: tool.name, args }));
    return before && failed(before.output) ? { name: tool.name, args: lean(tool, each.intent, each.known) } : { name: tool.name, args };
  });
}

function lean(tool: Tool, intent: Intent, known: Knowledge): JsonObject {
  const required = Array.isArray(tool.parameters["required"]) ? tool.parameters["required"] : [];
  const full = fillArguments(tool.parameters, wishesFor(intent, { ...known, entities: known.entities.map((each) => ({ ...each, id: each.name })) }));
  const wanted = /period|from|to|start|end|date|vendor|customer|categor|account|entit|counterpart|filter|direction|measure|dimension|side/i;
  return Object.fromEntries(Object.entries(full).filter(([name]) => required.includes(name) || wanted.test(name)));
}

function sameCall(a: { name: string; args: JsonObject }, b: Next): boolean {
  return a.name === b.name && JSON.stringify(a.args) === JSON.stringify(b.args);
}

function answerText(ask: Ask, situation: Situation, intents: readonly Intent[], known: Knowledge & { unknown: boolean }): string {
  const main = situation.calls.filter((call) => !searchable(call.name));
  const facts = factsIn(main.length > 0 ? main : situation.calls);
  const [intent] = intents;
  const chosen: Fact[] = intent ? [...new Map(intents.flatMap((each) => relevant(facts, each)).map((fact) => [fact.id, fact])).values()] : [];
  const plain =
    chosen.length > 0 && intent
      ? word(intent, chosen, { partial: isPartial(main), plain: situation.repair, both: intents.length > 1 })
      : known.unknown
        ? UNKNOWN_NAME
        : intent && situation.calls.length > 0
          ? NOTHING
          : CANNOT;
  if (ask.format.type === "text") return plain;
  const content = {
    answer: plain,
    facts: chosen,
    intent: intent ?? null,
    period: known.periods[0] ?? null,
    followUps: followUps(intent ?? null),
    partial: isPartial(main),
  };
  return JSON.stringify(ask.format.schema ? conform(ask.format.schema, content) : { answer: plain });
}
