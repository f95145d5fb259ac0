import { randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import OpenAI from "openai";
import { createGrokTwin } from "../../../dev/twins/grok/twin.ts";

export type Body = Record<string, unknown>;

/** The twin on a free port, mounted where it will be mounted. */
export async function startGrok(now?: () => number) {
  const twin = createGrokTwin({ apiKey: "xai-platform-key", ...(now ? { now } : {}) });
  const app = new Hono();
  app.route("/grok", twin.app);
  const server = await new Promise<{ port: number; stop: () => void }>((resolve) => {
    const running = serve({ fetch: app.fetch, port: 0 }, ({ port }) => resolve({ port, stop: () => running.close() }));
  });
  const root = `http://localhost:${server.port}/grok`;
  return {
    root,
    person: () => personOf(root),
    stop: async () => {
      await twin.close();
      server.stop();
    },
  };
}

/** Somebody with a key of their own, and thereby with scripts and records of their own. */
export function personOf(root: string, key = `xai-twin-${randomUUID()}`) {
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(root + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return {
    key,
    call,
    client: new OpenAI({ apiKey: key, baseURL: `${root}/v1`, organization: null, project: null, maxRetries: 0 }),
    /** Queues turns for this key. */
    script: async (...turns: Body[]) => {
      const reply = await call("POST", "/_control/scripts", { match: { apiKey: key }, turns });
      if (reply.status !== 201) throw new Error(await reply.text());
    },
    respond: (body: Body) => call("POST", "/v1/responses", { model: "grok-4.3", input: "Hello", ...body }),
    requests: async () => ((await (await call("GET", `/_control/requests?apiKey=${key}`)).json()) as { requests: Body[] }).requests,
  };
}
export type Person = ReturnType<typeof personOf>;

/** The events of a whole stream, `[DONE]` left out. */
export function eventsIn(sse: string): Body[] {
  return sse
    .split("\n\n")
    .flatMap((frame) => frame.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => line.slice(6))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Body);
}
