/** `node test/simulation/simulate.ts --seeds 200 [--from 1] [--seed 17] [--twice] [--lanes 2]`: plays worlds and says which failed. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { startMachine } from "./machine.ts";
import { play } from "./play.ts";

type Lane = { seeds: string[]; twice: boolean; talkative: boolean; trace: boolean };
type Told = { failed: string[]; steps: number; reconnected: number };

/** Worlds one after the other, on a machine of this thread alone. */
async function playAll({ seeds, twice, talkative, trace }: Lane): Promise<Told> {
  const machine = await startMachine();
  const told: Told = { failed: [], steps: 0, reconnected: 0 };
  try {
    for (const seed of seeds) {
      const played = await play(machine, seed);
      told.steps += played.steps;
      told.reconnected += played.reconnected;
      const again = twice ? await play(machine, seed) : played;
      const wrong = again.hash === played.hash ? played.wrong : [...played.wrong, `two runs differ: ${played.hash} ${again.hash}`];
      if (wrong.length > 0) told.failed.push(seed);
      if (wrong.length > 0 || talkative) console.log(`seed ${seed} ${played.hash} ${played.steps} steps: ${wrong.length === 0 ? "well" : wrong.join("\n  ")}`);
      if (trace) console.log(played.tail.join("\n"));
    }
  } finally {
    await machine.stop();
  }
  return told;
}

function inThread(lane: Lane): Promise<Told> {
  return new Promise((tell, fail) => {
    const worker = new Worker(import.meta.filename, { workerData: lane });
    worker.once("message", tell);
    worker.once("error", fail);
    worker.once("exit", (code) => fail(new Error(`a lane ended with ${code} before it told`)));
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "20" },
      from: { type: "string", default: "1" },
      seed: { type: "string" },
      twice: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      lanes: { type: "string", default: String(Math.min(2, availableParallelism())) },
    },
  });
  const seeds = values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, index) => String(Number(values.from) + index)) : [values.seed];
  const lanes = Math.min(Number(values.lanes), seeds.length);
  const lane = { twice: values.twice, talkative: values.twice || seeds.length === 1, trace: values.trace };
  const started = Date.now();
  const told = await Promise.all(Array.from({ length: lanes }, (_, at) => inThread({ ...lane, seeds: seeds.filter((_seed, index) => index % lanes === at) })));
  const failed = told.flatMap((one) => one.failed);
  const sum = (of: (one: Told) => number) => told.reduce((total, one) => total + of(one), 0);
  console.log(
    `${seeds.length - failed.length} of ${seeds.length} worlds ended well; ${sum(({ steps }) => steps)} effects, ${sum(({ reconnected }) => reconnected)} reconnections, ${Math.round((Date.now() - started) / 1000)} s${failed.length > 0 ? `; failed seeds: ${failed.join(" ")}` : ""}`,
  );
  process.exitCode = failed.length > 0 ? 1 : 0;
}

if (isMainThread) await main();
// safe: what `inThread` gave
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
else parentPort?.postMessage(await playAll(workerData as Lane));
