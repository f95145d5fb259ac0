import { asText, objectsIn, type Json, type JsonObject } from "../json.ts";
import type { Tool } from "../request.ts";
import { fillArguments, type Wish } from "./fill.ts";
import type { Intent } from "./intent.ts";
import type { Kind } from "./vocabulary.ts";
import type { Mention } from "./mentions.ts";
import { resolvePeriod, type Range } from "./periods.ts";
import type { Call, Situation } from "./situation.ts";
import type { Entity, Knowledge, Period } from "./wishes.ts";

const PERIOD_TOOL = /^resolve_(period|date)/;
const SEARCH_TOOL = /^(search_entities|search|find_entities)$/;
/** Kinds of question in which a name narrows the rows. */
const NAMED: readonly Kind[] = ["sum", "top", "largest", "list", "compare", "aging", "balance", "recurring", "duplicates", "outliers"];
const MOST_MENTIONS = 3;

export function searchable(name: string): boolean {
  return PERIOD_TOOL.test(name) || SEARCH_TOOL.test(name);
}

/** Calls that find out what the words of the question mean, all at once; none when that is known. */
export function lookUps(situation: Situation, intents: readonly Intent[], tools: readonly Tool[]): { name: string; args: JsonObject }[] {
  const [intent] = intents;
  if (!intent) return [];
  const calls: { name: string; args: JsonObject }[] = [];
  const resolver = tools.find((tool) => PERIOD_TOOL.test(tool.name));
  for (const phrase of resolver ? phrasesOf(intent) : []) {
    if (resolver)
      calls.push({
        name: resolver.name,
        args: fillArguments(resolver.parameters, [
          { names: ["text", "phrase", "period", "expression", "query", "words"], values: [phrase] },
          { names: ["today"], values: [situation.today] },
        ]),
      });
  }
  const searcher = tools.find((tool) => SEARCH_TOOL.test(tool.name));
  for (const mention of searcher ? mentionsOf(intent) : []) {
    if (searcher) calls.push(...[mention, ...mention.parts].flatMap((each) => searches(searcher, each)));
  }
  const made = new Set(situation.calls.map((call) => JSON.stringify([call.name, call.args])));
  return calls.filter((call) => !made.has(JSON.stringify([call.name, call.args])));
}

/** A question of the kind "why did it rise?" is about the last whole month unless it says otherwise. */
function phrasesOf(intent: Intent): readonly string[] {
  if (intent.periods.length === 0 && intent.kind === "compare") return [intent.yearAgo ? "year to date" : "last month"];
  return intent.periods.slice(0, 3);
}

function mentionsOf(intent: Intent): readonly Mention[] {
  return NAMED.includes(intent.kind) ? intent.mentions.slice(0, MOST_MENTIONS) : [];
}

function searches(tool: Tool, mention: Mention): { name: string; args: JsonObject }[] {
  const query: Wish = { names: ["query", "q", "name", "search", "text", "term"], values: [mention.text] };
  const kindNames = ["kind", "type", "entitykind", "entitytype", "kinds"];
  const required = Array.isArray(tool.parameters["required"]) ? tool.parameters["required"].map(String) : [];
  const call = (wishes: readonly Wish[]) => ({ name: tool.name, args: fillArguments(tool.parameters, wishes) });
  if (!required.some((name) => kindNames.includes(name.toLowerCase().replace(/[^a-z]/g, "")))) return [call([query])];
  const any = call([query, { names: kindNames, values: ["any", "all"] }]);
  if (JSON.stringify(any.args).match(/"(any|all)"/)) return [any];
  const each = mention.kinds.map((kind) => call([query, { names: kindNames, values: synonymsOf(kind), list: [synonymsOf(kind)] }]));
  return each.filter((one, index) => each.findIndex((other) => JSON.stringify(other.args) === JSON.stringify(one.args)) === index);
}

function synonymsOf(kind: string): string[] {
  return kind === "vendor" ? ["vendor", "supplier", "counterparty"] : kind === "customer" ? ["customer", "client", "counterparty"] : [kind];
}

/** What the look-ups have told so far. `unknown`: the question is about something that the books do not hold. */
export function knowledge(situation: Situation, intents: readonly Intent[], tools: readonly Tool[]): Knowledge & { unknown: boolean } {
  const [intent] = intents;
  if (!intent) return { today: situation.today, periods: [], entities: [], unknown: false };
  const periods = phrasesOf(intent).map((phrase) => periodFor(phrase, situation));
  const searched = situation.calls.some((call) => SEARCH_TOOL.test(call.name));
  const canSearch = tools.some((tool) => SEARCH_TOOL.test(tool.name));
  const found = mentionsOf(intent).flatMap((mention) => {
    const entity = bestMatch(mention, situation.calls);
    return entity || mention.parts.length === 0
      ? [{ mention, entity }]
      : mention.parts.map((part) => ({ mention: part, entity: bestMatch(part, situation.calls) }));
  });
  const entities = found.flatMap(({ entity }) => (entity ? [entity] : []));
  const unknown = canSearch && searched && intent.kind !== "list" && found.some(({ mention, entity }) => !entity && mention.strong);
  return { today: situation.today, periods, entities, unknown };
}

function periodFor(phrase: string, { calls, today }: Situation): Period {
  const call = calls.find((each) => PERIOD_TOOL.test(each.name) && Object.values(each.args).includes(phrase));
  const told = call ? rangeIn(call.output) : null;
  return { phrase, range: told?.range ?? resolvePeriod(phrase, today), id: told?.id ?? null };
}

function rangeIn(output: Json): { range: Range; id: string | null } | null {
  for (const each of objectsIn(output)) {
    const from = dateAt(each, ["from", "start", "startDate", "start_date", "dateFrom", "date_from"]);
    const to = dateAt(each, ["to", "end", "endDate", "end_date", "dateTo", "date_to"]);
    const id = each["periodId"] ?? each["period_id"] ?? null;
    if (from && to) return { range: { from, to }, id: typeof id === "string" ? id : null };
  }
  return null;
}

function dateAt(holder: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const value = holder[name];
    if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value)) return value.slice(0, 10);
  }
  return null;
}

/** The entity that a search returned for these words and that is really called so. */
function bestMatch(mention: Mention, calls: readonly Call[]): Entity | null {
  const answers = calls.filter((call) => SEARCH_TOOL.test(call.name) && Object.values(call.args).includes(mention.text));
  let best: { entity: Entity; score: number } | null = null;
  for (const call of answers) {
    for (const each of objectsIn(call.output)) {
      const id = each["id"] ?? each["entityId"];
      const name = each["name"] ?? each["label"] ?? each["displayName"];
      if (typeof id !== "string" || typeof name !== "string" || each["value"] !== undefined) continue;
      const kind = kindOf(each, call.args);
      const place = mention.kinds.indexOf(kind);
      const score = likeness(mention.text, name) - (place < 0 ? mention.kinds.length : place) * 0.02;
      if (score > (best?.score ?? 0.5)) best = { entity: { id, kind, name }, score };
    }
  }
  return best?.entity ?? null;
}

function kindOf(found: JsonObject, args: JsonObject): string {
  const stated = asText(found["kind"] ?? found["type"] ?? args["kind"] ?? args["type"]).toLowerCase();
  if (/customer|client/.test(stated)) return "customer";
  if (/vendor|supplier|counterparty|payee|merchant/.test(stated)) return "vendor";
  if (/categor/.test(stated)) return "category";
  return /account/.test(stated) ? "account" : stated;
}

/** 1 for the same name, down to 0. A name from the books that merely contains the word scores less than one that is it. */
function likeness(asked: string, name: string): number {
  const words = (text: string) =>
    text
      .toLowerCase()
      .replace(/[’']s\b/g, "")
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== "" && word !== "and" && word !== "the")
      .map(stem);
  const [left, right] = [words(asked), words(name)];
  if (left.length === 0 || right.length === 0) return 0;
  if (left.join(" ") === right.join(" ")) return 1;
  const leaf = name.split(":").at(-1) ?? name;
  if (leaf !== name && words(leaf).join(" ") === left.join(" ")) return 0.95;
  const shared = left.filter((word) =>
    right.some((other) => other === word || (word.length > 3 && other.startsWith(word)) || (other.length > 3 && word.startsWith(other))),
  ).length;
  return shared === left.length ? 0.7 + (0.2 * shared) / right.length : shared === right.length ? 0.65 : (0.6 * shared) / Math.max(left.length, right.length);
}

function stem(word: string): string {
  return word.length > 3
    ? word
        .replace(/(ies|y)$/, "i")
        .replace(/(?<!s)s$/, "")
        .replace(/ing$/, "")
    : word;
}
