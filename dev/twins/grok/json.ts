/** The JSON values that cross the wire, and the few questions this twin asks of them. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `undefined` when the text is not JSON: no caller here may die of what it was sent. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function stringOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A string as it is, anything else as JSON; what is missing is nothing. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

/** Neither left out nor null: the API treats the two alike. */
export function isGiven(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null;
}

/** Visits every object inside `value`, outermost first. */
export function* objectsIn(value: Json | undefined): Generator<JsonObject> {
  if (Array.isArray(value)) {
    for (const member of value) yield* objectsIn(member);
  } else if (isObject(value)) {
    yield value;
    for (const member of Object.values(value)) yield* objectsIn(member);
  }
}
