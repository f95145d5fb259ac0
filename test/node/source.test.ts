import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join("src", file), "utf8") }));

describe("the source", () => {
  it("gives Upstash a signal made per call: a static one lets a timed-out read resolve to null", ({ expect }) => {
    const clients = sources.filter(({ text }) => text.includes("new Redis("));
    expect(clients.length).toBeGreaterThan(0);
    for (const { file, text } of clients) expect([file, /signal: \(\) => AbortSignal\.timeout\(/.test(text)]).toEqual([file, true]);
  });

  it("hashes no password by PBKDF2, whose iterations production caps where a laptop does not", ({ expect }) => {
    expect(sources.filter(({ text }) => /PBKDF2|pbkdf2/.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it("[E6] has no regular expression that takes long over any text: each is tried with fifty thousand characters of its own kind", ({ expect }) => {
    const patterns = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/(?<=[(=,:!]\s*)\/(?![*/ ])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/([gimsuy]*)(?=[.,;)\s])/g)].map(([, body = "", flags = ""]) => ({
        file,
        body,
        flags,
      })),
    );
    expect(patterns.length).toBeGreaterThan(40);
    for (const { file, body, flags } of patterns) {
      const pattern = new RegExp(body, flags.replace("g", ""));
      for (const piece of ["a", "1", " ", "-", ".", "a1", "1.", "::", "x y", "\\", "=", "Bearer ", "fh_live_", "?", " ?", "\n", ","]) {
        const hostile = `${piece.repeat(50_000 / piece.length)}\u0000`;
        const started = performance.now();
        pattern.test(hostile);
        expect([file, body, piece, performance.now() - started < 2_000]).toEqual([file, body, piece, true]);
      }
    }
  }, 120_000);
});
