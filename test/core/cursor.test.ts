import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { describe, it } from "vitest";
import { readCursor, writeCursor } from "../../src/core/cursor.ts";
import { Problem } from "../../src/core/errors.ts";

const key = new Uint8Array(randomBytes(32));
const filters = { category: "rent" };

describe("a cursor", () => {
  it("[E4] opens with the filters and the key that it was written with, and no other", async ({ expect }) => {
    const position = ["2026-01-02", "ü 0198"];
    const cursor = await writeCursor(key, filters, position);
    expect(await readCursor(key, filters, cursor)).toEqual(position);
    const [body = "", mac = ""] = cursor.split(".");
    expect(Buffer.from(body, "base64url").toString()).toBe(JSON.stringify(position));
    const purpose = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(32), "finhelm|cursor", 32));
    expect(mac).toBe(
      createHmac("sha256", purpose)
        .update(`${JSON.stringify(filters)}|${body}`)
        .digest("base64url")
        .slice(0, 22),
    );
    const forged = Buffer.from('["2020-01-01","x"]').toString("base64url");
    const wrong: [Uint8Array<ArrayBuffer>, unknown, string][] = [
      [key, { category: "food" }, cursor],
      [new Uint8Array(randomBytes(32)), filters, cursor],
      [key, filters, `${forged}.${mac}`],
      [key, filters, `${body}.${mac.slice(1)}`],
      [key, filters, body],
      [key, filters, ""],
    ];
    for (const [root, asked, text] of wrong) {
      const refused = await readCursor(root, asked, text).catch((error: unknown) => error);
      expect([text, refused instanceof Problem && [refused.code, refused.detail, refused.errors]]).toEqual([
        text,
        [
          "invalid_request",
          "The cursor does not belong to this list.",
          [{ pointer: "/cursor", detail: "must be nextCursor of the page before, with the same filters" }],
        ],
      ]);
    }
  });
});
