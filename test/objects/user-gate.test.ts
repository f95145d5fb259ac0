import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import type { UserGate } from "../../src/objects/user-gate.ts";

const gates = (env as unknown as { USER_GATE: DurableObjectNamespace<UserGate> }).USER_GATE;
const fresh = () => gates.get(gates.idFromName(crypto.randomUUID()));
const limit = { perMinute: 60, burst: 10 };
const key = { mac: "m", scopes: ["profile:read"], ranges: [], expiresAt: null };
const unproved = { bucket: "unproved:x", limit };
const NOW = 1e12;

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

  it("[C3] remembers a key for five minutes, and one that nobody vouched for spends its inventor's budget", async ({ expect }) => {
    const gate = fresh();
    const spent = { bucket: "user", limit, cost: 4 };
    expect(await gate.rememberKey("k1", key, spent, NOW)).toMatchObject({ allowed: true, remaining: 6, revoked: false, key });
    const admit = (id: string, at: number) =>
      gate.admit({ ...spent, cost: 5, key: { id, mac: "m", unproved: { ...unproved, limit: { ...limit, burst: 3 } } } }, at);
    expect(await admit("k2", NOW)).toMatchObject({ remaining: 2, key: null });
    expect(await admit("k1", NOW)).toMatchObject({ remaining: 1, key });
    expect([(await admit("k1", NOW + 5 * 60_000 - 1)).key, (await admit("k1", NOW + 5 * 60_000)).key]).toEqual([key, null]);
  });

  it("[B3] voids every access token made before a moment, and never takes that back", async ({ expect }) => {
    const gate = fresh();
    const isVoid = async (issuedAt: number) => (await gate.admit({ bucket: "user", limit, cost: 1, session: { id: "s", issuedAt } })).revoked;
    expect(await isVoid(0)).toBe(false);
    for (const before of [1_000, 500, undefined]) {
      await gate.endSessions(before === undefined ? {} : { before });
      expect([before, await isVoid(999), await isVoid(1_000)]).toEqual([before, true, false]);
    }
  });

  it("[C3] ends a key at the earliest moment that was named", async ({ expect }) => {
    const gate = fresh();
    const spent = { bucket: "user", limit, cost: 1 };
    await gate.endKey("k1", NOW);
    await gate.endKey("k1", NOW + 1_000);
    expect(await gate.rememberKey("k1", key, spent, NOW - 1)).toMatchObject({ revoked: false, key });
    const admit = (at: number) => gate.admit({ ...spent, key: { id: "k1", mac: "m", unproved } }, at);
    expect([await admit(NOW - 1), await admit(NOW)]).toMatchObject([
      { revoked: false, key },
      { revoked: true, key: null },
    ]);
    expect(await gate.rememberKey("k1", key, spent, NOW)).toMatchObject({ allowed: true, revoked: true, key: null });
  });

  it("keeps what was ended for eight days, and what ended a key for ever", async ({ expect }) => {
    const gate = fresh();
    const days = 8 * 86_400_000;
    await gate.endKey("k1", 1);
    await gate.endSessions({ ids: ["old"] }, NOW);
    await gate.endSessions({ ids: ["new"] }, NOW + days);
    expect([await gate.hasEnded("old"), await gate.hasEnded("new"), await gate.hasEnded("other")]).toEqual([true, true, false]);
    await gate.endSessions({}, NOW + days + 1);
    expect([await gate.hasEnded("old"), await gate.hasEnded("new")]).toEqual([false, true]);
    expect((await gate.admit({ bucket: "user", limit, cost: 1, key: { id: "k1", mac: "m", unproved } }, NOW)).revoked).toBe(true);
  });

  it("lets nothing of a closed user pass, and twenty minutes later nothing is left", async ({ expect }) => {
    const gate = fresh();
    const admission = { bucket: "user", limit, cost: 1, key: { id: "k1", mac: "m", unproved } };
    await gate.rememberKey("k1", key, { bucket: "user", limit, cost: 1 }, NOW);
    const soon = Date.now() + 3_600_000;
    await gate.close(soon);
    expect((await gate.admit({ bucket: "user", limit, cost: 1 }, NOW)).revoked).toBe(true);
    expect(await runInDurableObject(gate, (_, { storage }) => storage.getAlarm())).toBe(soon + 20 * 60_000);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    expect(await gate.admit(admission, NOW)).toMatchObject({ revoked: false, key: null });
  });
});
