import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { Problem } from "../../../src/core/errors.ts";
import { OUTAGES } from "../../../src/core/outages.ts";
import { admitCaller } from "../../../src/features/auth/admit-caller.ts";
import { admitStranger } from "../../../src/features/auth/admit-stranger.ts";
import { COSTS } from "../../../src/features/auth/limits.ts";
import type { Services } from "../../../src/runtime.ts";

const overloaded = Object.assign(new Error("overloaded"), { overloaded: true });
const failures: Record<string, () => Promise<never>> = {
  overloaded: () => Promise.reject(overloaded),
  retryable: () => Promise.reject(Object.assign(new Error("broken"), { retryable: true })),
  hanging: () => new Promise(() => undefined),
};

/** Services whose gate fails in one way, and whose database knows one session that is alive. */
function without(failure: () => Promise<never>, session: { endedAt: string | null }) {
  const asked = { gate: 0, db: 0 };
  const gate = () => ({ admit: () => ((asked.gate += 1), failure()) });
  const rows = () => ((asked.db += 1), Promise.resolve([{ ...session, expiresAt: new Date(Date.now() + 1e6).toISOString() }]));
  const services = {
    config: { USER_UNITS_PER_MINUTE: 600 },
    gates: { user: gate },
    dbAs: () => ({ select: () => ({ from: () => ({ where: rows }) }) }),
    now: () => new Date(),
    log: () => undefined,
    later: () => undefined,
  };
  return { asked, services: services as unknown as Services };
}
const credential = () => ({ kind: "session" as const, userId: crypto.randomUUID(), sessionId: crypto.randomUUID(), issuedAt: Date.now() });

describe("a gate that does not answer", () => {
  it.each(Object.keys(failures))("[F4] (%s) refuses what writes when its 300 ms are over, asks once, and lets reads go on against Postgres", async (name) => {
    const { expect } = await import("vitest");
    const failure = failures[name] ?? (() => Promise.reject(overloaded));
    for (const budget of Object.keys(COSTS) as (keyof typeof COSTS)[]) {
      const { asked, services } = without(failure, { endedAt: null });
      const started = performance.now();
      const outcome = await admitCaller(services, credential(), budget, "10.0.0.1").catch((error: unknown) => error);
      // a timer of a busy machine comes late
      expect(performance.now() - started).toBeLessThan(OUTAGES.gate.waitMs + 200);
      expect(asked.gate).toBe(1);
      if (OUTAGES.gate.without[budget] === "refuse") expect(outcome instanceof Problem && outcome.code).toBe("unavailable");
      else expect(outcome).toMatchObject({ actor: { kind: "person" }, verdict: { allowed: true } });
    }
    await expect(admitStranger(without(failure, { endedAt: null }).services, "credentials", "10.0.0.1")).rejects.toMatchObject({ code: "unavailable" });
  });

  it("[F4] allows a tenth from the isolate's own bucket, and [B3] lets Postgres say that a session has ended", async ({ expect }) => {
    const { services } = without(failures["overloaded"] ?? (() => Promise.reject(overloaded)), { endedAt: null });
    const one = credential();
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => admitCaller(services, one, "read", "10.0.0.1")));
    expect(outcomes.filter((outcome) => outcome.verdict.allowed).length).toBe(12);
    const ended = without(failures["overloaded"] ?? (() => Promise.reject(overloaded)), { endedAt: new Date().toISOString() });
    expect((await admitCaller(ended.services, credential(), "read", "10.0.0.1")).actor).toBeNull();
  });
});

describe("gates", () => {
  it("[F5] are named by a user, an address or an account: no request of everybody passes through one object", ({ expect }) => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const names = files.flatMap((file) =>
      [...readFileSync(join("src", file), "utf8").matchAll(/(?:gates\.user\(|takeAt\(ctx, )([^,)]+)/g)].map((match) => [file, match[1]]),
    );
    const fixed = names.filter(([file, name]) => /^["']/.test(String(name)) && !String(file).endsWith("check-health.ts"));
    expect(names.length).toBeGreaterThan(8);
    expect(fixed).toEqual([]);
  });
});
