import { SELF } from "cloudflare:test";
import fc from "../property.ts";
import { describe, it } from "vitest";
import { type Answer, ask } from "../generous.ts";
import { API_URL, person } from "../person.ts";
import { mismatch, near, type Schema, type Schemas } from "../schema.ts";

type Content = Record<string, { schema: Schema }>;
type Operation = { operationId: string; security?: unknown[]; requestBody?: { content: Content }; responses: Record<string, { content?: Content }> };
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Schemas } };

const isProof = process.env["PROVE"] === "1";
/** Cases of each operation in each seed; the short run asks less often for what computes a hash, asks a model or makes a file. */
const RUNS = isProof ? 200 : 8;
const RUNS_COSTLY = isProof ? 200 : 4;
const COSTLY = new Set(["signUp", "logIn", "resetPassword", "askInsight", "createReport", "askExport", "importTransactions", "updateProfile", "linkAccount"]);
/** What ends the caller: its answers are tested elsewhere. */
const ENDINGS = new Set(["askErasure", "logOut", "changePassword", "endOtherSessions"]);
const SEEDS = isProof ? [7, 11, 13] : [7];

const document = (await (await SELF.fetch(`${API_URL}/openapi.json`)).json()) as Document;
const { schemas } = document.components;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** On every answer, whatever it is. */
const HEADERS = {
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};
const INSIDES = /\bat [\w.]+ \(|node_modules|\.ts:\d|audit_events|NeonDbError/;

/** What is wrong with an answer, by the document; null where it is as documented. */
function fault(operation: Operation, reply: Answer): string | null {
  if (reply.status === 500) return "is a fault of ours";
  const bare = Object.entries(HEADERS).find(([name, value]) => reply.headers.get(name) !== value);
  if (bare) return `has no ${bare[0]}`;
  if (INSIDES.test(reply.text)) return "tells of our insides";
  // an id that is another path's, or none
  if (reply.status === 404 || reply.status === 405) return null;
  const documented = operation.responses[String(reply.status)];
  if (!documented) return `answered ${reply.status}, which is not documented`;
  if (!documented.content) return null;
  const content = documented.content[reply.type];
  if (!content) return `has the type ${reply.type}`;
  return /json/.test(reply.type) ? mismatch(schemas, content.schema, JSON.parse(reply.text)) : null;
}

describe("the document", () => {
  it("[E1] asks of no value to be null and a named schema at once", ({ expect }) => {
    const both = (part: unknown): unknown[] => {
      if (typeof part !== "object" || part === null) return [];
      const isBoth = "allOf" in part && JSON.stringify(part.allOf).includes('"null"');
      return [...(isBoth ? [part] : []), ...Object.values(part).flatMap(both)];
    };
    expect([operations.length > 50, both(document)]).toEqual([true, []]);
  });

  it(
    `[E1] tells the truth, [D5] and nothing beyond it, with the headers of [M1] and nothing of our insides: ${RUNS} cases of each operation in each of ${SEEDS.length} seeds`,
    async ({ expect }) => {
      const caller = await person();
      const seen = { cases: 0, fine: 0 };
      for (const seed of SEEDS)
        for (const [index, operation] of operations.entries()) {
          if (ENDINGS.has(operation.operationId)) continue;
          const schema = operation.requestBody?.content["application/json"]?.schema;
          const bodies = schema
            ? fc.oneof({ weight: 4, arbitrary: near(schemas, schema) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) })
            : fc.constant(undefined);
          const numRuns = COSTLY.has(operation.operationId) ? RUNS_COSTLY : RUNS;
          // a segment of dots is another path
          const ids = fc.oneof(
            fc.uuid(),
            fc.webSegment({ size: "small" }).filter((segment) => !/^\.*$/.test(segment)),
          );
          const queries = fc.oneof(fc.constant(""), fc.webQueryParameters());
          for (const [body, query, id] of fc.sample(fc.tuple(bodies, queries, ids), { numRuns, seed: seed * 1_000 + index })) {
            const path = operation.path.replace(/\{\w+\}/g, encodeURIComponent(id));
            const sent = operation.requestBody ? JSON.stringify(body ?? {}) : undefined;
            const credential = operation.security?.length ? caller.accessToken : undefined;
            const reply = await ask(operation.method, `${path}${query ? `?${query}` : ""}`, { body: sent, credential });
            seen.cases += 1;
            if (reply.status < 300) seen.fine += 1;
            const found = fault(operation, reply);
            expect(found, `SEED=${seed} ${operation.operationId} ${sent} ?${query} ${id}: ${reply.status} ${reply.text.slice(0, 300)}`).toBeNull();
          }
        }
      console.log(`${seen.cases} cases of ${operations.length} operations, ${seen.fine} of them answered with success`);
      expect(seen.fine).toBeGreaterThan(20);
    },
    isProof ? 1_800_000 : 240_000,
  );
});
