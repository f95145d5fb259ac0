import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, vi } from "vitest";
import { regexes } from "zod";

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
      [...text.matchAll(/(?<=(?:[(=,:![?&|>{;]|\breturn)\s*)\/(?![*/ ])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/([gimsuy]*)(?=[.,;)\]\s])/g)].map(
        ([, body = "", flags = ""]) => ({ from: file, pattern: new RegExp(body, flags.replace("g", "")) }),
      ),
    );
    expect(patterns.length).toBeGreaterThan(150);
    for (const { from, pattern } of patterns) expect([from, pattern.source, slowest(pattern) < SLOW_MS]).toEqual([from, pattern.source, true]);
    const ofZod = Object.entries(regexes).filter((entry): entry is [string, RegExp] => entry[1] instanceof RegExp);
    expect(ofZod.length).toBeGreaterThan(20);
    for (const [name, pattern] of ofZod) expect([name, slowest(pattern) < SLOW_MS]).toEqual([name, true]);
  }, 240_000);

  it("[E6] makes no such expression while it runs, wherever one is put together from parts", async ({ expect }) => {
    const Original = RegExp;
    const made = new Map<string, RegExp>();
    class Recorded extends Original {
      constructor(pattern: string | RegExp, flags?: string) {
        super(pattern, flags);
        made.set(`${this.source}/${this.flags}`, this);
      }
    }
    vi.stubGlobal("RegExp", Recorded);
    vi.resetModules();
    try {
      const { resolvePeriod } = await import("../../src/core/period.ts");
      for (const phrase of ["FY 2025", "March 2025", "3rd of March", "in March of last year", "Q1 2025", "March to May 2025", "2025"])
        resolvePeriod(phrase, "2026-01-02");
      const { mentionsIn, monthAlone } = await import("../../src/features/insights/grounding/periods.ts");
      mentionsIn("in March 2025", "2026-01-02", 1);
      monthAlone("March");
      await import("../../src/features/insights/grounding/lexicon.ts");
      const { readAmount } = await import("../../src/features/transactions/import/bank-values.ts");
      for (const decimal of [".", ","] as const) readAmount("1234", decimal);
      const { readCsv } = await import("../../src/core/csv.ts");
      for (const delimiter of [",", ";", "|"]) expect([...readCsv("a", delimiter)].length).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(made.size).toBeGreaterThan(12);
    for (const [name, pattern] of made) expect([name, slowest(pattern) < SLOW_MS]).toEqual([name, true]);
    // what is made in other places is made of one character class, or of names that are escaped
    const makers = sources.filter(({ text }) => text.includes("new RegExp(")).map(({ file }) => file);
    expect(makers.sort()).toEqual([
      "core/csv.ts",
      "core/period.ts",
      "features/insights/grounding/claims.ts",
      "features/insights/grounding/gate.ts",
      "features/insights/grounding/lexicon.ts",
      "features/insights/grounding/periods.ts",
      "features/transactions/import/bank-values.ts",
      "http/app.ts",
    ]);
  }, 120_000);
});

const SLOW_MS = 2_000;

/** The longest that a pattern takes over fifty thousand characters of a kind, none of which it can finish. */
function slowest(pattern: RegExp): number {
  const whole = new RegExp(pattern.source, pattern.flags.replace("g", "").replace("y", ""));
  const times = ["a", "1", " ", "-", ".", "a1", "1.", "::", "x y", "\\", "=", "Bearer ", "fh_live_", "?", " ?", "\n", ",", "a@", "0:", "é"].map((piece) => {
    const hostile = `${piece.repeat(50_000 / piece.length)}\u0000`;
    const started = performance.now();
    whole.test(hostile);
    return performance.now() - started;
  });
  return Math.max(...times);
}
