import { env, evictDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import type { UserGate } from "../../src/objects/user-gate.ts";

const gates = (env as unknown as { USER_GATE: DurableObjectNamespace<UserGate> }).USER_GATE;
const fresh = () => gates.get(gates.idFromName(crypto.randomUUID()));
const limit = { perMinute: 60, burst: 10 };
const key = { mac: "m", scopes: ["profile:read"], ranges: [], expiresAt: null };
const unproved = { bucket: "unproved:x", limit };

describe("the gate", () => {
  it("[F1] lets exactly ten of fifty pass, however close together they come", async ({ expect }) => {
    const gate = fresh();
    const now = Date.now();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => gate.admit({ bucket: "user", limit, cost: 1 }, now)));
    expect(verdicts.filter((verdict) => verdict.allowed).length).toBe(10);
    expect(verdicts.filter((verdict) => !verdict.allowed).every((verdict) => verdict.retryAfterMs > 0 && verdict.remaining === 0)).toBe(true);
  });

  it("[F1] weighs costs, and gives back one unit an interval, with no double burst at an edge", async ({ expect }) => {
    const gate = fresh();
    const at = async (ms: number, cost = 1) => (await gate.admit({ bucket: "user", limit, cost }, 1e12 + ms)).allowed;
    expect([await at(0, 8), await at(0, 3), await at(0, 2), await at(0), await at(999), await at(1_000), await at(1_000)]).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("keeps an ended session and an ended key ended through an eviction, and forgets a closed user when no token can be alive", async ({ expect }) => {
    const gate = fresh();
    await gate.endSessions({ ids: ["s1"] });
    await gate.rememberKey("k1", key, { bucket: "user", limit, cost: 1 });
    expect((await gate.admit({ bucket: "user", limit, cost: 1, key: { id: "k1", mac: "m", unproved } })).key?.scopes).toEqual(["profile:read"]);
    expect((await gate.admit({ bucket: "user", limit, cost: 1, key: { id: "k1", mac: "another", unproved } })).key).toBeNull();
    await gate.endKey("k1", Date.now() - 1);
    await evictDurableObject(gate);
    const session = { id: "s1", issuedAt: Date.now() };
    expect((await gate.admit({ bucket: "user", limit, cost: 1, session })).revoked).toBe(true);
    expect((await gate.admit({ bucket: "user", limit, cost: 1, session: { ...session, id: "s2" } })).revoked).toBe(false);
    expect((await gate.rememberKey("k1", key, { bucket: "user", limit, cost: 1 })).revoked).toBe(true);
  });
});
