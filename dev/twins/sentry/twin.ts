import { gunzipSync } from "node:zlib";
import { Hono } from "hono";
import { Faults } from "../faults.ts";

export type Envelope = { project: string; headers: Record<string, unknown>; items: { headers: Record<string, unknown>; payload: unknown }[]; text: string };

const KEPT_MOST = 1_000;

/** Sentry's ingestion: takes envelopes as its documentation describes them, keeps them, and shows them to tests. */
export function createSentryTwin(): { app: Hono; close(): Promise<void> } {
  const envelopes: Envelope[] = [];
  const faults = new Faults("project", "text");
  const app = new Hono({ strict: false });
  app.post("/api/:project/envelope", async (c) => {
    const bytes = Buffer.from(await c.req.arrayBuffer());
    const text = (c.req.header("content-encoding") === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
    return faults.around(c, { project: c.req.param("project"), text }, async () => {
      const key = c.req.query("sentry_key") ?? /sentry_key=(\w+)/.exec(c.req.header("x-sentry-auth") ?? "")?.[1];
      if (!key) return c.json({ detail: "missing authorization information" }, 401);
      const [first = "{}", ...rest] = text.split("\n");
      const items: Envelope["items"] = [];
      for (let at = 0; at + 1 < rest.length; at += 2) items.push({ headers: JSON.parse(rest[at] ?? "{}"), payload: JSON.parse(rest[at + 1] ?? "null") });
      envelopes.unshift({ project: c.req.param("project"), headers: JSON.parse(first), items, text });
      envelopes.length = Math.min(envelopes.length, KEPT_MOST);
      return c.json({ id: crypto.randomUUID().replaceAll("-", "") });
    });
  });
  app.get("/_control/envelopes", (c) => {
    const containing = c.req.query("containing");
    return c.json({ envelopes: containing ? envelopes.filter((one) => one.text.includes(containing)) : envelopes });
  });
  faults.mount(app);
  return { app, close: () => Promise.resolve() };
}
