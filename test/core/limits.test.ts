import { describe, it } from "vitest";
import { CompanyLimit } from "../../src/objects/company-limit.ts";
import { take } from "../../src/objects/gcra.ts";

const limit = { perMinute: 60, burst: 5 };
const now = 1_000_000;

describe("a bucket", () => {
  it("[F1] says what remains, when it is full again and when to come back, to the millisecond", ({ expect }) => {
    const first = take(undefined, limit, 2, now);
    expect(first).toEqual({ verdict: { allowed: true, remaining: 3, resetMs: 2_000, retryAfterMs: 0 }, next: now + 2_000 });
    const full = take(first.next, limit, 3, now);
    expect(full.verdict).toEqual({ allowed: true, remaining: 0, resetMs: 5_000, retryAfterMs: 0 });
    const refused = take(full.next, limit, 1, now + 100);
    expect(refused).toEqual({ verdict: { allowed: false, remaining: 0, resetMs: 4_900, retryAfterMs: 900 }, next: full.next });
    expect(take(full.next, limit, 1, now + 999).verdict.allowed).toBe(false);
    expect(take(full.next, limit, 1, now + 1_000).verdict).toEqual({ allowed: true, remaining: 0, resetMs: 5_000, retryAfterMs: 0 });
    expect(take(full.next, limit, 4, now + 2_500).verdict).toEqual({ allowed: false, remaining: 2, resetMs: 2_500, retryAfterMs: 1_500 });
    expect(take(full.next, limit, 6, now).verdict).toMatchObject({ allowed: false, remaining: 0 });
  });

  it("[F1] never holds more than its burst, however long nobody came", ({ expect }) => {
    expect(take(now, limit, 6, now + 3_600_000).verdict).toMatchObject({ allowed: false, remaining: 5, resetMs: 0, retryAfterMs: 1_000 });
    expect(take(now - 1, limit, 5, now).next).toBe(now + 5_000);
  });
});

describe("the limits of a company", () => {
  it("[I4] hands out turns ahead of time, under Intuit's limits in every window", ({ expect }) => {
    const company = new CompanyLimit();
    const turns: number[] = [];
    for (let n = 0, at = now; n < 900; n++) {
      const turn = company.reserve("one", at);
      if (turn.granted) turns.push(at + turn.waitMs);
      at += turn.granted ? 5 : turn.waitMs;
    }
    const most = (windowMs: number) => Math.max(...turns.map((start) => turns.filter((at) => at >= start && at < start + windowMs).length));
    expect(turns.length).toBeGreaterThan(300);
    expect(most(1_000)).toBeLessThanOrEqual(10);
    expect(most(60_000)).toBeLessThanOrEqual(500);
    expect(most(60_000)).toBeGreaterThan(400);
    expect(most(1_000)).toBeGreaterThanOrEqual(8);
  });

  it("[I4] says how long to wait: in turn, within twenty seconds, and otherwise not at all", ({ expect }) => {
    const company = new CompanyLimit();
    const turns = Array.from({ length: 400 }, () => company.reserve("one", now));
    expect(turns.slice(0, 4).map((turn) => [turn.granted, turn.waitMs])).toEqual([
      [true, 0],
      [true, 1],
      [true, 134],
      [true, 267],
    ]);
    const granted = turns.filter((turn) => turn.granted);
    expect([granted.length, Math.max(...granted.map((turn) => turn.waitMs)) <= 20_000]).toEqual([granted.length, true]);
    expect(granted.length).toBeGreaterThan(140);
    expect(granted.length).toBeLessThan(160);
    const refused = turns.slice(granted.length);
    expect(refused.every((turn) => !turn.granted && turn.waitMs > 20_000 && turn.waitMs < 21_000)).toBe(true);
  });

  it("[I4] lets nine callers in, a tenth when one of them must have ended", ({ expect }) => {
    const company = new CompanyLimit();
    for (let n = 0; n < 9; n++) expect(company.reserve(`c${n}`, now + n * 1_000)).toEqual({ granted: true, waitMs: 0 });
    expect(company.reserve("c9", now + 9_000)).toEqual({ granted: false, waitMs: 5_000 });
    expect(company.reserve("c8", now + 9_000)).toEqual({ granted: true, waitMs: 0 });
    expect(company.reserve("c9", now + 24_999)).toEqual({ granted: false, waitMs: 5_000 });
    expect(company.reserve("c9", now + 25_000)).toEqual({ granted: true, waitMs: 0 });
    expect(company.reserve("c10", now + 25_000)).toEqual({ granted: false, waitMs: 5_000 });
  });

  it("[I4] is closed until the moment that a 429 named, by whichever said the latest", ({ expect }) => {
    const company = new CompanyLimit();
    company.close(now + 30_000);
    company.close(now + 10_000);
    expect(company.reserve("one", now)).toEqual({ granted: false, waitMs: 30_000 });
    expect(company.reserve("one", now + 29_999)).toEqual({ granted: false, waitMs: 1 });
    expect(company.reserve("one", now + 30_000)).toEqual({ granted: true, waitMs: 0 });
  });
});
