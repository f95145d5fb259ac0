import { spawnSync } from "node:child_process";

/** `npm run prove`: the long figures, one after the other, since each wants the machine to itself; `-- NAME...` runs these alone. */
const STEPS: Record<string, string> = {
  tests: "node dev/reference.ts && PROVE=1 vitest run",
  heap: "node bench/heap.ts",
  simulation: "npm run --silent simulate -- --seeds 200",
  eval: "npm run --silent eval",
  mutants: "npm run --silent test:mutants",
  "mutants of translate": "npm run --silent test:mutants:translate",
  "mutants of the core": "npm run --silent test:mutants:core -- credentials passwords limiter csv vault idempotency rls",
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STEPS));
if (unknown.length > 0) throw new Error(`no step is called ${unknown.join(", ")}: there are ${Object.keys(STEPS).join(", ")}`);
const results = Object.entries(STEPS)
  .filter(([name]) => asked.length === 0 || asked.includes(name))
  .map(([name, command]) => {
    console.log(`\n=== ${name}: ${command}`);
    const started = Date.now();
    const { status } = spawnSync(command, { stdio: "inherit", shell: true });
    return { name, isWell: status === 0, seconds: Math.round((Date.now() - started) / 1000) };
  });
console.log("\n=== proven");
for (const { name, isWell, seconds } of results) console.log(`${name.padEnd(24)} ${isWell ? "well" : "NOT WELL"}  ${seconds} s`);
console.log(`${"together".padEnd(24)} ${results.reduce((sum, { seconds }) => sum + seconds, 0)} s`);
process.exitCode = results.every(({ isWell }) => isWell) ? 0 : 1;
