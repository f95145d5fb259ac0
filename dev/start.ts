import "./check-node.ts";
import { join } from "node:path";
import { API, DATA_DIR, startStack, TWINS } from "./stack.ts";
import { seedDemoUser } from "./seed.ts";

const started = Date.now();
let stack: { stop(): Promise<void> } | undefined;
let stopping: Promise<void> | undefined;

const stop = (code: number) => {
  stopping ??= (async () => {
    console.log("\nStopping …");
    await stack?.stop();
    process.exit(code);
  })();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0));

try {
  stack = await startStack((line) => console.log(line));
  console.log("Preparing the demo user …");
  const demo = await seedDemoUser(API, TWINS, join(DATA_DIR, "demo-user.json"));
  console.log(`
FinHelm is up, ${((Date.now() - started) / 1000).toFixed(1)} s after the start. Everything runs on this machine; data are kept in ${DATA_DIR}.

  API      ${API}
  Docs     ${API}/docs
  Inbox    ${TWINS}/mail/
  Demo     ${demo.email} / ${demo.password}
  API key  ${demo.apiKey}

Try it:

  curl -s '${API}/transactions?limit=3' -H 'authorization: Bearer ${demo.apiKey}'

Ctrl-C stops it all.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stack?.stop();
  process.exit(1);
}
