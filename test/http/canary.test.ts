import { env } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import { z } from "zod";
import { Message } from "../../src/jobs/messages.ts";
import { secretsOf } from "../canaries.ts";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";
import { client, freshEmail, mailedToken, person, withKey } from "../person.ts";

const files = (env as unknown as { FILES: R2Bucket }).FILES;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

async function redisKeys(): Promise<string[]> {
  const vars = inject("vars");
  const response = await fetch(vars["UPSTASH_REDIS_REST_URL"] ?? "", {
    method: "POST",
    headers: { authorization: `Bearer ${vars["UPSTASH_REDIS_REST_TOKEN"]}`, "content-type": "application/json" },
    body: JSON.stringify(["KEYS", "*"]),
  });
  return ((await response.json()) as { result: string[] }).result;
}

/** Those of `needles` that stand in a row of any table, an object or a cache key. The database looks: its tables are too large to fetch. */
async function stored(needles: string[]): Promise<string[]> {
  const tables = await asOwner<{ name: string }>(
    "select c.oid::regclass::text as name from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  const inTables: string[] = [];
  for (const { name } of tables) {
    const found = await asOwner<{ needle: string }>(
      `select distinct s.needle from ${name} t cross join lateral (select t::text as row) r join unnest($1::text[]) as s(needle) on position(s.needle in r.row) > 0`,
      [needles],
    );
    inTables.push(...found.map(({ needle }) => needle));
  }
  const { objects } = await files.list();
  const bodies = await Promise.all(objects.map(async (object) => `${object.key} ${await (await files.get(object.key))?.text()}`));
  const elsewhere = [...bodies, ...(await redisKeys())].join("\n");
  return [...inTables, ...needles.filter((needle) => elsewhere.includes(needle))];
}

describe("secrets", () => {
  it("[O1] of a whole journey stand in no log, table, object, cache key or error", { timeout: 180_000 }, async ({ expect }) => {
    const password = `canary ${crypto.randomUUID()}`;
    const email = freshEmail();
    const { text, result } = await logged(async () => {
      await client().post("/auth/signup", { name: "Ada", email, password });
      const verify = await mailedToken(email);
      await client().get(`/auth/verify-email?token=${verify}`);
      const { body } = await client().post<{ accessToken: string; refreshToken: string }>("/auth/login", { email, password });
      const ada = client(body.accessToken);
      const key = (await ada.post<{ key: string }>("/api-keys", { name: "x", scopes: ["profile:read"] }, { headers: { "idempotency-key": "canary" } })).body
        .key;
      const totp = (await ada.post<{ secret: string }>("/me/totp")).body.secret;
      const next = (await client().post<{ refreshToken: string }>("/auth/refresh", { refreshToken: body.refreshToken })).body.refreshToken;
      const exported = (await ada.post<{ id: string }>("/me/export")).body.id;
      for (let tries = 0; tries < 100 && (await ada.get(`/me/exports/${exported}`)).body["status"] !== "ready"; tries++)
        await new Promise((done) => setTimeout(done, 100));
      const errors = [
        await client().post("/auth/login", { email, password, surprise: password }),
        await client(`${key}x`).get("/me"),
        await client(`${body.accessToken}x`).get("/me"),
        await client().post("/auth/refresh", { refreshToken: `${next}x` }),
      ];
      return {
        secrets: { password, verify, access: body.accessToken.split(".")[2] ?? "", refresh: body.refreshToken, next, key, totp },
        errors: JSON.stringify(errors.map((reply) => reply.body)),
      };
    });
    const secrets = [...Object.entries(result.secrets), ...secretsOf(inject("vars"))].map(
      ([name, secret]) => [name, secret.length > 30 ? secret.slice(-30) : secret] as const,
    );
    for (const [name, needle] of secrets) expect([name, text.includes(needle), result.errors.includes(needle)]).toEqual([name, false, false]);
    const found = await stored([...secrets.map(([, needle]) => needle), email]);
    // the address is there, or nothing was looked through
    expect(new Set(found)).toEqual(new Set([email]));
    expect(text.includes(email)).toBe(false);
  });

  it("[O1] fit into no message of a queue: each field is an id, or one of a few words", ({ expect }) => {
    type Part = { properties?: Record<string, object>; anyOf?: Part[]; oneOf?: Part[] };
    const fields = (part: Part): [string, object][] => [
      ...Object.entries(part.properties ?? {}),
      ...[...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap((one) => fields(one)),
    ];
    const all = fields(z.toJSONSchema(Message) as Part);
    expect(all.length).toBeGreaterThan(20);
    const free = all.filter(([, field]) => !("const" in field || ("format" in field && field.format === "uuid")));
    expect(new Set(free.map(([name]) => name))).toEqual(new Set(["requestId"]));
  });

  it("[D3] and everything else of a user's lies under the user's id: cache keys, objects, messages", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    for (const one of [ada, eve]) {
      const { id } = (await one.post<{ id: string }>("/me/export")).body;
      for (let tries = 0; tries < 100 && (await one.get(`/me/exports/${id}`)).body["status"] !== "ready"; tries++)
        await new Promise((done) => setTimeout(done, 100));
    }
    const { objects } = await files.list();
    expect(objects.length).toBeGreaterThanOrEqual(2);
    for (const key of [...objects.map((object) => object.key), ...(await redisKeys())]) expect(key).toMatch(UUID);
    expect(Message.safeParse({ type: "mail", requestId: "r", mailId: crypto.randomUUID() }).success).toBe(false);
    expect((await withKey(ada, ["profile:read"])).key).not.toContain(eve.email);
  });
});
