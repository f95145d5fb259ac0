import { describe, it } from "vitest";
import { client, type Json, person } from "../person.ts";

const COFFEE = { transactionDate: "2026-01-02", amount: "-3.50", currency: "USD", description: "Coffee" };
const KEPT = [
  "/accounts",
  "/accounts/{id}/sync-runs",
  "/ai/insights",
  "/ai/insights/{id}/explain",
  "/api-keys",
  "/audit-events",
  "/auth/sessions",
  "/reports",
  "/reports/{id}",
  "/reports/{id}/explain",
  "/transactions",
  "/transactions/summary",
];
type Operation = { responses: Record<string, { content?: Record<string, { schema: unknown }>; headers?: Json }> };

describe("what a client may keep", () => {
  it("[M1] lists and reports are kept by the caller alone and asked for again; the rest is kept by nobody, what is nobody's by anyone", async ({ expect }) => {
    const ada = await person();
    const made = await ada.post("/transactions", COFFEE);
    const report = await ada.post("/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" });
    const classOf = async (path: string) => (await ada.get(path)).headers.get("cache-control");
    const lists = [
      "/accounts",
      "/transactions",
      "/transactions/summary",
      "/reports",
      `/reports/${report.body["id"]}`,
      "/ai/insights",
      "/audit-events",
      "/api-keys",
      "/auth/sessions",
    ];
    for (const path of lists) expect([path, await classOf(path)]).toEqual([path, "private, no-cache"]);
    for (const path of ["/me", `/transactions/${made.body["id"]}`, "/audit-events/verify", "/nowhere"])
      expect([path, await classOf(path)]).toEqual([path, "no-store"]);
    for (const path of ["/.well-known/jwks.json", "/errors/not_found", "/openapi.json", "/docs"])
      expect([path, await classOf(path)]).toEqual([path, "public, max-age=300"]);
    expect([made.headers.get("cache-control"), made.headers.get("etag")]).toEqual(["no-store", null]);
  });

  it("is promised by the document for every list and report, and for nothing else", async ({ expect }) => {
    const { paths } = (await client().get<{ paths: Record<string, Record<string, Operation>> }>("/openapi.json")).body;
    const kept = Object.entries(paths).filter(([, methods]) => methods["get"]?.responses["304"]);
    expect(kept.map(([path]) => path).sort()).toEqual(KEPT);
    // a list that is added belongs to them
    const lists = Object.entries(paths).filter(([, methods]) => /"nextCursor"/.test(JSON.stringify(methods["get"]?.responses["200"]?.content ?? {})));
    expect(lists.map(([path]) => path).filter((path) => !KEPT.includes(path))).toEqual([]);
    for (const [path, methods] of kept) expect([path, Object.keys(methods["get"]?.responses["200"]?.headers ?? {})]).toEqual([path, ["etag"]]);
  });
});

describe("a list that the caller has already", () => {
  it("is a 304 without a body until something in it changes, whatever form its ETag comes back in", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", COFFEE);
    const first = await ada.get("/transactions");
    const etag = String(first.headers.get("etag"));
    for (const form of [etag, `W/${etag}`, `"another", ${etag}`]) {
      const again = await ada.get("/transactions", { headers: { "if-none-match": form, origin: "https://app.finhelm.test" } });
      expect([form, again.status, again.body, again.headers.get("etag")]).toEqual([form, 304, "", etag]);
      expect([again.headers.get("cache-control"), again.headers.get("access-control-allow-origin")]).toEqual(["private, no-cache", "https://app.finhelm.test"]);
      expect([again.headers.get("ratelimit") !== null, again.headers.get("x-content-type-options")]).toEqual([true, "nosniff"]);
    }
    await ada.post("/transactions", { ...COFFEE, description: "A second" });
    const changed = await ada.get<{ data: Json[] }>("/transactions", { headers: { "if-none-match": etag } });
    expect([changed.status, changed.body.data.length, changed.headers.get("etag") === etag]).toEqual([200, 2, false]);
  });

  it("is no way in: an ended session and a stranger with the ETag get what they would get without it", async ({ expect }) => {
    const ada = await person();
    const bob = await person();
    await ada.post("/transactions", COFFEE);
    const etag = String((await ada.get("/transactions")).headers.get("etag"));
    const known = { headers: { "if-none-match": etag } };
    const stranger = await bob.get<{ data: Json[] }>("/transactions", known);
    expect([stranger.status, stranger.body.data]).toEqual([200, []]);
    await ada.post("/auth/logout", { refreshToken: ada.refreshToken });
    expect((await ada.get("/transactions", known)).status).toBe(401);
    expect((await client().get("/transactions", { headers: { "if-none-match": "*" } })).status).toBe(401);
  });

  it("is a report too, as long as its links are the same", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", COFFEE);
    const { body } = await ada.post("/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" });
    const first = await ada.get(`/reports/${body["id"]}`);
    const again = await ada.get(`/reports/${body["id"]}`, { headers: { "if-none-match": String(first.headers.get("etag")) } });
    expect([first.status, again.status]).toEqual([200, 304]);
  });
});
