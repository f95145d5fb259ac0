import { TestRunner } from "vitest";
import { within } from "../../src/core/within.ts";

type Test = Parameters<NonNullable<TestRunner["onBeforeRunTask"]>>[0];

/** So many times what a test takes without a mutant, and some for those that take next to nothing: a mutant that never ends is caught. */
const [STEPS_TIMES, STEPS_LEAST] = [20, 200_000];

/** The same in time, for one that waits for what never comes. */
const [TIMES, LEAST_MS] = [5, 5_000];

/** Of a test in a run whose mutant is on from the start. */
const [LOADED_MOST, LOADED_MS] = [20_000_000, 300_000];

const on = {
  /** The mutant that is on; of a whole run where it is given. */
  id: Number(process.env["MUTANT"] ?? -1),
  steps: 0,
  most: Number.POSITIVE_INFINITY,
  reached: new Set<number>(),
  /** Caught by another test already. */
  caught: new Set((process.env["MUTANTS_SPARED"] ?? "").split(",").map(Number)),
  isOn(id: number): boolean {
    if (on.id === -1) on.reached.add(id);
    on.steps += 1;
    if (on.steps > on.most) throw new Error("it does not end");
    return id === on.id;
  },
};
Object.assign(globalThis, { mutants: on });

/**
 * Runs each test, and then again with each mutant on that the test reaches and no test has caught yet. What each test
 * caught, and what is reached while modules load, stand in the meta of the tests.
 */
export default class MutantRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    const run = TestRunner.getTestFn(test) as () => Promise<void>;
    on.steps = 0;
    if (on.id !== -1) {
      on.most = LOADED_MOST;
      return within(LOADED_MS, run());
    }
    const atLoad = [...on.reached];
    on.reached.clear();
    on.most = Number.POSITIVE_INFINITY;
    const started = performance.now();
    await run();
    const patience = (performance.now() - started) * TIMES + LEAST_MS;
    on.most = on.steps * STEPS_TIMES + STEPS_LEAST;
    const met = [...on.reached];
    const caught: number[] = [];
    for (const id of met) {
      if (on.caught.has(id)) continue;
      on.id = id;
      on.steps = 0;
      try {
        await within(patience, run());
      } catch {
        caught.push(id);
      } finally {
        on.id = -1;
      }
    }
    for (const id of caught) on.caught.add(id);
    // a test that cannot be run twice would catch everything
    if (caught.length > 0) await run();
    on.reached.clear();
    Object.assign(test.meta, { atLoad, caught, met });
  }
}
