import { createHmac, hkdfSync, randomBytes, scryptSync } from "node:crypto";
import fc from "../../property.ts";
import { describe, it, vi } from "vitest";
import { passwordHash } from "../../../src/features/auth/password-hash.ts";
import { checkPassword, hashPassword } from "../../../src/features/auth/passwords.ts";
import type { Services } from "../../../src/runtime.ts";

const isProof = process.env["PROVE"] === "1";
const root = Uint8Array.from(randomBytes(32));

/** A turnstile that counts: each test has its own, as what an earlier one left hanging may still come back to it. */
function counted() {
  const turns = { had: 0, given: 0 };
  const turnstile = () => ({ enter: () => Promise.resolve(++turns.had), done: () => Promise.resolve(void turns.given++) });
  const services = { config: { LINK_SIGNING_KEY: root }, random: (length: number) => randomBytes(length), gates: { turnstile } } as unknown as Services;
  return { services, turns };
}

type Cost = { ln: number; r: number; p: number };
const TODAY = { ln: 15, r: 8, p: 3 };
/** Cheap, so that a thousand pairs take a second: the way from text to bytes is the same at every cost. */
const CHEAP = { ln: 1, r: 2, p: 3 };

/** The hash as Node computes it, without a line of ours. */
function reference(password: string, salt: Buffer, { ln, r, p }: Cost): string {
  const pepper = Buffer.from(hkdfSync("sha256", root, Buffer.alloc(32), "finhelm|password", 32));
  const mac = createHmac("sha256", pepper).update(password.normalize("NFC")).digest();
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString("base64url")}$${scryptSync(mac, salt, 32, { N: 2 ** ln, r, p, maxmem: 2 ** 26 }).toString("base64url")}`;
}

const passwords = (count: number) =>
  fc.sample(fc.tuple(fc.string({ unit: "grapheme", minLength: 12, maxLength: 128 }), fc.constantFrom("z", "é", "日", "🔑", " ", "\u0000")), {
    numRuns: count,
    seed: 7,
  });

describe("passwords", () => {
  it("[A3] are told apart by their last character, whatever they are made of: none is cut short", async ({ expect }) => {
    const { services, turns } = counted();
    for (const [password, last] of passwords(isProof ? 1_000 : 250)) {
      const stored = reference(`${password}${last}`, randomBytes(16), CHEAP);
      for (const other of [password, `${password}~`])
        expect([password, last, (await checkPassword(services, other, stored)).right]).toEqual([password, last, false]);
    }
    expect(turns.given).toBe(turns.had);
  }, 120_000);

  it("[A4] are hashed as Node's own scrypt does, under older parameters and under today's", async ({ expect }) => {
    const { services } = counted();
    for (const [password] of passwords(isProof ? 1_000 : 250)) {
      const [salt, { ln, r, p }] = [randomBytes(16), CHEAP];
      const ours = (await passwordHash(services, password, salt, { N: 2 ** ln, r, p })).toString("base64url");
      expect([password, ours]).toEqual([password, reference(password, salt, CHEAP).split("$").at(-1)]);
    }
    // each of today's takes a third of a second, twice
    for (const [password] of passwords(isProof ? 50 : 2)) {
      const { right, upgraded } = await checkPassword(services, password, reference(password, randomBytes(16), CHEAP));
      const salt = Buffer.from(upgraded?.split("$")[3] ?? "", "base64url");
      expect([password, right, upgraded]).toEqual([password, true, reference(password, salt, TODAY)]);
    }
  }, 300_000);

  it("[A6] cost nothing without a turn, and what is stored must be a hash", async ({ expect }) => {
    const { services, turns } = counted();
    const busy = { ...services, gates: { turnstile: () => ({ enter: () => Promise.resolve(null), done: () => Promise.resolve() }) } } as unknown as Services;
    const refused = await checkPassword(busy, "any", null).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "unavailable", detail: "Many people are logging in at this moment.", retryAfterSeconds: 2 });
    await expect(checkPassword(services, "any", "no hash")).rejects.toThrow("a stored password hash cannot be read");
    expect(await checkPassword(services, "any", null)).toEqual({ right: false, upgraded: null });
    const hash = await hashPassword(services, "any");
    const salt = Buffer.from(hash.split("$")[3] ?? "", "base64url");
    expect([hash, salt.length, turns.had, turns.given]).toEqual([reference("any", salt, TODAY), 16, 2, 2]);
    expect(await checkPassword(services, "any", hash)).toEqual({ right: true, upgraded: null });
  });

  it("[A6] are refused where no turn comes in four seconds, and where a hash would take more than its memory", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { services } = counted();
      const never = { ...services, gates: { turnstile: () => ({ enter: () => new Promise(() => undefined), done: () => Promise.resolve() }) } };
      const outcome = hashPassword(never as unknown as Services, "any").catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(3_999);
      expect(await Promise.race([outcome, Promise.resolve("waits")])).toBe("waits");
      await vi.advanceTimersByTimeAsync(1);
      expect(await Promise.race([outcome, Promise.resolve("waits")])).toMatchObject({ code: "unavailable" });
      await checkPassword(services, "any", reference("any", randomBytes(16), CHEAP));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
    // 64 MiB, and a few bytes
    await expect(passwordHash(counted().services, "any", randomBytes(16), { N: 2 ** 19, r: 1, p: 1 })).rejects.toThrow("memory");
  });
});
