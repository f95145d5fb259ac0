import { Hono } from "hono";
import { Faults } from "../faults.ts";
import { type Result, Sessions } from "./sessions.ts";
import { beginOf, errorBody, MOST_BYTES, outputOf, readCredentials, readPayload, Refused, resultBody } from "./wire.ts";

type Stats = { calls: number; queries: number; largestBody: number };

/**
 * Neon's SQL over HTTP before a real PostgreSQL: one statement, or several as one transaction. User, password and database
 * are those of the connection string in the header; host and port in it are ours. Limits, refusals and their words are Neon's.
 */
export function createNeonTwin(options: { postgresPort: number; postgresHost?: string }): { app: Hono; close(): Promise<void> } {
  const sessions = new Sessions({ host: options.postgresHost ?? "127.0.0.1", port: options.postgresPort });
  const stats = new Map<string, Stats>();
  const faults = new Faults("database", "host", "sql");
  const app = new Hono();

  app.post("/sql", async (c) => {
    try {
      const { headers, signal } = c.req.raw;
      const credentials = readCredentials(headers.get("neon-connection-string") ?? undefined);
      const begin = beginOf(headers);
      const body = Buffer.from(await c.req.arrayBuffer());
      if (body.length > MOST_BYTES) throw new Refused(413, `request is too large (max is ${MOST_BYTES} bytes)`);
      const text = body.toString();
      const payload = readPayload(text);
      const { database } = credentials;
      // ours whatever it says: by it faults tell one Worker's calls from another's
      const host = URL.parse(headers.get("neon-connection-string") ?? "")?.hostname ?? "";
      const statements = "queries" in payload ? payload.queries : [payload];
      count(stats, database, statements.length, body.length);
      return await faults.around(c, { database, host, sql: text }, async () => {
        const results = await sessions.run(credentials, statements, "queries" in payload ? begin : null, signal);
        return answer(headers, payload, results);
      });
    } catch (error) {
      const { status, body } = errorBody(error);
      return c.json(body, status, { "access-control-allow-origin": "*" });
    }
  });

  app.get("/_control/stats", (c) => c.json(stats.get(c.req.query("database") ?? "") ?? { calls: 0, queries: 0, largestBody: 0 }));
  app.delete("/_control/stats", (c) => c.json({ cleared: stats.delete(c.req.query("database") ?? "") }));
  faults.mount(app);
  return { app, close: () => sessions.close() };
}

const ECHOED = ["neon-batch-isolation-level", "neon-batch-read-only", "neon-batch-deferrable"];

function answer(asked: Headers, payload: ReturnType<typeof readPayload>, results: Result[]): Response {
  const output = outputOf(asked);
  const statements = "queries" in payload ? payload.queries : [payload];
  const bodies = results.map((result, i) => resultBody(result, { ...output, arrayMode: statements[i]?.arrayMode ?? output.arrayMode }));
  const text = JSON.stringify("queries" in payload ? { results: bodies } : bodies[0]);
  if (Buffer.byteLength(text) > MOST_BYTES) throw new Refused(507, `response is too large (max is ${MOST_BYTES} bytes)`);
  const headers = new Headers({ "content-type": "application/json", "access-control-allow-origin": "*" });
  for (const name of "queries" in payload ? ECHOED : []) {
    const value = asked.get(name);
    if (value !== null && value !== "false") headers.set(name, value);
  }
  return new Response(text, { headers });
}

function count(stats: Map<string, Stats>, database: string, queries: number, bytes: number): void {
  const known = stats.get(database) ?? { calls: 0, queries: 0, largestBody: 0 };
  stats.set(database, { calls: known.calls + 1, queries: known.queries + queries, largestBody: Math.max(known.largestBody, bytes) });
}
