import fc from "./property.ts";

/** The part of JSON Schema that the document uses. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};
export type Schemas = Record<string, Schema>;

/** What of `value` is not as the schema says, or null. */
export function mismatch(schemas: Schemas, schema: Schema, value: unknown, at = ""): string | null {
  if (schema.$ref !== undefined) return mismatch(schemas, schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, value, at);
  const one = (inner: Schema) => mismatch(schemas, inner, value, at);
  if (schema.allOf) return schema.allOf.map(one).find((found) => found !== null) ?? null;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.some((inner) => one(inner) === null) ? null : `${at}: none of ${choices.length} fits ${JSON.stringify(value)}`;
  if (schema.const !== undefined && value !== schema.const) return `${at}: not ${JSON.stringify(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value)) return `${at}: ${JSON.stringify(value)} is not in the list`;
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOf(type, value)))
    return `${at}: ${JSON.stringify(value)} is no ${String(schema.type)}`;
  if (Array.isArray(value)) return firstOf(value.map((item, index) => (schema.items ? mismatch(schemas, schema.items, item, `${at}/${index}`) : null)));
  if (typeof value === "object" && value !== null) return inObject(schemas, schema, value as Record<string, unknown>, at);
  return null;
}

function inObject(schemas: Schemas, schema: Schema, value: Record<string, unknown>, at: string): string | null {
  const missing = (schema.required ?? []).find((name) => !(name in value));
  if (missing !== undefined) return `${at}/${missing}: missing`;
  return firstOf(
    Object.entries(value).map(([name, inner]) => {
      const known = schema.properties?.[name];
      if (known) return mismatch(schemas, known, inner, `${at}/${name}`);
      if (schema.additionalProperties === false) return `${at}/${name}: not documented`;
      return typeof schema.additionalProperties === "object" ? mismatch(schemas, schema.additionalProperties, inner, `${at}/${name}`) : null;
    }),
  );
}

const firstOf = (found: (string | null)[]) => found.find((one) => one !== null) ?? null;

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

const ANYTHING = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.uuid(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const FORMATS: Record<string, fc.Arbitrary<unknown>> = {
  uuid: fc.uuid(),
  email: fc.emailAddress(),
  date: fc.constantFrom("2026-01-02", "2024-02-29", "2026-02-30"),
  "date-time": fc.constantFrom("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z"),
};

/** Values near to what the schema names, and now and then far from it. */
export function near(schemas: Schemas, schema: Schema, depth = 3): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schemas, schema, depth) }, { weight: 1, arbitrary: ANYTHING });
}

function fitting(schemas: Schemas, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth < 0) return ANYTHING;
  if (schema.$ref !== undefined) return fitting(schemas, schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, depth);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map((inner) => fitting(schemas, inner, depth - 1)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [type] = [schema.type ?? "string"].flat();
  if (type === "object") {
    const fields = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, near(schemas, inner, depth - 1)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: (schema.required ?? []).filter((name) => name in (schema.properties ?? {})) });
  }
  if (type === "array") return fc.array(near(schemas, schema.items ?? {}, depth - 1), { maxLength: 3 });
  if (type === "integer" || type === "number") return fc.integer({ min: -1, max: 1_000 });
  if (type === "boolean") return fc.boolean();
  return fc.oneof(FORMATS[schema.format ?? ""] ?? fc.string(), fc.constantFrom("-3.50", "USD", "2026-01-02", "coffee", "twelve characters"));
}
