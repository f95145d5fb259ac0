import { asText, isObject, type Json, type JsonObject } from "../json.ts";

/**
 * Something to be said in a tool's arguments, if its schema has a place for it. `names` are property names, lower case
 * letters and digits only; `values` are ways to say it, the best first; `list` is for arrays: one such list per member.
 */
export type Wish = { readonly names: readonly string[]; readonly values: readonly Json[]; readonly list?: readonly (readonly Json[])[] };

/** Fills the arguments of a tool from its schema: only properties that exist there, required ones always. */
export function fillArguments(schema: JsonObject, wishes: readonly Wish[]): JsonObject {
  return fillObject(schema, wishes, schema);
}

export function resolveSchema(schema: Json | undefined, root: JsonObject): JsonObject {
  if (!isObject(schema)) return {};
  const ref = schema["$ref"];
  if (typeof ref === "string" && ref.startsWith("#/")) {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), root);
    return target === undefined ? {} : resolveSchema(target, root);
  }
  const all = schema["allOf"];
  if (Array.isArray(all) && all.length > 0) return { ...schema, ...resolveSchema(all[0], root), allOf: [] };
  return schema;
}

/** The alternatives of a schema, `null` left out. */
export function branchesOf(schema: JsonObject, root: JsonObject): JsonObject[] {
  const options = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(options)) return [schema];
  return options
    .map((each) => resolveSchema(each, root))
    .filter((each) => each["type"] !== "null")
    .flatMap((each) => branchesOf(each, root));
}

export function isNullable(schema: JsonObject): boolean {
  const type = schema["type"];
  const options = schema["anyOf"] ?? schema["oneOf"];
  return (
    (Array.isArray(type) && type.includes("null")) || type === "null" || (Array.isArray(options) && options.some((each) => isObject(each) && isNullable(each)))
  );
}

export function hasType(schema: JsonObject, type: string): boolean {
  const stated = schema["type"];
  return stated === type || (Array.isArray(stated) && stated.includes(type));
}

function fillObject(schema: JsonObject, wishes: readonly Wish[], root: JsonObject): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const filled: JsonObject = {};
  for (const [name, raw] of Object.entries(properties)) {
    const property = resolveSchema(raw, root);
    const value = fillProperty(name, property, wishes, root);
    if (value !== undefined) filled[name] = value;
    else if (required.includes(name)) filled[name] = fallback(property, wishes, root);
  }
  return filled;
}

function fillProperty(name: string, property: JsonObject, wishes: readonly Wish[], root: JsonObject): Json | undefined {
  const plain = normal(name);
  for (const wish of wishes.filter((each) => each.names.includes(plain))) {
    for (const branch of branchesOf(property, root)) {
      const value = sayIn(branch, wish, name, root);
      if (value !== undefined) return value;
    }
  }
  for (const branch of branchesOf(property, root)) {
    if (!isObject(branch["properties"])) continue;
    const inner = fillObject(branch, wishes, root);
    const said = Object.values(inner).some((value) => value !== null && !(Array.isArray(value) && value.length === 0));
    if (said && Object.keys(inner).length > 0) return inner;
  }
  return undefined;
}

function sayIn(schema: JsonObject, wish: Wish, name: string, root: JsonObject): Json | undefined {
  if (hasType(schema, "array")) {
    const items = resolveSchema(schema["items"], root);
    const members = (wish.list ?? [wish.values]).map((values) => firstFit(values, items, name, root)).filter((value) => value !== undefined);
    const limit = typeof schema["maxItems"] === "number" ? schema["maxItems"] : members.length;
    return members.length > 0 ? members.slice(0, limit) : undefined;
  }
  return firstFit(wish.list ? wish.list.flat() : wish.values, schema, name, root);
}

function firstFit(values: readonly Json[], schema: JsonObject, name: string, root: JsonObject): Json | undefined {
  for (const branch of branchesOf(schema, root)) {
    for (const value of values) {
      const fit = fitted(value, branch, name, root);
      if (fit !== undefined) return fit;
    }
  }
  return undefined;
}

/** `value` as `schema` allows it, or undefined. Enum members match by meaningless differences: `last month` is `last_month`. */
function fitted(value: Json, schema: JsonObject, name: string, root: JsonObject): Json | undefined {
  const choices = Array.isArray(schema["enum"]) ? schema["enum"] : "const" in schema ? [schema["const"] ?? null] : null;
  if (choices) return choices.find((choice) => choice === value || (typeof value === "string" && typeof choice === "string" && sameWord(choice, value)));
  if (isObject(value)) {
    if (!isObject(schema["properties"])) return undefined;
    const wishes = Object.entries(value).map(([key, inner]): Wish => ({ names: SYNONYMS[key] ?? [normal(key)], values: [inner] }));
    const filled = fillObject(schema, wishes, root);
    return Object.keys(filled).length > 0 ? filled : undefined;
  }
  if (typeof value === "string") {
    if (hasType(schema, "string")) return fitsString(value, schema, name) ? value : undefined;
    return (hasType(schema, "number") || hasType(schema, "integer")) && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  }
  if (typeof value === "number") {
    if (hasType(schema, "integer")) return within(Math.trunc(value), schema);
    if (hasType(schema, "number")) return within(value, schema);
    return hasType(schema, "string") && fitsString(String(value), schema, name) ? String(value) : undefined;
  }
  if (typeof value === "boolean") return hasType(schema, "boolean") ? value : undefined;
  return undefined;
}

const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  from: ["from", "start", "since", "begin", "startdate", "fromdate", "datefrom", "begindate", "periodstart", "after"],
  to: ["to", "end", "until", "enddate", "todate", "dateto", "periodend", "through", "before"],
};

/** Names under which a schema may ask for the ends of a period. */
export const FROM_NAMES = SYNONYMS["from"] ?? [];
export const TO_NAMES = SYNONYMS["to"] ?? [];

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function fitsString(value: string, schema: JsonObject, name: string): boolean {
  const { format, pattern, description } = schema;
  if (typeof schema["maxLength"] === "number" && value.length > schema["maxLength"]) return false;
  if (format === "date" && !ISO_DATE.test(value)) return false;
  if (format === "uuid" && !UUID.test(value)) return false;
  if (typeof pattern === "string" && !safeRegExp(pattern)?.test(value)) return false;
  // a date's property rarely says more than its name
  const bare = format === undefined && pattern === undefined;
  if (bare && /^(from|to|start|end|start_?date|end_?date|date_?from|date_?to|as_?of|date)$/i.test(name))
    return ISO_DATE.test(value) || /phrase|natural|words/i.test(asText(description));
  return true;
}

/** JSON Schema patterns are meant with the `u` flag, but not everybody writes them so. */
function safeRegExp(pattern: string): RegExp | null {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      continue;
    }
  }
  return null;
}

function within(value: number, schema: JsonObject): number {
  const { minimum, maximum } = schema;
  return Math.min(Math.max(value, typeof minimum === "number" ? minimum : value), typeof maximum === "number" ? maximum : value);
}

/** A required property that nobody asked to set. */
function fallback(schema: JsonObject, wishes: readonly Wish[], root: JsonObject): Json {
  if (isNullable(schema)) return null;
  if (schema["default"] !== undefined) return schema["default"];
  const [branch = {}] = branchesOf(schema, root);
  if ("const" in branch) return branch["const"] ?? null;
  if (Array.isArray(branch["enum"]))
    return branch["enum"].find((each) => /^(all|any|both|sum|total|amount|none)$/i.test(asText(each))) ?? branch["enum"][0] ?? null;
  if (hasType(branch, "array")) return [];
  if (isObject(branch["properties"])) return fillObject(branch, wishes, root);
  if (hasType(branch, "object")) return {};
  if (hasType(branch, "boolean")) return false;
  if (hasType(branch, "number") || hasType(branch, "integer"))
    return within(typeof branch["maximum"] === "number" ? Math.min(branch["maximum"], 10) : 10, branch);
  return "";
}

export function normal(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function sameWord(a: string, b: string): boolean {
  const [left, right] = [normal(a), normal(b)];
  return left === right || left === `${right}s` || right === `${left}s`;
}
