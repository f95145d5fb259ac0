import { parentPort, workerData } from "node:worker_threads";

/**
 * A thread of its own that asks a url each so many milliseconds, whether or not the answer before has come, until it is
 * told to stop; then it says how late each answer was, from when its probe was due. What the parent does delays none. It says
 * "ready" when it has asked a few times uncounted: a thread's first calls load its client, which is not the service's lateness.
 */
const { url, everyMs } = workerData as { url: string; everyMs: number };
const late: number[] = [];
const asked: Promise<unknown>[] = [];
const told = { toStop: false };
parentPort?.once("message", () => (told.toStop = true));

const ask = () => fetch(url, { signal: AbortSignal.timeout(30_000) }).then((response) => response.text());
for (let warm = 0; warm < 10; warm++) await ask();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage("ready");

for (let due = performance.now(); !told.toStop; due += everyMs) {
  const early = due - performance.now();
  await new Promise((done) => setTimeout(done, Math.max(0, early)));
  asked.push(ask().then(() => late.push(performance.now() - due)));
}
await Promise.all(asked);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(late);
