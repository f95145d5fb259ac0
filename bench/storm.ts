import "../dev/check-node.ts";
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { openStage } from "./stage.ts";

/**
 * A storm of log-ins (50 accounts from 50 addresses at once) beside a health probe each 20 ms. A probe is late from when it
 * was due, whether or not the one before was answered: who waits for an answer before asking again measures one wait in ten.
 * Exits with 1 where the probes' p99 is not under the limit, or a log-in ends in anything but 401, 429 and 503.
 */
const PORT = 8809;
const LOG_INS = 50;
const ROUNDS = 3;
const EVERY_MS = 20;
const LIMIT_MS = 350;

const { api, close } = await openStage({ name: "storm", port: PORT, isBare: true });
try {
  // a gate's first call makes its file, which on this one machine is work beside the probe and elsewhere is another machine's
  await storm();
  const alone = await beside(() => pause(2_000));
  console.log(`alone: ${told(alone)}`);
  const seen: { p99: number; statuses: number[] }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    let statuses: number[] = [];
    const late = await beside(async () => void (statuses = await storm()));
    const hashed = statuses.filter((status) => status === 401).length;
    console.log(`storm ${round}: ${told(late)}; ${hashed} hashes, ${statuses.length - hashed} refused`);
    seen.push({ p99: quantile(late, 0.99), statuses });
  }
  const isFine = seen.every(({ p99, statuses }) => p99 < LIMIT_MS && statuses.every((status) => [401, 429, 503].includes(status)));
  process.exitCode = isFine ? 0 : 1;
} finally {
  await close();
}
process.exit();

/** How many milliseconds late each probe was answered while `work` went on, the latest last. */
async function beside(work: () => Promise<void>): Promise<number[]> {
  const prober = new Worker(join(import.meta.dirname, "prober.ts"), { workerData: { url: `${api}/health/live`, everyMs: EVERY_MS } });
  await once(prober, "message");
  const ended = once(prober, "message") as Promise<[number[]]>;
  await work();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  prober.postMessage("stop");
  const [late] = await ended;
  return late.sort((a, b) => a - b);
}

/** The statuses of as many log-ins at once as the storm has, each of an account and an address of its own. */
async function storm(): Promise<number[]> {
  const logIn = async (at: number) => {
    const response = await fetch(`${api}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json", "cf-connecting-ip": `198.51.100.${at}` },
      body: JSON.stringify({ email: `storm-${at}@finhelm.test`, password: "a password like any other" }),
      signal: AbortSignal.timeout(60_000),
    });
    await response.text();
    return response.status;
  };
  return Promise.all(Array.from({ length: LOG_INS }, (_, at) => logIn(at)));
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Infinity;
}

function told(late: readonly number[]): string {
  return `${late.length} probes, p50 ${quantile(late, 0.5).toFixed(0)} ms, p99 ${quantile(late, 0.99).toFixed(0)} ms (limit ${LIMIT_MS})`;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
