/** What a file of simulated worlds stands on: one machine for all its tests, and worlds that are closed after each. */
import { neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type LocalMachine, startMachine } from "./machine.ts";
import { World, type WorldOptions } from "./world.ts";

export const HOUR_MS = 3600_000;

/** A company that needs no more than a few pages. */
const SMALL: WorldOptions = { size: 12, multiCurrency: false, inventory: false, faulty: false };

export type Joined = { world: World; user: string };

export type Stage = {
  readonly machine: LocalMachine;
  world(seed: string, options?: Partial<WorldOptions>, realm?: string): World;
  /** Somebody linked the company; nothing was copied yet. */
  joined(seed: string, options?: Partial<WorldOptions>, syncFrom?: string): Promise<Joined>;
  /** The same, copied and proven. */
  copied(seed: string, options?: Partial<WorldOptions>, syncFrom?: string): Promise<Joined>;
  /** The first row, as the owner sees it; none is an error. */
  one<T extends object>(text: string, values: unknown[]): Promise<T>;
  /** Ends a world before its test ends, so that the next may have its ids. */
  leave(world: World): Promise<void>;
};

export function stage(): Stage {
  let started: LocalMachine | null = null;
  const open = new Set<World>();
  beforeAll(async () => {
    started = await startMachine();
  });
  afterEach(async () => {
    for (const world of open) await self.leave(world);
  });
  afterAll(async () => {
    neonConfig.fetchFunction = undefined;
    await started?.stop();
  });
  const self: Stage = {
    get machine() {
      if (!started) throw new Error("the machine has not started");
      return started;
    },
    world(seed, options = {}, realm) {
      const world = new World(self.machine, seed, { ...SMALL, ...options }, realm);
      open.add(world);
      return world;
    },
    async joined(seed, options, syncFrom) {
      // a test that failed and is made again, as under a mutant, left its world open
      for (const one of open) if (one.seed === seed) await self.leave(one);
      const world = self.world(seed, options);
      return { world, user: await world.join(syncFrom) };
    },
    async copied(seed, options, syncFrom) {
      const joined = await self.joined(seed, options, syncFrom);
      await joined.world.untilQuiet();
      return joined;
    },
    async one<T extends object>(text: string, values: unknown[]) {
      const { rows } = await self.machine.owner.query<T>(text, values);
      if (!rows[0]) throw new Error(`no row: ${text}`);
      return rows[0];
    },
    async leave(world) {
      open.delete(world);
      await world.close();
    },
  };
  return self;
}
