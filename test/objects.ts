import { env } from "cloudflare:test";
import { afterAll, inject } from "vitest";
import { tellingIn } from "./canaries.ts";

/** Longer than any secret, so that one which lies across two pieces is seen. */
const OVERLAP = 512;

/** Each file of tests has a bucket of its own: when its tests have run, no secret may stand in any object or its key. */
afterAll(async () => {
  const files = (env as unknown as { FILES: R2Bucket }).FILES;
  for await (const key of keysIn(files)) {
    const object = await files.get(key);
    let text = key;
    for await (const piece of object?.body.pipeThrough(new TextDecoderStream()) ?? []) {
      text = text.slice(-OVERLAP) + piece;
      const found = tellingIn(text, inject("vars"));
      if (found.length > 0) throw new Error(`[O1] in the object ${key.split("/").slice(1).join("/")} stands: ${found.join(", ")}`);
    }
  }
}, 60_000);

async function* keysIn(bucket: R2Bucket): AsyncGenerator<string> {
  for (let page: R2Objects | undefined; page === undefined || page.truncated;) {
    page = await bucket.list(page?.truncated ? { cursor: page.cursor } : {});
    for (const { key } of page.objects) yield key;
  }
}
