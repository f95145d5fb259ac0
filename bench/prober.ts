import { parentPort, workerData } from "node:worker_threads";

/**
 * A thread of its own that asks a url each so many milliseconds, whether or not the answer before has come, until it is
 * told to stop; then it says how late each answer was, from when its probe was due. What the parent does delays none.
 */
const { url, everyMs } = workerData as { url: string; everyMs: number };
const late: number[] = [];
const asked: Promise<unknown>[] = [];
const told = { toStop: false };
parentPort?.once("message", () => (told.toStop = true));

for (let due = performance.now(); !told.toStop; due += everyMs) {
  const early = due - performance.now();
  await new Promise((done) => setTimeout(done, Math.max(0, early)));
  const answer = fetch(url, { signal: AbortSignal.timeout(30_000) }).then((response) => response.text());
  asked.push(answer.then(() => late.push(performance.now() - due)));
}
await Promise.all(asked);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(late);
