import { asText, isObject, objectsIn, type Json, type JsonObject } from "../json.ts";
import type { Intent } from "./intent.ts";
import type { Call } from "./situation.ts";

export type Fact = { readonly id: string; readonly about: string; readonly kind: string; readonly citations: readonly string[] };

/** The facts that tools returned, in their order, each once. */
export function factsIn(calls: readonly Call[]): Fact[] {
  const found = new Map<string, Fact>();
  for (const call of calls) {
    for (const holder of objectsIn(call.output)) {
      if (!Array.isArray(holder["facts"])) continue;
      for (const fact of holder["facts"].filter(isObject)) {
        const read = readFact(fact);
        if (read && !found.has(read.id)) found.set(read.id, read);
      }
    }
  }
  return [...found.values()];
}

function readFact(fact: JsonObject): Fact | null {
  const { id, kind, label } = fact;
  if (typeof id !== "string" || !/^[\w.:-]{1,64}$/.test(id)) return null;
  const citations = fact["citations"] ?? fact["sampleIds"] ?? fact["sample_ids"] ?? fact["rows"];
  return {
    id,
    kind: asText(kind),
    about: `${asText(kind)} ${asText(label)}`.toLowerCase(),
    citations: Array.isArray(citations) ? citations.filter((each) => typeof each === "string") : [],
  };
}

const WANTED: Readonly<Record<Intent["measure"], RegExp>> = {
  sum: /./,
  count: /count|number|how many|transactions\b/,
  average: /average|mean|avg/,
  max: /max|largest|highest/,
  min: /min|smallest|lowest/,
  share: /share|percent|proportion/,
};
const MOST = 12;

/** Those that answer the intent: other measures that came along are left out, unless nothing would remain. */
export function relevant(facts: readonly Fact[], intent: Intent): Fact[] {
  const measure = intent.kind === "sum" || intent.kind === "entities" ? intent.measure : "sum";
  const wanted = facts.filter((fact) => WANTED[measure].test(fact.about));
  const beside = /\b(count|row_count|rows|average|mean|period|as[_ ]of|date)\b/;
  const plain = intent.measure === "sum" && intent.kind === "sum" ? wanted.filter((fact) => !beside.test(fact.kind.toLowerCase())) : wanted;
  const kept = plain.length > 0 ? plain : wanted.length > 0 ? wanted : facts;
  const limit = (intent.kind === "top" || intent.kind === "largest") && intent.n !== null ? Math.max(intent.n, 1) : MOST;
  return kept.slice(0, limit);
}

export function failed(output: Json): boolean {
  if (typeof output === "string") return /error|invalid/i.test(output);
  return isObject(output) && output["error"] !== undefined && output["error"] !== null && output["error"] !== false;
}

export function isPartial(calls: readonly Call[]): boolean {
  return calls.some((call) => [...objectsIn(call.output)].some((each) => each["complete"] === false || each["truncated"] === true));
}
