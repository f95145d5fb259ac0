/** One world from its first link to the day its faults have stopped, and what is wrong then. */
import type { Machine } from "./machine.ts";
import { faultsOf, mannersOf } from "./oracle.ts";
import { World } from "./world.ts";

export type Played = { seed: string; hash: string; steps: number; wrong: string[]; reconnected: number; tail: string[] };

export async function play(machine: Machine, seed: string): Promise<Played> {
  const dice = seed.split("").reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7);
  const world = new World(machine, seed, { size: 40 + (dice % 5) * 20, multiCurrency: dice % 2 === 0, inventory: dice % 5 < 3, faulty: true });
  try {
    await world.join();
    if (dice % 3 === 0) await world.join();
    arm(world);
    world.faulty = true;
    await world.run(250, 0.02);
    if (dice % 4 === 0) world.jump(32 * 24 * 3600_000);
    await world.run(250, 0.02);
    world.faulty = false;
    world.twin.control.clearFaults();
    const reconnected = await settleDown(world);
    const wrong = [...mannersOf(world)];
    for (const user of world.users) wrong.push(...(await faultsOf(world, user)));
    return { seed, hash: world.scheduler.hash(), steps: world.scheduler.steps, wrong, reconnected, tail: world.scheduler.tail };
  } finally {
    await world.close();
  }
}

/** QuickBooks' own faults, each with a small chance at each call. */
function arm(world: World): void {
  const { control } = world.twin;
  const some = (probability: number, name: string) => ({ probability, seed: `${world.seed}:${name}` });
  const api = { realm: world.realm, target: "api" as const };
  const token = { target: "token" as const };
  control.addFault({ match: api, every: some(0.01, "500"), fault: { kind: "status", status: 500 } });
  control.addFault({ match: api, every: some(0.01, "429"), fault: { kind: "fault", code: "3001", retryAfter: 20 } });
  control.addFault({ match: api, every: some(0.01, "hidden"), fault: { kind: "fault", code: "10000", status: 200 } });
  control.addFault({ match: api, every: some(0.01, "xml"), fault: { kind: "fault", code: "3200", dialect: "xml" } });
  control.addFault({ match: api, every: some(0.01, "cut"), fault: { kind: "cut" } });
  control.addFault({ match: api, every: some(0.01, "drop"), fault: { kind: "drop", when: "after" } });
  control.addFault({ match: token, every: some(0.05, "rotate"), fault: { kind: "rotate" } });
  control.addFault({ match: token, every: some(0.02, "lost"), fault: { kind: "rotate-lost" } });
}

/** Lets everything end; a dead connection is connected again by its person, once its notice is there; then all is asked to sync. */
async function settleDown(world: World): Promise<number> {
  let reconnected = 0;
  for (let round = 0; round < 6; round++) {
    for (let turn = 0; turn < 60; turn++) {
      await world.run(100, 0);
      if (await world.quiet()) break;
    }
    const { rows } = await world.machine.owner.query<{ user_id: string; mails: string }>(
      "select a.user_id, (select count(*) from mails m where m.user_id = a.user_id and m.template = 'needs_reconnect') as mails from accounts a where a.user_id = any($1) and a.status = 'needs_reconnect'",
      [world.users],
    );
    for (const { user_id: userId, mails } of rows) {
      if (mails === "0") throw new Error("a connection ended without a notice");
      await world.link(userId);
      reconnected += 1;
    }
    if (rows.length === 0 && round > 0) return reconnected;
    // the next day: the daily proof is due
    world.jump(25 * 3600_000);
  }
  return reconnected;
}
