import { afterAll, afterEach } from "vitest";

const LEVELS = ["debug", "info", "log", "warn", "error"] as const;
/** What goes to the runner in one message. */
const AT_ONCE = 500;

/**
 * What the service logs goes to the reporter from the test's own context, when its test is over. The runner parks a line that comes out of
 * a request, a queue or an object until it has something else to send: a file whose very last line is one waits for ever
 * (https://github.com/cloudflare/workers-sdk/issues/15719).
 */
const lines: (() => void)[] = [];
for (const level of LEVELS) {
  const send = console[level].bind(console);
  console[level] = (...parts) => void lines.push(() => send(...parts));
}

async function flush() {
  for (let batch = lines.splice(0, AT_ONCE); batch.length > 0; batch = lines.splice(0, AT_ONCE)) {
    for (const line of batch) line();
    await scheduler.wait(0);
  }
}
afterEach(flush);
afterAll(flush);
