import { Hono } from "hono";
import pg from "pg";
import { Faults } from "../faults.ts";

const BODY_MOST = 10 * 1024 * 1024;

type Statement = { query: string; params?: unknown[] };
type Stats = { calls: number; queries: number; largestBody: number };

/** Every value as text, as Neon sends it when the driver asks for raw output: the driver parses. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/**
 * Neon's SQL over HTTP before a real PostgreSQL: one statement, or several as one transaction. User, password and database
 * are those of the connection string in the header; host and port in it are ours.
 */
export function createNeonTwin(options: { postgresPort: number }): { app: Hono; close(): Promise<void> } {
  const pools = new Map<string, pg.Pool>();
  const stats = new Map<string, Stats>();
  const faults = new Faults();
  const app = new Hono();

  const poolOf = (connection: string): pg.Pool => {
    const url = new URL(connection);
    const key = `${url.username}@${url.pathname}:${url.password}`;
    let pool = pools.get(key);
    if (!pool) {
      const config = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database: url.pathname.slice(1) };
      pool = new pg.Pool({ host: "127.0.0.1", port: options.postgresPort, ...config, max: 20, idleTimeoutMillis: 10_000 });
      pool.on("error", () => undefined);
      pools.set(key, pool);
    }
    return pool;
  };

  app.post("/sql", async (c) => {
    const connection = c.req.header("neon-connection-string");
    if (!connection) return c.json({ message: "connection string is missing" }, 400);
    const text = await c.req.text();
    if (text.length > BODY_MOST) return c.json({ message: "request body is too large" }, 413);
    const body = JSON.parse(text) as Statement | { queries: Statement[] };
    const database = new URL(connection).pathname.slice(1);
    const statements = "queries" in body ? body.queries : [body];
    count(stats, database, statements.length, text.length);
    return faults.around({ database, sql: text }, async () => {
      try {
        const results = await run(poolOf(connection), statements, "queries" in body ? beginOf(c.req.raw.headers) : null);
        return c.json("queries" in body ? { results } : results[0]);
      } catch (error) {
        return c.json(errorBody(error), 400);
      }
    });
  });

  app.get("/_control/stats", (c) => c.json(stats.get(c.req.query("database") ?? "") ?? { calls: 0, queries: 0, largestBody: 0 }));
  app.delete("/_control/stats", (c) => c.json({ cleared: stats.delete(c.req.query("database") ?? "") }));
  faults.mount(app);
  const close = async () => void (await Promise.all([...pools.values()].map((pool) => pool.end())));
  return { app, close };
}

function count(stats: Map<string, Stats>, database: string, queries: number, bytes: number): void {
  const known = stats.get(database) ?? { calls: 0, queries: 0, largestBody: 0 };
  stats.set(database, { calls: known.calls + 1, queries: known.queries + queries, largestBody: Math.max(known.largestBody, bytes) });
}

/** Runs the statements on one connection; with `begin`, as one transaction. */
async function run(pool: pg.Pool, statements: Statement[], begin: string | null) {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    if (begin !== null) await client.query(begin);
    const results = [];
    for (const { query, params } of statements) results.push(await client.query({ text: query, values: params ?? [], rowMode: "array", types: asText }));
    if (begin !== null) await client.query("commit");
    return results.map(resultBody);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) broken = error instanceof Error ? error : new Error("unknown");
    else if (begin !== null) await client.query("rollback");
    throw error;
  } finally {
    client.release(broken);
  }
}

function beginOf(headers: Headers): string {
  const levels: Record<string, string> = {
    ReadUncommitted: "read uncommitted",
    ReadCommitted: "read committed",
    RepeatableRead: "repeatable read",
    Serializable: "serializable",
  };
  const level = levels[headers.get("neon-batch-isolation-level") ?? ""] ?? "read committed";
  const access = headers.get("neon-batch-read-only") === "true" ? "read only" : "read write";
  const deferrable = headers.get("neon-batch-deferrable") === "true" ? " deferrable" : "";
  return `begin isolation level ${level} ${access}${deferrable}`;
}

function resultBody(result: pg.QueryResult) {
  const { fields, rows, rowCount, command } = result;
  return { fields: fields.map(({ format: _, ...field }) => ({ ...field, format: "text" })), rows, rowCount, command, rowAsArray: true };
}

function errorBody(error: unknown): Record<string, unknown> {
  if (!(error instanceof pg.DatabaseError)) return { message: error instanceof Error ? error.message : "unknown error" };
  const {
    message,
    code,
    severity,
    detail,
    hint,
    position,
    internalPosition,
    internalQuery,
    where,
    schema,
    table,
    column,
    dataType,
    constraint,
    file,
    line,
    routine,
  } = error;
  return {
    message,
    code,
    severity,
    detail,
    hint,
    position,
    internalPosition,
    internalQuery,
    where,
    schema,
    table,
    column,
    dataType,
    constraint,
    file,
    line,
    routine,
  };
}
