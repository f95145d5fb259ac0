/**
 * Rehearsals of the bad day, on a service of their own: `npm run drill -- NAME`, or `all`. Each says what it did and what it
 * verified; anything else ends with a code that CI notices.
 */
import "./check-node.ts";
import { dashboard } from "./drills/dashboard.ts";
import { poisonedQueue, redisEmptied, resync } from "./drills/data.ts";
import { sealingKeys, signingKeys } from "./drills/keys.ts";
import { oldWorker } from "./drills/old-worker.ts";
import { restore } from "./drills/restore.ts";
import { type Stack, withStack } from "./drills/stack.ts";

const DRILLS: Record<string, (stack: Stack) => Promise<void>> = {
  restore,
  "sealing-keys": sealingKeys,
  "signing-keys": signingKeys,
  "redis-emptied": redisEmptied,
  "poisoned-queue": poisonedQueue,
  resync,
  "old-worker": oldWorker,
  dashboard,
};

/** Asked for by name alone: they need a program that npm does not bring. */
const APART = ["dashboard"];

const asked = process.argv[2] ?? "";
const names = asked === "all" ? Object.keys(DRILLS).filter((name) => !APART.includes(name)) : [asked];
if (!names.every((name) => DRILLS[name])) {
  console.error(`npm run drill -- NAME, of: ${Object.keys(DRILLS).join(", ")}, all`);
  process.exit(2);
}
const failed: string[] = [];
await withStack(async (stack) => {
  for (const name of names) {
    const started = Date.now();
    console.log(`${name}:`);
    try {
      await DRILLS[name]?.(stack);
      console.log(`${name}: passed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
    } catch (error) {
      failed.push(name);
      console.log(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
});
console.log(`${names.length - failed.length} of ${names.length} drills passed${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`);
process.exit(failed.length > 0 ? 1 : 0);
