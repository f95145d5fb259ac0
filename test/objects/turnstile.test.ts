import { env } from "cloudflare:test";
import { describe, it } from "vitest";
import type { Turnstile } from "../../src/objects/turnstile.ts";

const stiles = (env as unknown as { TURNSTILE: DurableObjectNamespace<Turnstile> }).TURNSTILE;
const fresh = () => stiles.get(stiles.idFromName(crypto.randomUUID()));
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe("the turnstile", () => {
  it("[A6] hands out one turn at a time, to eight of a crowd, in the order they came, and refuses the others at once", async ({ expect }) => {
    const stile = fresh();
    const [order, inside]: [number[], { now: number; most: number }] = [[], { now: 0, most: 0 }];
    const come = async (at: number) => {
      const turn = await stile.enter();
      if (turn === null) return false;
      inside.most = Math.max(inside.most, ++inside.now);
      order.push(at);
      await pause(20);
      inside.now--;
      await stile.done(turn);
      return true;
    };
    const had = await Promise.all(Array.from({ length: 20 }, (_, at) => come(at)));
    expect([had.filter(Boolean).length, inside.most]).toEqual([8, 1]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("[A6] begins when nobody has come for a moment, and not later than it must where somebody always comes", async ({ expect }) => {
    const stile = fresh();
    const started = Date.now();
    const had = { first: 0 };
    const first = stile.enter().then((turn) => {
      had.first = Date.now() - started;
      return turn;
    });
    const others = [];
    while (had.first === 0 && Date.now() - started < 5_000) {
      others.push(stile.enter());
      await pause(10);
    }
    expect(await first).toBe(1);
    expect([had.first >= 40, had.first < 3_000]).toEqual([true, true]);
    const alone = fresh();
    const turn = (await alone.enter()) ?? 0;
    await alone.done(turn);
    expect(turn).toBe(1);
    await Promise.all(others);
  });

  it("[A6] takes a turn back from a caller who vanished, and who comes back late ends nobody else's", async ({ expect }) => {
    const stile = fresh();
    const vanished = (await stile.enter()) ?? 0;
    const second = (await stile.enter()) ?? 0;
    expect([vanished, second]).toEqual([1, 2]);
    await stile.done(vanished);
    const third = stile.enter();
    expect(await Promise.race([third, pause(300).then(() => "waits")])).toBe("waits");
    await stile.done(second);
    expect(await third).toBe(3);
  });
});
