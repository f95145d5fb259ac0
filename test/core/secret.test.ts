import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, it } from "vitest";
import { uuidv7 } from "../../src/core/id.ts";
import { equalSecrets, formatCredential, newCredential, parseCredential, seal, unseal, userIdOf, userPart } from "../../src/core/secret.ts";

const random = (length: number) => new Uint8Array(randomBytes(length));
const ring = [{ id: "k1", key: random(32) }];

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

describe("sealed values", () => {
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
