import { generateKeyPairSync } from "node:crypto";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { describe, it, vi } from "vitest";
import { Problem } from "../../../src/core/errors.ts";
import { publicPart, signAccessToken, verifyAccessToken } from "../../../src/features/auth/access-tokens.ts";
import type { Services } from "../../../src/runtime.ts";

type Jwk = { kid: string; kty: "EC"; crv: "P-256"; x: string; y: string; d: string };
const fresh = (kid: string) => ({ ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid }) as Jwk;
const claims = { userId: crypto.randomUUID(), sessionId: crypto.randomUUID() };

/** An isolate that has these keys. */
const isolate = (...keys: Jwk[]) =>
  ({ config: { JWT_KEYS: keys, API_URL: "https://api.finhelm.test" }, now: () => new Date(), id: () => crypto.randomUUID() }) as unknown as Services;

describe("a signing key", () => {
  it("[B5] is changed with no token refused before the old one is retired, and none fetched for", async ({ expect }) => {
    const [old, next] = [fresh("k1"), fresh("k2")];
    const spy = vi.spyOn(globalThis, "fetch");
    // the order of a rotation: every isolate knows the next key before any signs by it, and the old one until its tokens have died
    const steps = [isolate(old), isolate(old, next), isolate(next, old), isolate(next)];
    const tokens = await Promise.all(steps.map((one) => signAccessToken(one, claims)));
    const passes = (at: Services, token: string) =>
      verifyAccessToken(at, token).then(
        (found) => found.userId === claims.userId,
        () => false,
      );
    // an isolate may be one step behind or ahead of the one that signed
    for (const [at, token] of tokens.entries())
      for (const verifier of steps.slice(Math.max(0, at - 1), at === 1 ? at + 2 : at + 1)) expect([at, await passes(verifier, token)]).toEqual([at, true]);
    const [last] = steps.slice(-1);
    if (!last) throw new Error("no step");
    const retired = await Promise.all(tokens.map((token) => passes(last, token)));
    expect(retired).toEqual([false, false, true, true]);
    expect(steps.map((one) => one.config.JWT_KEYS.map((key) => publicPart(key).kid))).toEqual([["k1"], ["k1", "k2"], ["k2", "k1"], ["k2"]]);
    for (let tries = 0; tries < 100; tries++) expect(await passes(last, await signAccessToken(isolate(fresh(`k-${tries}`)), claims))).toBe(false);
    expect(spy).not.toHaveBeenCalled();
  });
});

describe("an access token", () => {
  const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const at = (ms: number, key: Jwk) =>
    ({ config: { JWT_KEYS: [key], API_URL: "https://api.finhelm.test" }, now: () => new Date(NOW + ms), id: () => "jti-1" }) as unknown as Services;
  const part = (token: string, index: number) => JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString()) as Record<string, unknown>;

  it("[B1] says whose it is, for whom, since when to the millisecond, and for a quarter of an hour", async ({ expect }) => {
    const key = fresh("k1");
    const token = await signAccessToken(at(0, key), claims);
    expect(part(token, 0)).toEqual({ alg: "ES256", typ: "at+jwt", kid: "k1" });
    expect(part(token, 1)).toEqual({
      iss: "https://api.finhelm.test",
      aud: "finhelm",
      sub: claims.userId,
      sid: claims.sessionId,
      jti: "jti-1",
      iat: NOW / 1000,
      exp: Math.floor(NOW / 1000) + 900,
    });
    expect(await verifyAccessToken(at(0, key), token)).toEqual({ ...claims, issuedAt: NOW });
    const alive = (ms: number) =>
      verifyAccessToken(at(ms, key), token).then(
        () => true,
        () => false,
      );
    expect([await alive(904_000), await alive(906_000), await alive(-4_000), await alive(-6_000)]).toEqual([true, false, true, false]);
    expect(publicPart(key)).toEqual({ kty: "EC", crv: "P-256", x: key.x, y: key.y, kid: "k1", alg: "ES256", use: "sig" });
    await expect(signAccessToken({ ...at(0, key), config: { ...at(0, key).config, JWT_KEYS: [] } }, claims)).rejects.toThrow("no signing key");
  });

  it("[B1] is refused where one word of it is another, though our own key signed it", async ({ expect }) => {
    const key = fresh("k1");
    const good = part(await signAccessToken(at(0, key), claims), 1);
    const sign = async (payload: JWTPayload, header: Record<string, string> = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "k1", ...header }).sign(await importJWK(key, "ES256"));
    const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([one]) => one !== name));
    expect((await verifyAccessToken(at(0, key), await sign(good))).userId).toBe(claims.userId);
    const bad: [string, JWTPayload, Record<string, string>?][] = [
      ["another audience", { ...good, aud: "another" }],
      ["another issuer", { ...good, iss: "https://evil.test" }],
      ["another kind", good, { typ: "refresh+jwt" }],
      ["another key", good, { kid: "k2" }],
      ["made long ago, in force for years", { ...good, iat: NOW / 1000 - 1_000, exp: NOW / 1000 + 1e8 }],
      ...["exp", "iat", "sub", "jti", "sid"].map((name): [string, JWTPayload] => [`no ${name}`, without(name)]),
    ];
    for (const [what, payload, header] of bad) {
      const refused = await verifyAccessToken(at(0, key), await sign(payload, header)).catch((error: unknown) => error);
      expect([what, refused instanceof Problem && [refused.code, refused.detail, refused.cause instanceof Error]]).toEqual([
        what,
        ["unauthenticated", "The access token is not valid or has expired.", true],
      ]);
    }
  });
});
