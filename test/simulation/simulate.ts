/** `node test/simulation/simulate.ts --seeds 200 [--from 1] [--seed 17] [--twice]`: plays worlds and says which failed. */
import { parseArgs } from "node:util";
import { startMachine } from "./machine.ts";
import { play } from "./play.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    twice: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
});

const seeds = values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, index) => String(Number(values.from) + index)) : [values.seed];
const machine = await startMachine();
const failed: string[] = [];
let [steps, reconnected] = [0, 0];
const started = Date.now();
try {
  for (const seed of seeds) {
    const played = await play(machine, seed);
    steps += played.steps;
    reconnected += played.reconnected;
    const again = values.twice ? await play(machine, seed) : played;
    const wrong = again.hash === played.hash ? played.wrong : [...played.wrong, `two runs differ: ${played.hash} ${again.hash}`];
    if (wrong.length > 0) failed.push(seed);
    if (wrong.length > 0 || values.twice || seeds.length === 1)
      console.log(`seed ${seed} ${played.hash} ${played.steps} steps: ${wrong.length === 0 ? "well" : wrong.join("\n  ")}`);
    if (values.trace) console.log(played.tail.join("\n"));
  }
} finally {
  await machine.stop();
}
console.log(
  `${seeds.length - failed.length} of ${seeds.length} worlds ended well; ${steps} effects, ${reconnected} reconnections, ${Math.round((Date.now() - started) / 1000)} s${failed.length > 0 ? `; failed seeds: ${failed.join(" ")}` : ""}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
