import { importJWK, SignJWT } from "jose";
import { describe, inject, it } from "vitest";
import { asOwner } from "../owner.ts";
import { client, freshEmail, mailedToken, PASSWORD, person, withKey } from "../person.ts";

type Jwk = { kid: string; kty: string; crv: string; x: string; y: string; d: string };
const [signing] = JSON.parse(inject("vars")["JWT_KEYS"] ?? "[]") as Jwk[];
if (!signing) throw new Error("no signing key");
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

async function sign(payload: Record<string, unknown>, header: Record<string, unknown> = {}, key: unknown = signing): Promise<string> {
  const jwt = new SignJWT(payload).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: signing?.kid ?? "", ...header });
  return jwt.sign(key instanceof Uint8Array ? key : await importJWK(key as Jwk, header["alg"] === "HS256" ? "HS256" : "ES256"), {
    crit: { b64: true, odd: true },
  });
}

describe("access tokens", () => {
  it("[B1] pass as we signed them and in no other way: twenty forgeries", async ({ expect }) => {
    const ada = await person();
    const good = claimsOf(ada.accessToken);
    const now = Math.floor(Date.now() / 1000);
    const [head = "", body = "", signature = ""] = ada.accessToken.split(".");
    const foreign = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])) as CryptoKeyPair;
    const stranger = { ...((await crypto.subtle.exportKey("jwk", foreign.privateKey)) as Jwk), kid: signing.kid };
    const { d: _d, ...publicKey } = stranger;
    const { exp: _exp, ...eternal } = good;
    const forged: Record<string, string> = {
      "alg none": `${encode({ alg: "none", typ: "at+jwt", kid: signing.kid })}.${body}.`,
      "HS256 with the public key": await sign(good, { alg: "HS256" }, new TextEncoder().encode(JSON.stringify(publicKey))),
      "tampered payload": `${head}.${encode({ ...good, sub: crypto.randomUUID() })}.${signature}`,
      "wrong key": await sign(good, {}, stranger),
      "embedded jwk": await sign(good, { jwk: publicKey }, stranger),
      jku: await sign(good, { jku: "http://169.254.169.254/keys" }, stranger),
      expired: await sign({ ...good, exp: now - 60 }),
      "not yet": await sign({ ...good, nbf: now + 600 }),
      audience: await sign({ ...good, aud: "somebody" }),
      issuer: await sign({ ...good, iss: "https://evil.example" }),
      "another type": await sign(good, { typ: "refresh+jwt" }),
      "no expiry": await sign(eternal),
      "expiry as text": await sign({ ...eternal, exp: "never" }).catch(() => `${head}.${encode({ ...good, exp: "never" })}.${signature}`),
      "unknown crit": await sign(good, { crit: ["odd"], odd: 1 }),
      "signature of zeros": `${head}.${body}.${Buffer.alloc(64).toString("base64url")}`,
      "no signature": `${head}.${body}.`,
      "extra segment": `${ada.accessToken}.${signature}`,
      "unencoded payload": `${encode({ alg: "ES256", typ: "at+jwt", kid: signing.kid, b64: false, crit: ["b64"] })}.${body}.${signature}`,
      "a day old": await sign({ ...good, iat: now - 86_400 }),
      "from the future": await sign({ ...good, iat: now + 600 }),
    };
    for (const [name, token] of Object.entries(forged)) {
      const reply = await client(token).get("/me");
      expect([name, reply.status, reply.headers.get("www-authenticate")]).toEqual([name, 401, 'Bearer error="invalid_token"']);
    }
    expect(Object.keys(forged).length).toBe(20);
    expect((await client(await sign(good)).get("/me")).status).toBe(200);
  });

  it("[B2] are refused where another kind is wanted, and every other kind where they are: all off the diagonal", async ({ expect }) => {
    const ada = await person();
    const { key } = await withKey(ada, ["profile:read"]);
    await client().post("/auth/forgot-password", { email: ada.email });
    const reset = await mailedToken(ada.email);
    const fresh = freshEmail();
    await client().post("/auth/signup", { name: "Eve", email: fresh, password: PASSWORD });
    const report = (await ada.post<{ downloadUrl: string }>("/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" })).body;
    const download = new URL(report.downloadUrl);
    const [parameter = "", link = ""] = [...download.searchParams][0] ?? [];
    const kinds = { access: ada.accessToken, refresh: ada.refreshToken, reset, verify: await mailedToken(fresh), key, link };
    const downloading = (token: string) => `${download.pathname}?${new URLSearchParams({ [parameter]: token }).toString()}`;
    const uses: Record<string, { right: string[]; wrong: number[]; present: (token: string) => Promise<number> }> = {
      bearer: { right: ["access", "key"], wrong: [401], present: async (token) => (await client(token).get("/me")).status },
      refresh: {
        right: ["refresh"],
        wrong: [401],
        present: async (token) => (await client().post("/auth/refresh", { refreshToken: token.slice(0, 120) })).status,
      },
      reset: {
        right: ["reset"],
        wrong: [400],
        present: async (token) => (await client().post("/auth/reset-password", { token: token.slice(0, 120), password: "a fresh password" })).status,
      },
      verify: { right: ["verify"], wrong: [400], present: async (token) => (await client().get(`/auth/verify-email?token=${token.slice(0, 120)}`)).status },
      // what has not the shape of a link's token is 400, and what has it 404
      download: { right: ["link"], wrong: [400, 404], present: async (token) => (await client().get(downloading(token))).status },
    };
    let refused = 0;
    for (const [use, { right, wrong, present }] of Object.entries(uses))
      for (const [kind, token] of Object.entries(kinds).filter(([each]) => !right.includes(each))) {
        expect(wrong, `${use} of ${kind}`).toContain(await present(token));
        refused += 1;
      }
    expect(refused).toBe(24);
    // and each in its place is taken, or nothing was shown
    for (const [use, kind] of [
      ["bearer", "access"],
      ["bearer", "key"],
      ["download", "link"],
      ["refresh", "refresh"],
      ["verify", "verify"],
      ["reset", "reset"],
    ] as const)
      expect([use, kind, await uses[use]?.present(kinds[kind])]).toEqual([use, kind, 200]);
  });

  it("[B5] name their key: an unknown one is refused, and what is published holds no private part", async ({ expect }) => {
    const ada = await person();
    expect((await client(await sign(claimsOf(ada.accessToken), { kid: "k-unknown" })).get("/me")).status).toBe(401);
    const { body } = await client().get<{ keys: Record<string, unknown>[] }>("/.well-known/jwks.json");
    expect(body.keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "crv", "kid", "kty", "use", "x", "y"]]);
  });
});

describe("sessions", () => {
  it("[B3] end at once: logged out or ended by another, also for the token that is still alive", async ({ expect }) => {
    const ada = await person();
    const started = Date.now();
    expect((await ada.post("/auth/logout")).status).toBe(200);
    expect((await ada.get("/me")).status).toBe(401);
    expect(Date.now() - started).toBeLessThan(1_000);
    expect((await client().post("/auth/refresh", { refreshToken: ada.refreshToken })).status).toBe(401);
    const bob = await person();
    const other = (await client().post<{ accessToken: string }>("/auth/login", { email: bob.email, password: PASSWORD })).body;
    const ended = Date.now();
    expect((await client(other.accessToken).delete("/auth/sessions")).status).toBe(200);
    expect([(await bob.get("/me")).status, (await client(other.accessToken).get("/me")).status]).toEqual([401, 200]);
    expect(Date.now() - ended).toBeLessThan(1_000);
  });

  it("[B4] of a hundred redemptions at once make one successor; a spent token after ten seconds ends the family and is noted once each", async ({ expect }) => {
    const ada = await person();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        client(undefined, `10.9.${i}.1`).post<{ refreshToken: string; accessToken: string }>("/auth/refresh", { refreshToken: ada.refreshToken }),
      ),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => reply.body.refreshToken)).size).toBe(1);
    const family = await asOwner<{ hash: string; used: boolean }>(
      "select t.hash, t.used_at is not null as used from refresh_tokens t join users u on u.id = t.user_id where u.email = $1",
      [ada.email],
    );
    expect(family.map((one) => one.used).sort((a, b) => Number(a) - Number(b))).toEqual([false, true]);
    await asOwner(
      "update refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null and user_id = (select id from users where email = $1)",
      [ada.email],
    );
    const next = replies[0]?.body;
    expect((await client().post("/auth/refresh", { refreshToken: ada.refreshToken })).status).toBe(401);
    expect((await client().post("/auth/refresh", { refreshToken: next?.refreshToken })).status).toBe(401);
    expect((await client(next?.accessToken).get("/me")).status).toBe(401);
    const events = await asOwner("select 1 from audit_events e join users u on u.id = e.user_id where u.email = $1 and action = 'session.reuse_detected'", [
      ada.email,
    ]);
    expect(events.length).toBe(1);
  });

  it("[B4] live thirty days at most and seven days idle", async ({ expect }) => {
    for (const change of ["expires_at = created_at", "last_used_at = last_used_at - interval '8 days'"]) {
      const ada = await person();
      const [days] = await asOwner<{ days: string }>(
        "select extract(epoch from expires_at - created_at) / 86400 as days from sessions where user_id = (select id from users where email = $1)",
        [ada.email],
      );
      expect(Number(days?.days)).toBe(30);
      await asOwner(`update sessions set ${change} where user_id = (select id from users where email = $1)`, [ada.email]);
      expect((await client().post("/auth/refresh", { refreshToken: ada.refreshToken })).status, change).toBe(401);
    }
  });
});
