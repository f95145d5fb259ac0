import { asText, isObject, type Json, type JsonObject } from "../json.ts";
import type { Fact } from "./facts.ts";
import { branchesOf, hasType, isNullable, normal, resolveSchema } from "./fill.ts";
import type { Intent } from "./intent.ts";
import type { Period } from "./wishes.ts";

export type Content = {
  readonly answer: string;
  readonly facts: readonly Fact[];
  readonly intent: Intent | null;
  readonly period: Period | null;
  readonly followUps: readonly string[];
  readonly partial: boolean;
};

const PROSE = /answer|text|summary|markdown|statement|message|headline|title|body|content|template|sentence|prose|explanation/;
const FACT_REF = /^(id|fact|factid|factref|ref|figure|figureid|key|placeholder)$/;
const FACT_LIST = /^(facts?|factids?|figures?|figureids?|refs?|references|citations?|sources?|evidence|uses|supports?)$/;

/** JSON that conforms to any schema of the supported subset, with the content put where the property names invite it. */
export function conform(schema: JsonObject, content: Content): Json {
  return build(schema, "", content, schema);
}

function build(raw: Json | undefined, name: string, content: Content, root: JsonObject): Json {
  const schema = resolveSchema(raw, root);
  if ("const" in schema) return schema["const"] ?? null;
  if (Array.isArray(schema["enum"])) return choose(schema["enum"], name, content);
  const options = branchesOf(schema, root);
  const [first] = options;
  if (!first) return null;
  if (first !== schema)
    return isNullable(schema) && !says(name, content) ? null : build(options.find((each) => each["type"] === "object") ?? first, name, content, root);
  if (isNullable(schema) && !says(name, content)) return null;
  if (isObject(schema["properties"]) || hasType(schema, "object")) return object(schema, content, root);
  if (hasType(schema, "array")) return array(schema, name, content, root);
  if (hasType(schema, "string")) return text(schema, name, content);
  if (hasType(schema, "boolean")) return /complete|answered|grounded|found/.test(normal(name)) ? content.facts.length > 0 && !content.partial : false;
  if (hasType(schema, "integer") || hasType(schema, "number")) return typeof schema["minimum"] === "number" ? schema["minimum"] : 0;
  return null;
}

/** A nullable property is filled only when there is something for it. */
function says(name: string, content: Content): boolean {
  const plain = normal(name);
  if (/period|range|from|to|start|end/.test(plain) && content.period?.range) return true;
  return PROSE.test(plain) || plain === "" || FACT_LIST.test(plain) || plain === "insights" || (FACT_REF.test(plain) && content.facts.length > 0);
}

function object(schema: JsonObject, content: Content, root: JsonObject): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, build(value, key, content, root)]));
}

function array(schema: JsonObject, name: string, content: Content, root: JsonObject): Json[] {
  const items = resolveSchema(schema["items"], root);
  const [item = {}] = branchesOf(items, root);
  const members = membersOf(item, normal(name), content, root);
  const most = typeof schema["maxItems"] === "number" ? schema["maxItems"] : members.length;
  const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
  const kept = members.slice(0, most);
  while (kept.length < least) kept.push(build(item, name, content, root));
  return kept;
}

function membersOf(item: JsonObject, name: string, content: Content, root: JsonObject): Json[] {
  if (/follow|suggest|question/.test(name)) return hasType(item, "string") ? [...content.followUps] : [];
  if (/caveat|warning|limitation|note/.test(name)) return content.partial && hasType(item, "string") ? ["Not every row could be read."] : [];
  if (content.facts.length === 0) return [];
  if (hasType(item, "string")) {
    if (/citation|source|row/.test(name)) {
      const cited = content.facts.flatMap((fact) => fact.citations);
      return cited.length > 0 ? [...new Set(cited)].slice(0, 20) : content.facts.map((fact) => fact.id);
    }
    return FACT_LIST.test(name) ? content.facts.map((fact) => fact.id) : [];
  }
  if (name.startsWith("insight") || name.startsWith("finding") || name.startsWith("highlight")) {
    // all figures under the statement that prints them
    return [build(item, name, { ...content, answer: statementOf(content) }, root)];
  }
  if (FACT_LIST.test(name) || /item|row|entr/.test(name))
    return content.facts.map((fact) => build(item, name, { ...content, facts: [fact], answer: `{{${fact.id}}}` }, root));
  return [];
}

function statementOf(content: Content): string {
  return content.facts.length === 1 ? `From your books: {{${content.facts[0]?.id ?? ""}}}.` : content.facts.map((fact) => `{{${fact.id}}}`).join("; ");
}

function choose(choices: readonly Json[], name: string, content: Content): Json {
  const plain = normal(name);
  const wanted: readonly string[] =
    plain === "severity" || plain === "level"
      ? ["info", "low", "none", "neutral"]
      : plain === "confidence"
        ? content.facts.length > 0
          ? ["high"]
          : ["low"]
        : plain === "basis"
          ? [content.intent?.basis ?? "accrual"]
          : plain === "kind" || plain === "type" || plain === "category"
            ? [...kindWords(content.intent), "summary", "answer", "info", "other", "general"]
            : ["none", "unknown", "other", "info"];
  return wanted.map((word) => choices.find((choice) => normal(asText(choice)) === normal(word))).find((choice) => choice !== undefined) ?? choices[0] ?? null;
}

function kindWords(intent: Intent | null): string[] {
  if (!intent) return [];
  const also: Partial<Record<Intent["kind"], string[]>> = {
    sum: ["total", intent.direction ?? "spending", "spending"],
    top: ["ranking", "top"],
    largest: ["transaction", "ranking"],
    compare: ["comparison", "change", "trend"],
    duplicates: ["duplicate"],
    outliers: ["outlier", "anomaly"],
    recurring: ["subscription"],
    forecast: ["projection"],
    aging: ["receivables", "payables", "ageing"],
    profit: ["profit_and_loss", "profitability"],
    cashflow: ["cash_flow", "cash"],
    balance: ["cash"],
  };
  return [intent.kind, ...(also[intent.kind] ?? [])];
}

function text(schema: JsonObject, name: string, content: Content): string {
  const plain = normal(name);
  const range = content.period?.range;
  const [fact] = content.facts;
  if (schema["format"] === "date" || /^(from|to|start|end|startdate|enddate)$/.test(plain)) {
    if (range) return /from|start/.test(plain) ? range.from : range.to;
    return schema["format"] === "date" ? "1970-01-01" : "";
  }
  const limit = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Infinity;
  if (FACT_REF.test(plain) && fact) return fact.id;
  if (plain.includes("period")) return content.period?.phrase ?? "";
  if (/title|headline/.test(plain)) return "From your books".slice(0, limit);
  if (PROSE.test(plain) || plain === "") return content.answer.length <= limit ? content.answer : fittedAnswer(content, limit);
  return "";
}

/** A text cut in the middle of a placeholder would print rubbish: fewer facts instead. */
function fittedAnswer(content: Content, limit: number): string {
  let text = "";
  for (const fact of content.facts) {
    const longer = `${text}${text === "" ? "" : " "}{{${fact.id}}}`;
    if (longer.length > limit) break;
    text = longer;
  }
  return text;
}
