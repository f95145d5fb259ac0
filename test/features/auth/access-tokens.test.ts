import { generateKeyPairSync } from "node:crypto";
import { describe, it, vi } from "vitest";
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
