import { createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "../property.ts";
import { describe, it, vi } from "vitest";
import { uuidv7 } from "../../src/core/id.ts";
import {
  CREDENTIALS,
  encodeSecret,
  equalSecrets,
  formatCredential,
  hmac,
  hmacText,
  newCredential,
  parseCredential,
  seal,
  SealError,
  sha256,
  subkey,
  unseal,
  userIdOf,
  userPart,
} from "../../src/core/secret.ts";

const random = (length: number) => new Uint8Array(randomBytes(length));
const ring = [{ id: "k1", key: random(32) }];
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Base 62 as one writes it by hand. */
const digits = (value: bigint, length: number) => Array.from({ length }, (_, at) => DIGITS[Number((value / 62n ** BigInt(length - 1 - at)) % 62n)]).join("");
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

describe("credentials", () => {
  it("begin with their user and carry a checksum, so that a typo costs no call", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(80), (userId, position) => {
        const token = formatCredential(newCredential("live", userId, random));
        if (parseCredential(token)?.userId !== userId || userIdOf(userPart(userId)) !== userId) return false;
        const at = 8 + (position % (token.length - 8));
        const other = token[at] === "A" ? "B" : "A";
        return parseCredential(token.slice(0, at) + other + token.slice(at + 1)) === null;
      }),
    );
  });
});

describe("the format of a credential", () => {
  it("[C2] is user, id, secret and CRC-32, as zlib counts it, of every kind", ({ expect }) => {
    expect(CREDENTIALS).toHaveLength(7);
    for (const kind of ["live", "test", "rt", "ot", "st", "lc", "dl"] as const) {
      const [userId, drawn] = [randomUUID(), [random(9), random(32)]];
      const asked: number[] = [];
      const credential = newCredential(kind, userId, (length) => {
        asked.push(length);
        return drawn[asked.length - 1] ?? new Uint8Array();
      });
      const [id, secret] = [digits(number(drawn[0] ?? new Uint8Array([0])), 13).slice(-12), digits(number(drawn[1] ?? new Uint8Array([0])), 43)];
      expect([asked, credential]).toEqual([[9, 32], { kind, userId, id, secret }]);
      const body = `fh_${kind}_${digits(BigInt(`0x${userId.replaceAll("-", "")}`), 22)}${id}_${secret}`;
      const token = formatCredential(credential);
      expect(token).toBe(body + digits(BigInt(crc32(body)), 6));
      expect(parseCredential(token)).toEqual({ kind, userId, id, secret });
      expect([parseCredential(` ${token}`), parseCredential(`${token}0`), parseCredential(token.slice(1))]).toEqual([null, null, null]);
    }
    expect(encodeSecret(new Uint8Array(32))).toBe("0".repeat(43));
  });

  it("[C2] holds every UUID, and refuses what is none", ({ expect }) => {
    for (const userId of ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-7000-8000-00000000000a"])
      expect(userIdOf(userPart(userId))).toBe(userId);
    expect([userIdOf(digits(2n ** 128n, 22)), userIdOf("z".repeat(22))]).toEqual([null, null]);
    const body = `fh_live_${"z".repeat(22)}${"0".repeat(12)}_${"0".repeat(43)}`;
    expect(parseCredential(body + digits(BigInt(crc32(body)), 6))).toBeNull();
  });
});

describe("what is hashed", () => {
  it("is what Node's own functions make of it, under a key for each purpose", async ({ expect }) => {
    const root = random(32);
    expect(await sha256("é token")).toBe(createHash("sha256").update("é token").digest("base64url"));
    for (const key of ["text", root]) {
      const wanted = createHmac("sha256", key).update("é value").digest();
      expect([Buffer.from(await hmac(key, "é value")).equals(wanted), await hmacText(key, "é value")]).toEqual([true, wanted.toString("base64url")]);
    }
    for (const purpose of ["api-key", "refresh", "cursor"] as const) {
      const wanted = Buffer.from(hkdfSync("sha256", root, Buffer.alloc(32), `finhelm|${purpose}`, 32));
      expect(Buffer.from(await subkey(root, purpose)).equals(wanted)).toBe(true);
    }
    expect([subkey(root, "refresh") === subkey(root, "refresh"), subkey(root, "refresh") === subkey(root, "cursor")]).toEqual([true, false]);
    expect(subkey(random(32), "refresh") === subkey(root, "refresh")).toBe(false);
  });
});

describe("sealed values", () => {
  it("[H1] are AES-256-GCM as Node opens it, bound to the key's id and to each part of the place", async ({ expect }) => {
    const [{ key }] = ring as [(typeof ring)[number]];
    const [version, id, iv = "", body = ""] = (await seal(ring, ["a", "bc"], "geheim é", random)).split(".");
    const bytes = Buffer.from(body, "base64url");
    expect([version, id, Buffer.from(iv, "base64url").length, bytes.length]).toEqual(["v1", "k1", 12, Buffer.byteLength("geheim é") + 16]);
    const reader = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"));
    reader.setAAD(Buffer.from("2:v1|2:k1|1:a|2:bc")).setAuthTag(bytes.subarray(-16));
    expect(Buffer.concat([reader.update(bytes.subarray(0, -16)), reader.final()]).toString()).toBe("geheim é");
    const sealed = `v1.k1.${iv}.${body}`;
    for (const [at, text] of [
      [["ab", "c"], sealed],
      [["a", "bc"], sealed.replace("v1", "v2")],
      [["a", "bc"], sealed.replace("k1", "k9")],
      [["a", "bc"], "v1.k1"],
      [["a", "bc"], ""],
    ] as const) {
      const refused = await unseal(ring, at, text).catch((error: unknown) => error);
      expect([text, refused instanceof SealError && refused.name]).toEqual([text, "SealError"]);
    }
    await expect(unseal(ring, ["a", "bc"], sealed.replace("v1", "v2"))).rejects.toThrow("unknown sealing key");
    await expect(seal([], ["a"], "x", random)).rejects.toThrow("no sealing key");
  });

  it("open at their place alone, and not when any byte was changed", async ({ expect }) => {
    const place = [randomUUID(), "refresh"];
    const sealed = await seal(ring, place, "AB11-secret", random);
    expect(await unseal(ring, place, sealed)).toBe("AB11-secret");
    expect(sealed).not.toContain("AB11");
    await expect(unseal(ring, [randomUUID(), "refresh"], sealed)).rejects.toThrow("does not open here");
    await expect(unseal(ring, [place[0] ?? "", "access"], sealed)).rejects.toThrow("does not open here");
    const body = Buffer.from(sealed.split(".")[3] ?? "", "base64url");
    for (let i = 0; i < body.length; i++) {
      const flipped = Buffer.from(body);
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      await expect(unseal(ring, place, [...sealed.split(".").slice(0, 3), flipped.toString("base64url")].join("."))).rejects.toThrow();
    }
  });

  it("[H4] are opened by keys that nothing can read out of the platform again", async ({ expect }) => {
    const spy = vi.spyOn(crypto.subtle, "importKey");
    await unseal(ring, ["a"], await seal(ring, ["a"], "x", random));
    await hmac(await subkey(random(32), "refresh"), "x");
    const calls = spy.mock.calls.map((call) => [(call[2] as { name?: string }).name ?? call[2], call[3], call[4]]);
    spy.mockRestore();
    expect(calls).toEqual([
      ["AES-GCM", false, ["encrypt"]],
      ["AES-GCM", false, ["decrypt"]],
      ["HKDF", false, ["deriveBits"]],
      ["HMAC", false, ["sign"]],
    ]);
  });

  it("stay open after a new key is put in front", async ({ expect }) => {
    const sealed = await seal(ring, ["a"], "old", random);
    const rotated = [{ id: "k2", key: random(32) }, ...ring];
    expect(await unseal(rotated, ["a"], sealed)).toBe("old");
    expect(await seal(rotated, ["a"], "new", random)).toMatch(/^v1\.k2\./);
  });
});

describe("ids and comparison", () => {
  it("sort by time of making", ({ expect }) => {
    const ids = [1, 2, 3_000_000_000_000].map((time) => uuidv7(time, random(10)));
    expect([...ids].sort()).toEqual(ids);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("compare secrets of any lengths", async ({ expect }) => {
    expect(await Promise.all([equalSecrets("a", "a"), equalSecrets("a", "b"), equalSecrets("a", "ab"), equalSecrets("", "")])).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
