import { SELF } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import { KEY_SCOPES, SCOPES } from "../../src/core/actor.ts";
import { formatCredential, newCredential, parseCredential } from "../../src/core/secret.ts";
import { ask } from "../generous.ts";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";
import { API_URL, client, freshAddress, inbox, person, withKey } from "../person.ts";

type Operation = { operationId: string; security?: { bearer: string[] }[]; requestBody?: unknown };
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe("an API key", () => {
  it("[C1] is shown once: what is kept, listed and logged holds nothing of its secret", async ({ expect }) => {
    const ada = await person();
    const { text, result: made } = await logged(() => withKey(ada, ["profile:read"]));
    const secret = made.key.slice(-49);
    expect((await made.get("/me")).status).toBe(200);
    const listed = JSON.stringify((await ada.get("/api-keys")).body);
    expect(listed).toContain(made.key.slice(-4));
    const tables = await asOwner<{ name: string }>(
      "select c.oid::regclass::text as name from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    const stored = await Promise.all(
      tables.map(async ({ name }) => JSON.stringify(await asOwner(`select t::text from ${name} t where t::text like '%' || $1 || '%'`, [secret.slice(0, 20)]))),
    );
    expect([listed, text, ...stored].filter((one) => one.includes(secret.slice(0, 20)))).toEqual([]);
  });

  it("[C2] with a wrong checksum costs no call: a thousand of them", async ({ expect }) => {
    const ada = await person();
    const { key } = await withKey(ada, ["profile:read"]);
    const { lines } = await logged(async () => {
      for (let i = 0; i < 1_000; i++) {
        const wrong =
          key.slice(0, -6) + random(6).reduce((text, byte) => text + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".charAt(byte % 62), "");
        if (parseCredential(wrong) === null) await client(wrong, ada.ip).get("/me");
      }
    });
    const requests = lines.filter((line) => line.event === "request");
    expect(requests.length).toBeGreaterThan(990);
    for (const line of requests) expect([line.status, line.hops]).toEqual([401, { gate: 0, db: 0, cache: 0, quickbooks: 0, grok: 0 }]);
  });

  it("[C2] that was made up for somebody spends nothing of their budget", async ({ expect }) => {
    const ada = await person();
    const mine = await withKey(ada, ["profile:read"]);
    await mine.get("/me");
    const userId = parseCredential(mine.key)?.userId ?? "";
    const eve = freshAddress();
    const statuses = [];
    for (let i = 0; i < 30; i++) statuses.push((await client(formatCredential(newCredential("test", userId, random)), eve).get("/me")).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const left = Number(/r=(\d+)/.exec((await mine.get("/me")).headers.get("ratelimit") ?? "")?.[1]);
    expect(left).toBeGreaterThan(100);
  });

  it("[C3] does what its scopes say and nothing else: every operation by every scope", async ({ expect }) => {
    const document = (await (await SELF.fetch(`${API_URL}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>> };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
    );
    const guarded = operations.filter((operation) => operation.security?.length);
    const ada = await person();
    for (const scope of KEY_SCOPES) {
      const key = await withKey(ada, [scope]);
      for (const operation of guarded) {
        const needed = operation.security?.[0]?.bearer[0];
        const path = operation.path.replace("{id}", crypto.randomUUID()).replace(/\{\w+\}/, "x");
        const { status, text } = await ask(operation.method, path, { credential: key.key, body: operation.requestBody ? "{}" : undefined });
        if (needed === scope) expect([401, 403], `${scope} ${operation.operationId} ${text}`).not.toContain(status);
        else expect([scope, operation.operationId, status, text.includes(String(needed))]).toEqual([scope, operation.operationId, 403, true]);
      }
    }
    for (const operation of guarded) expect(SCOPES).toContain(operation.security?.[0]?.bearer[0]);
  }, 120_000);

  it("[C3] is refused once it expired, was revoked (in under a second, warm or not), or belongs to another environment", async ({ expect }) => {
    const ada = await person();
    const [expired, revoked, cold] = [await withKey(ada, ["profile:read"]), await withKey(ada, ["profile:read"]), await withKey(ada, ["profile:read"])];
    await asOwner("update api_keys set expires_at = created_at where id = $1", [expired.id]);
    expect((await expired.get("/me")).status).toBe(401);
    expect((await revoked.get("/me")).status).toBe(200);
    for (const one of [revoked, cold]) {
      expect((await ada.delete(`/api-keys/${one.id}`)).status).toBe(200);
      const since = Date.now();
      expect([(await one.get("/me")).status, Date.now() - since < 1_000]).toEqual([401, true]);
    }
    const live = formatCredential({ ...newCredential("live", parseCredential(cold.key)?.userId ?? "", random) });
    expect((await client(live).get("/me")).body["detail"]).toContain("test keys");
  });

  it("[C3] works from the ranges it was given alone, and says when it was last used", async ({ expect }) => {
    const ada = await person();
    const made = await ada.post<{ id: string; key: string }>("/api-keys", {
      name: "office",
      scopes: ["profile:read"],
      allowedRanges: ["192.0.2.0/24", "2001:db8:1::/48"],
    });
    expect(made.status).toBe(201);
    const from = async (ip: string) => (await client(made.body.key, ip).get("/me")).status;
    expect([await from("192.0.2.77"), await from("192.0.3.1"), await from("2001:DB8:1:0:99::1"), await from("2001:db8:2::1")]).toEqual([200, 401, 200, 401]);
    expect((await ada.post("/api-keys", { name: "x", scopes: ["profile:read"], allowedRanges: ["192.0.2.1/24"] })).status).toBe(400);
    const [key] = (await ada.get<{ data: { lastUsedAt: string | null }[] }>("/api-keys")).body.data;
    expect(Date.parse(key?.lastUsedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
  });

  it("is rotated with an overlap, in which both work, and no longer", async ({ expect }) => {
    const ada = await person();
    const [kept, ended] = [await withKey(ada, ["profile:read"]), await withKey(ada, ["profile:read"])];
    await ended.get("/me");
    const slow = await ada.post<{ key: string; scopes: string[] }>(`/api-keys/${kept.id}/rotate`, {});
    const now = await ada.post<{ key: string }>(`/api-keys/${ended.id}/rotate`, { overlapSeconds: 0 });
    expect([slow.status, now.status, slow.body.scopes]).toEqual([201, 201, ["profile:read"]]);
    const statuses = await Promise.all(
      [kept, client(slow.body.key, ada.ip), ended, client(now.body.key, ada.ip)].map(async (one) => (await one.get("/me")).status),
    );
    expect(statuses).toEqual([200, 200, 401, 200]);
  });

  it("[C4] makes no keys and changes no account, even where somebody wrote such a scope into its row", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, [...KEY_SCOPES]);
    await asOwner("update api_keys set scopes = scopes || '{api-keys:manage,profile:write,sessions:manage}' where id = $1", [key.id]);
    const calls = [
      await key.post("/api-keys", { name: "more", scopes: ["profile:read"] }),
      await key.get("/api-keys"),
      await key.post(`/api-keys/${key.id}/rotate`, {}),
      await key.delete(`/api-keys/${key.id}`),
      await key.get("/auth/sessions"),
      await key.delete("/auth/sessions"),
      await key.post("/auth/logout"),
      await key.post("/auth/change-password", { currentPassword: "x", newPassword: "y" }),
      await key.patch("/me", { name: "Eve" }),
      await key.post("/me/totp"),
      await key.post("/me/export"),
      await key.delete("/me"),
    ];
    expect(calls.map((reply) => reply.status)).toEqual(calls.map(() => 403));
    expect((await ada.post("/api-keys", { name: "more", scopes: ["api-keys:manage"] })).status).toBe(400);
  });

  it("[C5] can be recognised and never by mistake; whoever finds one can kill it, and its owner is told", async ({ expect }) => {
    const pattern = /\bfh_(?:live|test)_[0-9A-Za-z]{34}_[0-9A-Za-z]{49}\b/g;
    const noise = Array.from({ length: 160 }, () => Buffer.from(random(48_000)).toString("base64url")).join("");
    expect([noise.length > 10_000_000, noise.includes("_")]).toEqual([true, true]);
    expect(noise.match(pattern)).toBeNull();
    const ada = await person();
    const key = await withKey(ada, ["profile:read"]);
    expect(key.key).toMatch(new RegExp(`^${pattern.source}$`));
    await key.get("/me");
    const made_up = formatCredential(newCredential("test", parseCredential(key.key)?.userId ?? "", random));
    const started = Date.now();
    const found = await client().post("/security/leaked-keys", { keys: [key.key, made_up, "fh_test_nonsense"] });
    expect([found.status, (await key.get("/me")).status]).toEqual([202, 401]);
    expect(Date.now() - started).toBeLessThan(1_000);
    expect((await inbox(ada.email))[0]?.subject).toBe("An API key of yours was found in the open");
  });

  it("[C6] in a URL is refused and stands in no log; two credentials are refused", async ({ expect }) => {
    const ada = await person();
    const { key } = await withKey(ada, ["profile:read"]);
    const { text, result } = await logged(async () => [
      await client().get(`/me?api_key=${key}`),
      await client(key, ada.ip).get(`/me?access_token=${ada.accessToken}`),
      await client(key, ada.ip).get("/me", { headers: { "x-api-key": key } }),
      await client().get("/me", { headers: { authorization: `Bearer ${ada.accessToken}, Bearer ${key}` } }),
    ]);
    expect(result.map((reply) => reply.status)).toEqual([401, 401, 401, 401]);
    expect(text.includes(key.slice(-30)) || text.includes(ada.accessToken.slice(-30))).toBe(false);
    expect(inject("vars")["API_URL"]).toBe(API_URL);
  });
});
