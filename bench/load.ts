import "../dev/check-node.ts";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createRandom } from "../dev/twins/quickbooks/random.ts";
import { Inspector } from "./inspector.ts";
import { Books } from "./load/books.ts";
import { draw } from "./load/mix.ts";
import { type Customer, makeCustomers } from "./load/people.ts";
import { Tally } from "./load/tally.ts";
import { openStage } from "./stage.ts";

/**
 * A realistic mix at a set rate, open-loop: requests are due at moments drawn beforehand, whether or not earlier ones were
 * answered, and latency counts from then, so that no slow answer hides the ones behind it. Afterwards every acknowledged
 * write must be in the database, and every other one absent or whole. `--soak` is fifteen minutes, in which the database
 * loses a call now and then, and memory has to stay flat.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "20" },
    seconds: { type: "string" },
    seed: { type: "string", default: "7" },
    customers: { type: "string", default: "12" },
    soak: { type: "boolean", default: false },
  },
});
const [rate, seed, count] = [Number(values.rate), Number(values.seed), Number(values.customers)];
const seconds = Number(values.seconds ?? (values.soak ? 900 : 60));
const PORT = 8827;
const INSPECTOR_PORT = 9347;
const IN_FLIGHT_MOST = 1_000;
const SAMPLE_MS = 15_000;
const FAULT_MS = 4_000;

const unlimited = { USER_UNITS_PER_MINUTE: "100000000" };
const { api, world, owner, variables, close } = await openStage({ name: "load", port: PORT, inspectorPort: INSPECTOR_PORT, variables: unlimited });
try {
  const customers = await makeCustomers(api, world.url, count, seed);
  console.log(
    `${count} customers, each with a company; ${rate} requests/s for ${seconds} s, seed ${seed}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
  );
  const books = new Books();
  const tally = new Tally();
  const heap = await watchHeap();
  const faults = values.soak ? breakThings() : { stop: () => 0 };
  const dropped = await fire(customers, books, tally);
  const struck = faults.stop();
  const samples = heap.stop();
  for (const line of tally.table()) console.log(line);
  const { unanswered, broken } = tally.errors;
  console.log(
    `${tally.requests} requests, ${dropped} not sent because ${IN_FLIGHT_MOST} were open, ${unanswered} without answer, ${broken} with 500 or worse; ${struck} database calls were made to fail`,
  );
  const settled = await syncsEnd(customers);
  const verdict = await books.verify(owner);
  console.log(
    `writes: ${verdict.acknowledged} acknowledged, ${verdict.unanswered} rows never acknowledged; lost ${verdict.lost}, doubled ${verdict.doubled}, half written ${verdict.halves}, wrong ${verdict.wrong}`,
  );
  for (const example of verdict.examples) console.log(`  ${example}`);
  console.log(`books: ${settled.balanced} of ${customers.length} companies balanced, ${settled.open} runs open, ${settled.dead} dead letters`);
  const memory = trend(samples);
  console.log(
    `live heap: ${samples.length} samples, ${mb(memory.first)} MB in the first third after the start, ${mb(memory.last)} MB in the last, most ${mb(Math.max(...samples))} MB; load ${loadavg()[0]?.toFixed(1)} at the end`,
  );
  const isWhole = verdict.lost + verdict.doubled + verdict.halves + verdict.wrong === 0;
  const isFlat = memory.last <= memory.first * 1.15 + 2_000_000;
  const isSettled = settled.open === 0 && settled.balanced === customers.length;
  if (broken > 0) console.log("FAILED: an answer said that we are broken");
  if (!isWhole) console.log("FAILED: a write was lost, doubled or half written");
  if (!isFlat) console.log("FAILED: memory grew");
  if (!isSettled) console.log("FAILED: a company is not balanced, or a run never ended");
  process.exitCode = broken === 0 && isWhole && isFlat && isSettled ? 0 : 1;
} finally {
  await close();
}
process.exit();

/** Fires every request when it is due. Returns how many were not sent. */
async function fire(customers: readonly Customer[], books: Books, tally: Tally): Promise<number> {
  const random = createRandom(seed);
  const target = { api, twins: world.url, webhookToken: variables["QUICKBOOKS_WEBHOOK_TOKEN"] ?? "", books };
  const open = new Set<Promise<void>>();
  let dropped = 0;
  const started = performance.now();
  for (let due = 0; due < seconds * 1_000; due += (-Math.log(1 - random.next()) / rate) * 1_000) {
    const wait = started + due - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const shot = draw(random, customers, target);
    if (open.size >= IN_FLIGHT_MOST) {
      dropped += 1;
      continue;
    }
    const one = shot.fire().then(({ status }) => {
      tally.add(shot.kind, performance.now() - started - due, status);
      open.delete(one);
    });
    open.add(one);
  }
  await Promise.all(open);
  return dropped;
}

/** The live heap, a collection before each reading. */
async function watchHeap() {
  const inspector = await Inspector.open(INSPECTOR_PORT);
  const samples: number[] = [];
  const read = () => void inspector.liveHeap().then((bytes) => samples.push(bytes));
  const timer = setInterval(read, Math.min(SAMPLE_MS, (seconds * 1_000) / 12));
  return {
    stop() {
      clearInterval(timer);
      inspector.close();
      return samples;
    },
  };
}

/** Every few seconds one call to the database is refused, cut off, or carried out without an answer. */
function breakThings() {
  const random = createRandom(`faults ${seed}`);
  let struck = 0;
  const timer = setInterval(() => {
    const mode = random.pick(["reset", "500", "half", "lost-reply", "garbage"]);
    struck += 1;
    void fetch(`${world.url}/neon/_control/faults`, { method: "POST", body: JSON.stringify({ match: { database: "load" }, mode, after: random.int(0, 10) }) });
  }, FAULT_MS);
  return {
    stop() {
      clearInterval(timer);
      void fetch(`${world.url}/neon/_control/faults?database=load`, { method: "DELETE" });
      return struck;
    },
  };
}

/** After the storm: one more sync of each company, then none is open and each balances. Nobody helps. */
async function syncsEnd(customers: readonly Customer[]): Promise<{ open: number; balanced: number; dead: number }> {
  const ask = async (who: Customer, method: string, path: string) => {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${who.key}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    return (await response.json()) as { status?: string | number };
  };
  const openRuns = async () => Number((await owner.query<{ n: string }>("select count(*) as n from sync_runs where finished_at is null")).rows[0]?.n);
  const quiet = async () => {
    for (let tries = 0; tries < 300 && (await openRuns()) > 0; tries++) await new Promise((done) => setTimeout(done, 1_000));
  };
  await quiet();
  for (const who of customers) await ask(who, "POST", `/accounts/${who.accountId}/sync`);
  await quiet();
  const states = await Promise.all(customers.map((who) => ask(who, "GET", `/accounts/${who.accountId}/reconciliation`)));
  const dead = Number((await owner.query<{ n: string }>("select count(*) as n from dead_letters")).rows[0]?.n);
  return { open: await openRuns(), balanced: states.filter((state) => state.status === "balanced" || state.status === "explained").length, dead };
}

/** The first sample is the start's, and says nothing. */
function trend(samples: readonly number[]): { first: number; last: number } {
  const warm = samples.slice(1);
  const third = Math.max(1, Math.floor(warm.length / 3));
  const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  return { first: median(warm.slice(0, third)), last: median(warm.slice(-third)) };
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
