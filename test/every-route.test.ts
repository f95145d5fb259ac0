import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { API_URL, client, type Json, patiently, person, type Reply, withKey } from "./person.ts";

type Schema = { type?: string; format?: string; $ref?: string; enum?: unknown[]; required?: string[]; properties?: Record<string, Schema> };
type Operation = {
  operationId: string;
  security?: { bearer: string[] }[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, unknown>;
};

const document = (await (await SELF.fetch(`${API_URL}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);
const guarded = operations.filter((operation) => (operation.security?.length ?? 0) > 0);
const withId = guarded.filter((operation) => operation.path.includes("{id}"));
const withBody = operations.filter((operation) => operation.requestBody);

/** A path with plausible ids; keys have short ids of their own. */
const at = (path: string, id: string = crypto.randomUUID()) =>
  path.replace("{id}", path.startsWith("/api-keys") ? "AAAAAAAAAAAA" : id).replace("{service}", "quickbooks");
const sample = (operation: (typeof operations)[number]) => (operation.requestBody ? "{}" : undefined);

describe("every operation", () => {
  it("is in the document, with a name of its own and its failures", ({ expect }) => {
    expect(operations.length).toBeGreaterThan(25);
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
    for (const operation of operations) expect(Object.keys(operation.responses), operation.operationId).toContain("500");
  });
});

describe.each(guarded)("$operationId", (operation) => {
  it("asks who you are before it reads what you sent", async ({ expect }) => {
    const reply = await client().call(operation.method, at(operation.path), operation.requestBody ? "{" : undefined);
    expect([reply.status, reply.body["code"]]).toEqual([401, "unauthenticated"]);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("a key without the scope", () => {
  it.each(guarded)("[C3] is refused by $operationId with 403, before validation", async (operation) => {
    const { expect } = await import("vitest");
    const owner = await someone();
    const scope = operation.security?.[0]?.bearer[0] ?? "";
    const key = scope === "profile:read" ? owner.auditKey : owner.profileKey;
    const reply = await patiently(() => key.call(operation.method, at(operation.path), operation.requestBody ? "{" : undefined));
    expect([reply.status, reply.body["code"]]).toEqual([403, "forbidden"]);
    expect(reply.body["detail"]).toContain(scope);
  });
});

describe("a body that does not fit", () => {
  it.each(withBody)("[D5] is refused by $operationId, whatever is wrong with it", async (operation) => {
    const { expect } = await import("vitest");
    const caller = (operation.security?.length ?? 0) > 0 ? (await someone()).owner : client();
    const [type = ""] = Object.keys(operation.requestBody?.content ?? {});
    const call = (body: string, headers: Record<string, string> = { "content-type": type }) =>
      patiently(() => caller.call(operation.method, at(operation.path), body, { headers }));
    const unknown = await call(JSON.stringify({ surprise: true }));
    const wrong = await call('"text"');
    const broken = await call("{");
    const untyped = await call("{}", { "content-type": "text/plain" });
    const large = await call(JSON.stringify({ pad: "x".repeat(12 * 1024 * 1024) }));
    expect([unknown, wrong, broken, untyped, large].map((reply) => reply.status)).toEqual([400, 400, 400, 415, 413]);
  });
});

describe("a stranger's id", () => {
  it.each(withId)("[D1] gets from $operationId what a missing one gets, byte for byte", async (operation) => {
    const { expect } = await import("vitest");
    const { owner, eve } = await someone();
    const id = await owned(owner, operation.path);
    const body = bodies[operation.operationId] ?? sample(operation);
    const query = queries[operation.operationId] ?? "";
    const theirs = await patiently(() => eve.call(operation.method, operation.path.replace("{id}", id) + query, body));
    const missing = await patiently(() => eve.call(operation.method, at(operation.path) + query, body));
    const bare = ({ requestId: _, ...rest }: Json) => rest;
    expect([theirs.status, bare(theirs.body)]).toEqual([404, bare(missing.body)]);
  });
});

describe("whose rows", () => {
  it("[D4] is said by the credential alone: headers, query and body that name another are refused or change nothing", async ({ expect }) => {
    const [owner, eve] = [await person(), await person()];
    const [theirs, mine] = [(await owner.get("/me")).body["id"], (await eve.get("/me")).body["id"]];
    const headers = { "x-user-id": String(theirs), "x-org-id": String(theirs), "x-forwarded-user": String(theirs) };
    expect((await eve.get(`/me?userId=${String(theirs)}&user_id=${String(theirs)}`, { headers })).body["id"]).toBe(mine);
    const entry = { transactionDate: "2026-01-02", description: "x", amount: "-1", currency: "USD", userId: theirs };
    const made = await patiently(() => eve.post("/transactions", entry));
    expect([made.status, (made.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/userId"]);
    expect((await eve.get("/me", { headers: { authorization: `Bearer ${eve.accessToken}, Bearer ${owner.accessToken}` } })).status).toBe(401);
  });
});

describe("what is not there", () => {
  it("is a problem: an unknown path, an unknown method", async ({ expect }) => {
    const path = await client().get("/nowhere");
    const method = await client().call("PUT", "/transactions", {});
    expect([path.status, path.body["code"]]).toEqual([404, "not_found"]);
    expect([method.status, method.body["code"], method.headers.get("allow")]).toEqual([405, "method_not_allowed", "GET, POST"]);
  });
});

/** What an operation cannot be asked without. */
const queries: Record<string, string> = { explainReport: "?line=x" };
const bodies: Record<string, unknown> = { updateTransaction: { description: "mine now" } };

let shared:
  | Promise<{
      owner: Awaited<ReturnType<typeof person>>;
      eve: Awaited<ReturnType<typeof person>>;
      profileKey: ReturnType<typeof client>;
      auditKey: ReturnType<typeof client>;
    }>
  | undefined;

/** Two people and two keys, made once: nothing here changes what they have. */
function someone() {
  shared ??= (async () => {
    const [owner, eve] = [await person(), await person()];
    return { owner, eve, profileKey: await withKey(owner, ["profile:read"]), auditKey: await withKey(owner, ["audit:read"]) };
  })();
  return shared;
}

/** An id of the owner's for a path; a new kind of id without an entry here fails its test. */
async function owned(owner: Awaited<ReturnType<typeof person>>, path: string): Promise<string> {
  const make = makers[path] ?? makers[path.split("/")[1] ?? ""];
  if (!make) throw new Error(`no maker for ${path}`);
  const made = await patiently(() => make(owner));
  const id = made.body.id ?? made.body.data?.[0]?.id;
  if (id === undefined) throw new Error(`nothing was made for ${path}: ${JSON.stringify(made.body)}`);
  return id;
}

type Made = Reply<{ id?: string; data?: { id: string }[] }>;
type Maker = (owner: Awaited<ReturnType<typeof person>>) => Promise<Made>;
const makers: Record<string, Maker> = {
  "/auth/sessions/{id}": (owner) => owner.get("/auth/sessions"),
  "api-keys": (owner) => owner.post("/api-keys", { name: "theirs", scopes: ["profile:read"] }),
  accounts: (owner) => owner.get("/accounts"),
  transactions: (owner) => owner.post("/transactions", { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" }),
  me: (owner) => owner.post("/me/export"),
  reports: (owner) => owner.post("/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" }),
  ai: (owner) => owner.post("/ai/insights", { question: "What did I spend in January 2026?" }),
};
