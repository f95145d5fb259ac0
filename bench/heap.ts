import "../dev/check-node.ts";
import { Client, REAL_COMPANY } from "../dev/client.ts";
import { Inspector } from "./inspector.ts";
import { openStage } from "./stage.ts";

/**
 * The live heap of the Worker while it copies the real company (78,942 lines): garbage is collected, then what is used and
 * its backing stores are read, all through the run. Prints the most, the calls and the largest body.
 */
const PORT = 8807;
const INSPECTOR_PORT = 9337;
const LIMIT_MB = 64;

const { api, world, close } = await openStage({ name: "heap", port: PORT, inspectorPort: INSPECTOR_PORT });
try {
  const client = new Client(api, world.url);
  const person = { name: "Heap", email: "heap@finhelm.test", password: "as little as it takes" };
  await client.signUp(person);
  await client.get((await client.mail(person.email)).link);
  await client.logIn(person);
  const inspector = await Inspector.open(INSPECTOR_PORT);
  const before = await inspector.liveHeap();
  const account = await client.connect(REAL_COMPANY, { syncFrom: "2019-01-01" });
  const samples: number[] = [];
  const copying = { done: false };
  const sampling = (async () => {
    // a collection stops the Worker for a moment: often enough to see every page, seldom enough to let it work
    while (!copying.done) {
      samples.push(await inspector.liveHeap());
      await new Promise((done) => setTimeout(done, 700));
    }
  })();
  const run = await client.synced(account.id);
  copying.done = true;
  await sampling;
  inspector.close();
  const stats = (await (await fetch(`${world.url}/neon/_control/stats?database=heap`)).json()) as { calls: number; largestBody: number };
  const most = Math.max(...samples);
  console.log(`sync: ${run.phase}, ${run.counts["Purchase"]?.["rows"] ?? 0} purchases, ${run.counts["Purchase"]?.["pages"] ?? 0} pages`);
  console.log(`live heap: ${mb(before)} MB before, at most ${mb(most)} MB in ${samples.length} samples (limit ${LIMIT_MB})`);
  console.log(`database: ${stats.calls} calls in all, largest body ${(stats.largestBody / 1_048_576).toFixed(2)} MiB`);
  process.exitCode = most < LIMIT_MB * 1_000_000 && run.phase === "done" ? 0 : 1;
} finally {
  await close();
}
process.exit();

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
