import { SELF } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";
import { API_URL, client, type Person, person } from "../person.ts";

type Operation = {
  operationId: string;
  security?: unknown[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, { properties?: Record<string, unknown> }> } };

const RUNS = 8;
const document = (await (await SELF.fetch(`${API_URL}/openapi.json`)).json()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** Bodies near to what the schema names, and far from it: its own fields with any value, and anything at all. */
function bodies(operation: Operation): fc.Arbitrary<unknown> {
  const reference = operation.requestBody?.content["application/json"]?.schema.$ref?.split("/").at(-1) ?? "";
  const fields = Object.keys(document.components.schemas[reference]?.properties ?? {});
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant("2026-01-02"),
    fc.constant("-3.50"),
    fc.constant("USD"),
    fc.uuid(),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.oneof(fc.record(Object.fromEntries(fields.map((field) => [field, value])), { requiredKeys: [] }), fc.jsonValue({ maxDepth: 3 }));
}

describe("the document", () => {
  it("[E1] tells the truth: whatever is sent, the answer has a documented status and type, and is no fault of ours", async ({ expect }) => {
    const seed = 7;
    let caller: Person = await person();
    for (const [index, operation] of operations.entries()) {
      if (["askErasure", "logOut", "changePassword", "endOtherSessions"].includes(operation.operationId)) continue;
      if (index % 8 === 7) caller = await person();
      const inputs = fc.sample(fc.tuple(bodies(operation), fc.webQueryParameters(), fc.oneof(fc.uuid(), fc.webSegment({ size: "small" }))), {
        numRuns: RUNS,
        seed: seed + index,
      });
      for (const [body, query, id] of inputs) {
        const path = operation.path.replace(/\{\w+\}/g, encodeURIComponent(id) || "x");
        const as = operation.security?.length ? caller : client();
        const reply = await as.call(operation.method, `${path}?${query}`, operation.requestBody ? JSON.stringify(body) : undefined);
        const shown = `SEED=${seed} ${operation.operationId} ${JSON.stringify(body)} ?${query} ${id}: ${JSON.stringify(reply.body).slice(0, 200)}`;
        expect(reply.status, shown).not.toBe(500);
        // an id that is another path's, or none
        if (reply.status === 404 || reply.status === 405) continue;
        const documented = operation.responses[String(reply.status)];
        expect(Object.keys(operation.responses), shown).toContain(String(reply.status));
        const type = reply.headers.get("content-type")?.split(";")[0] ?? "";
        if (documented?.content) expect(Object.keys(documented.content), shown).toContain(type);
      }
    }
  }, 240_000);
});
