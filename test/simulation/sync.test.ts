import { describe, it } from "vitest";
import type { FaultKind } from "../../dev/twins/quickbooks/api/faults.ts";
import { systemActor } from "../../src/core/actor.ts";
import { planSyncs } from "../../src/features/accounts/plan-syncs.ts";
import { runSync } from "../../src/features/accounts/run-sync.ts";
import { onBehalf } from "../../src/runtime.ts";
import { faultsOf, mannersOf } from "./oracle.ts";
import { play } from "./play.ts";
import type { Fate } from "./scheduler.ts";
import { HOUR_MS, stage } from "./stage.ts";
import type { World } from "./world.ts";

const PROVE = process.env["PROVE"] === "1";
const on = stage();

/** What QuickBooks may answer to any call instead of what was asked. */
const ANSWERS: Record<string, FaultKind> = {
  "500": { kind: "status", status: 500 },
  "503 with a page": { kind: "status", status: 503, body: "<html>" },
  "429": { kind: "fault", code: "3001", retryAfter: 20 },
  "a fault in a success": { kind: "fault", code: "10000", status: 200 },
  "half of it": { kind: "cut" },
  "nothing, after it was done": { kind: "drop", when: "after" },
};

/** The same small company once for each place and mishap; without PROVE some of them, each mishap among them. */
async function inWorlds<Mishap extends string>(places: number, mishaps: readonly Mishap[], arm: (world: World, at: number, mishap: Mishap) => void) {
  const found = { tried: 0, deliveries: 0, wrong: [] as string[] };
  for (let at = 1, turn = 0; at <= places; at += PROVE ? 1 : 17, turn++) {
    for (const mishap of PROVE ? mishaps : mishaps.slice(turn % mishaps.length, (turn % mishaps.length) + 1)) {
      const { world, user } = await on.joined("crash");
      arm(world, at, mishap);
      await world.untilQuiet();
      found.wrong.push(...(await faultsOf(world, user)).map((what) => `${mishap} at ${at}: ${what}`));
      found.deliveries = Math.max(found.deliveries, world.deliveries);
      found.tried += 1;
      await on.leave(world);
    }
  }
  return found;
}

describe("a sync", () => {
  it("[I1] killed, refused or left without a reply at any effect, converges to QuickBooks' own books", async ({ expect }) => {
    const { world: clean } = await on.copied("crash-clean");
    const fates: Fate[] = ["killed-before", "killed-after", "reply-lost", "refused", "stalled"];
    const points = clean.scheduler.steps * fates.length;
    const crashed = await inWorlds(clean.scheduler.steps, fates, (world, at, fate) => {
      let seen = 0;
      world.scheduler.fate = () => (++seen === at ? fate : "done");
    });
    const calls = clean.twin.control.counters(clean.realm).calls;
    const answered = await inWorlds(calls, Object.keys(ANSWERS), (world, at, answer) => {
      const fault = ANSWERS[answer];
      if (fault) world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, at, fault });
    });
    const all = points + calls * Object.keys(ANSWERS).length;
    const deliveries = Math.max(crashed.deliveries, answered.deliveries);
    const wrong = [...crashed.wrong, ...answered.wrong];
    console.log(`[I1] ${crashed.tried + answered.tried} of ${all} crash points tried, ${wrong.length} wrong, at most ${deliveries} deliveries`);
    expect(wrong).toEqual([]);
    expect(deliveries).toBeLessThanOrEqual(4);
  }, 1_800_000);

  it("[I3] of a company that changes meanwhile, under faults, ends equal to its books, and the same seed has the same history", async ({ expect }) => {
    const seeds = Array.from({ length: PROVE ? 6 : 2 }, (_, index) => `test-${index}`);
    const histories = new Map<string, string>();
    for (const seed of seeds) {
      const { wrong, hash } = await play(on.machine, seed);
      expect([seed, wrong]).toEqual([seed, []]);
      histories.set(seed, hash);
    }
    expect((await play(on.machine, "test-0")).hash).toBe(histories.get("test-0"));
  }, 900_000);

  it("[I4] waits as long as a 429 says, with every Worker, and stays under the limits", async ({ expect }) => {
    const { world, user } = await on.joined("throttled");
    world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, at: 12, fault: { kind: "fault", code: "3001", retryAfter: 40 } });
    await world.untilQuiet();
    const calls = world.twin.control.calls({ realm: world.realm, target: "api" });
    const gaps = calls.slice(1).map((call, index) => call.at - (calls[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(40_000);
    expect([...mannersOf(world), ...(await faultsOf(world, user))]).toEqual([]);
  });

  it("[I4] of twelve people who linked one company, by a Worker each, makes at most ten calls at once", async ({ expect }) => {
    const world = on.world("crowded");
    const users: string[] = [];
    for (let person = 0; person < 12; person++) users.push(await world.join());
    world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, times: 12, fault: { kind: "hang", ms: 400 } });
    const { rows } = await on.machine.owner.query<{ id: string; user_id: string }>(
      "select id, user_id from sync_runs where user_id = any($1) and finished_at is null",
      [users],
    );
    expect(rows.length).toBe(12);
    // outside of the scheduler all go at once, and time stands still
    await Promise.all(rows.map((run) => runSync(onBehalf(world.services, systemActor(run.user_id)), run.id)));
    const { mostAtOnce } = world.twin.control.counters(world.realm);
    console.log(`[I4] at most ${mostAtOnce} of 12 at once`);
    expect(mostAtOnce).toBeGreaterThan(1);
    expect(mostAtOnce).toBeLessThanOrEqual(10);
    await world.untilQuiet();
    for (const user of users) expect(await faultsOf(world, user)).toEqual([]);
  });

  it("[I6] is planned once, however often and however much at once cron asks", async ({ expect }) => {
    const { world, user } = await on.copied("planned");
    world.jump(2 * HOUR_MS);
    const planned = await Promise.all([planSyncs(world.services), planSyncs(world.services), planSyncs(world.services)]);
    const { n } = await on.one<{ n: string }>("select count(*) as n from sync_runs where user_id = $1 and finished_at is null", [user]);
    expect([planned.reduce((sum, count) => sum + count, 0), n]).toEqual([1, "1"]);
  });
});
