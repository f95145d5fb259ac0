import fc from "../property.ts";
import { describe, inject, it } from "vitest";
import { createCache } from "../../src/integrations/redis/cache.ts";
import { workerBehindFaults } from "../outages/behind.ts";
import { asOwner } from "../owner.ts";
import { person, type Person, withKey } from "../person.ts";

/** A thousand by `npm run prove`; a short run otherwise. */
const SEEDS = process.env["PROVE"] === "1" ? 1_000 : 15;
const coffee = { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" };
const as = (who: Person, credential = who.accessToken) => ({ authorization: `Bearer ${credential}`, "cf-connecting-ip": who.ip });
const madeBy = async (who: Person) =>
  Number((await asOwner("select count(*) n from transactions t join users u on u.id = t.user_id where u.email = $1", [who.email]))[0]?.["n"]);

describe("a write whose answer is lost between the database and us", () => {
  it("[J2] is applied once and never sent again, and its key gets the stored answer", async ({ expect }) => {
    const [ada, worker] = [await person(), workerBehindFaults()];
    // the call after the key was taken and the answer foretold, and any after it: whoever tries again is counted
    await worker.break("postgres", "half", 2);
    const lost = await worker.call("POST", "/transactions", { body: coffee, headers: { ...as(ada), "idempotency-key": "order-1" } });
    // the write, and the attempt to settle the key
    expect([lost.status, Number(lost.retryAfter) >= 1, await worker.fired("postgres"), await madeBy(ada)]).toEqual([503, true, 2, 1]);
    await worker.mend();
    const again = await worker.call("POST", "/transactions", { body: coffee, headers: { ...as(ada), "idempotency-key": "order-1" } });
    // the answer was foretold into the transaction that was carried out
    expect([again.status, again.body["description"], await madeBy(ada)]).toEqual([201, coffee.description, 1]);
    const [row] = await asOwner<{ id: string }>("select t.id from transactions t join users u on u.id = t.user_id where u.email = $1", [ada.email]);
    expect(again.body["id"]).toBe(row?.id);
  });

  it("[J2] without a key is applied once too", async ({ expect }) => {
    const [ada, worker] = [await person(), workerBehindFaults()];
    await worker.break("postgres", "half");
    const lost = await worker.call("POST", "/transactions", { body: coffee, headers: as(ada) });
    expect([lost.status, await worker.fired("postgres"), await madeBy(ada)]).toEqual([503, 1, 1]);
  });

  it("[J2] gets the stored answer where only the client lost it", async ({ expect }) => {
    const [ada, worker] = [await person(), workerBehindFaults()];
    const send = () => worker.call("POST", "/transactions", { body: coffee, headers: { ...as(ada), "idempotency-key": "order-2" } });
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status, again.body, await madeBy(ada)]).toEqual([201, 201, first.body, 1]);
  });
});

describe("five clients with one Idempotency-Key", () => {
  it(`[E5] write once, whatever answer of the database is lost between them: ${SEEDS} seeds`, async ({ expect }) => {
    const [ada, worker] = [await person(), workerBehindFaults({ USER_UNITS_PER_MINUTE: "6000000" })];
    const faults = fc.record({ after: fc.nat({ max: 9 }), times: fc.integer({ min: 1, max: 3 }), mode: fc.constantFrom("half" as const, "reset" as const) });
    const count = { lost: 0, refused: 0 };
    for (const [seed, { after, times, mode }] of fc.sample(faults, { numRuns: SEEDS, seed: 7 }).entries()) {
      const key = `seed-${seed}`;
      const send = () => worker.call("POST", "/transactions", { body: { ...coffee, description: key }, headers: { ...as(ada), "idempotency-key": key } });
      await worker.break("postgres", mode, after, times);
      const first = await Promise.all(Array.from({ length: 5 }, send));
      count.lost += await worker.fired("postgres");
      count.refused += first.filter(({ status }) => status === 503).length;
      await worker.mend();
      await worker.settled();
      // two minutes go by
      await asOwner("update idempotency_keys set lease_until = created_at where key = $1 and applied_at is null", [key]);
      const again = await send();
      const rows = await asOwner<{ id: string }>("select t.id from transactions t join users u on u.id = t.user_id where u.email = $1 and description = $2", [
        ada.email,
        key,
      ]);
      const answered = new Set([...first, again].filter(({ status }) => status < 300).map(({ body }) => body["id"]));
      const shown = `SEED=${seed} ${mode} after ${after}, ${times} times: ${JSON.stringify([...first, again].map(({ status }) => status))}`;
      expect([again.status, rows.length, [...answered]], shown).toEqual([201, 1, [rows[0]?.id]]);
    }
    console.log(`${SEEDS} seeds, one write each; ${count.lost} calls lost, ${count.refused} requests refused meanwhile`);
    expect(count.lost).toBeGreaterThan(0);
  }, 900_000);
});

describe("Redis that lies, hangs or is empty", () => {
  it("[J3] never brings back a session or a key that was ended", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, ["profile:read"]);
    expect((await key.get("/me")).status).toBe(200);
    await ada.delete(`/api-keys/${key.id}`);
    await ada.post("/auth/logout");
    for (const mode of ["hang", "reset", "500", "slow", "garbage", "half"] as const) {
      const worker = workerBehindFaults();
      await worker.break("redis", mode);
      const replies = await Promise.all([ada.accessToken, key.key].map((credential) => worker.call("GET", "/me", { headers: as(ada, credential) })));
      expect([mode, ...replies.map((reply) => reply.status)]).toEqual([mode, 401, 401]);
      expect(await worker.fired("redis")).toBe(0);
    }
  });

  it("[J3] costs one request and 150 ms, and what it says is a miss", async ({ expect }) => {
    for (const mode of ["hang", "reset", "500", "slow", "garbage", "half"] as const) {
      const worker = workerBehindFaults();
      await worker.break("redis", mode);
      const lines: string[] = [];
      const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = worker.bindings as unknown as Record<string, string>;
      const cache = createCache({
        url: url ?? "",
        token: token ?? inject("vars")["UPSTASH_REDIS_REST_TOKEN"] ?? "",
        log: (_, event) => void lines.push(event),
      });
      const started = Date.now();
      const got = await cache.get(crypto.randomUUID(), "x");
      expect([mode, got, await worker.fired("redis"), lines]).toEqual([mode, null, 1, ["cache.failed"]]);
      expect(Date.now() - started).toBeLessThan(1_000);
    }
  });
});
