import { randomUUID } from "node:crypto";
import { neon, neonConfig } from "@neondatabase/serverless";
import pg from "pg";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";

const world: string = inject("worldUrl");
const database = `neon_${randomUUID().slice(0, 8)}`;
const ownerUrl = inject("ownerUrl").replace(/[^/]+$/, database);
const url = ownerUrl.replace(/@[^/]+\//, "@db.localtest/");
neonConfig.fetchEndpoint = () => `${world}/neon/sql`;
const sql = neon(url);

type Reply = { status: number; headers: Headers; body: Record<string, unknown> };

/** A call as no driver makes it. */
async function call(body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const init = { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers: { "neon-connection-string": url, ...headers } };
  const response = await fetch(`${world}/neon/sql`, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const control = (method: string, path: string, body?: object) =>
  fetch(`${world}/neon/_control/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
const breakNext = (mode: string, rest: object = {}) => control("POST", "faults", { match: { database }, mode, ...rest });

beforeAll(async () => {
  const client = new pg.Client({ connectionString: inject("ownerUrl") });
  await client.connect();
  await client.query(`create database ${database}`);
  await client.end();
});
afterEach(() => control("DELETE", `faults?database=${database}`));

describe("Neon's protocol", () => {
  it("answers with objects, arrays, JSON or raw text, as the headers and the query ask", async () => {
    const query =
      "select 1 as n, 2::bigint as big, true as yes, '{\"a\":1}'::jsonb as doc, array[1,2] as list, array['a']::text[] as texts, 1.50::numeric as money";
    const plain = { n: 1, big: "2", yes: true, doc: { a: 1 }, list: [1, 2], texts: ["a"], money: "1.50" };
    expect((await call({ query })).body).toMatchObject({ rowAsArray: false, rows: [plain], rowCount: 1, command: "SELECT" });
    const raw = { "neon-raw-text-output": "true", "neon-array-mode": "true" };
    expect((await call({ query }, raw)).body).toMatchObject({ rowAsArray: true, rows: [["1", "2", "t", '{"a": 1}', "{1,2}", "{a}", "1.50"]] });
    expect((await call({ query, arrayMode: false }, raw)).body).toMatchObject({ rowAsArray: false, rows: [{ n: "1", list: "{1,2}" }] });
    expect((await call({ query: "create table if not exists t (n int)" })).body).toMatchObject({ command: "CREATE", rowCount: null, rows: [], fields: [] });
  });

  it("takes parameters of any JSON type", async () => {
    const params = [1, true, { a: 1 }, ["x", null], null, "text"];
    const query = "select $1::text as a, $2::text as b, $3::jsonb as c, $4::text[] as d, $5::text as e, $6::text as f";
    expect((await call({ query, params })).body).toMatchObject({ rows: [{ a: "1", b: "true", c: { a: 1 }, d: ["x", null], e: null, f: "text" }] });
  });

  it("runs a batch at the level asked for, and echoes it", async () => {
    const headers = { "neon-batch-isolation-level": "RepeatableRead", "neon-batch-read-only": "true", "neon-batch-deferrable": "true" };
    const { headers: echoed, body } = await call(
      { queries: ["isolation", "read_only", "deferrable"].map((name) => ({ query: `show transaction_${name}` })) },
      headers,
    );
    const shown = (body["results"] as { rows: object[] }[]).map(({ rows }) => Object.values(rows[0] ?? {})[0]);
    expect([shown, echoed.get("neon-batch-isolation-level"), echoed.get("neon-batch-read-only")]).toEqual([
      ["repeatable read", "on", "on"],
      "RepeatableRead",
      "true",
    ]);
    expect((await call({ queries: [] })).body).toEqual({ results: [] });
    await expect(sql.transaction([sql`create table never (n int)`], { readOnly: true })).rejects.toMatchObject({ code: "25006" });
  });

  it("refuses what Neon refuses, in its words", async () => {
    const refusals: [Promise<Reply>, number, string][] = [
      [call({ query: "select 1; select 2" }), 400, "cannot insert multiple commands into a prepared statement"],
      [call("{"), 400, "could not parse the HTTP request body: "],
      [call({ sql: "select 1" }), 400, "could not parse the HTTP request body: "],
      [call({ queries: [] }, { "neon-batch-isolation-level": "Snapshot" }), 400, "invalid isolation level"],
      [call({ query: "select 1" }, { "neon-connection-string": "" }), 400, "invalid header: neon-connection-string"],
      [call({ query: "select 1" }, { "neon-connection-string": url.replace(/:[^:@/]+@/, "@") }), 400, "missing authentication credentials: required password"],
      [call({ query: "select length($1)", params: ["é".repeat(5 * 1024 * 1024)] }), 413, "request is too large (max is 10485760 bytes)"],
      [call({ query: "select repeat('x', 1024) from generate_series(1, 10240)" }), 507, "response is too large (max is 10485760 bytes)"],
    ];
    for (const [refused, status, message] of refusals) {
      const { status: given, body } = await refused;
      expect([given, String(body["message"]).slice(0, message.length)]).toEqual([status, message]);
    }
    expect((await call({ query: "select length($1)", params: ["x".repeat(10 * 1024 * 1024 - 64)] })).status).toBe(200);
  });

  it("names schema, table, column, constraint, place and hint of an error", async () => {
    await sql`create table named (id int constraint named_key primary key, "when" date not null, constraint named_positive check (id > 0))`;
    await sql`insert into named values (1, '2026-01-01')`;
    await expect(sql`insert into named values (1, '2026-01-01')`).rejects.toMatchObject({
      code: "23505",
      constraint: "named_key",
      table: "named",
      schema: "public",
      detail: "Key (id)=(1) already exists.",
    });
    await expect(sql`insert into named values (0, '2026-01-01')`).rejects.toMatchObject({ code: "23514", constraint: "named_positive", severity: "ERROR" });
    await expect(sql`insert into named values (2, null)`).rejects.toMatchObject({ code: "23502", column: "when" });
    await expect(sql`select idd from named`).rejects.toMatchObject({ code: "42703", position: "8", hint: expect.stringContaining("named.id") as string });
    await expect(sql`select ${"a\0b"}`).rejects.toMatchObject({ name: "NeonDbError" });
    await expect(sql.transaction([sql`select 1`, sql`select 1/0`, sql`select 2`])).rejects.toMatchObject({ code: "22012" });
  });
});

describe("a session that others use next", () => {
  const traces = {
    "a setting by function": "select set_config('app.user_id', 'somebody', false)",
    "a setting": "set app.user_id = 'somebody'",
    "a temporary table": "create temp table secret as select 1",
    "a lock": "select pg_advisory_lock(42)",
    "a transaction": "begin",
  };
  it.each(Object.entries(traces))("shows them nothing of %s", async (_, trace) => {
    await sql.query(trace);
    // the same session is lent first
    const seen = await Promise.all(
      Array.from({ length: 10 }, () => sql`select coalesce(current_setting('app.user_id', true), '') as who, to_regclass('secret') as secret`),
    );
    for (const rows of seen) expect(rows).toEqual([{ who: "", secret: null }]);
    const held = async () => {
      const open = sql`select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;
      return (await open).length + (await sql`select 1 from pg_locks where locktype = 'advisory' and objid = 42`).length;
    };
    await expect.poll(held, { timeout: 3_000 }).toBe(0);
  });

  it("shows them nothing of a batch that failed", async () => {
    await sql`create table half_done (n int)`;
    await expect(
      sql.transaction([sql`insert into half_done values (1)`, sql`select set_config('app.user_id', 'somebody', true)`, sql`select broken`]),
    ).rejects.toMatchObject({ code: "42703" });
    expect(await sql`select (select count(*)::int from half_done) as n, coalesce(current_setting('app.user_id', true), '') as who`).toEqual([
      { n: 0, who: "" },
    ]);
  });

  it("is not held by a caller who left", async () => {
    const marker = `left_${randomUUID().slice(0, 8)}`;
    await sql.query(`create table ${marker} (n int)`);
    const leaving = sql.transaction([sql.query(`insert into ${marker} values (1)`), sql.query(`select pg_sleep(30), '${marker}'`)], {
      fetchOptions: { signal: AbortSignal.timeout(300) },
    });
    await expect(leaving).rejects.toThrow(/timeout|abort/i);
    const running = async () =>
      (await sql`select 1 from pg_stat_activity where query like ${`%${marker}%`} and query like '%pg_sleep%' and pid <> pg_backend_pid()`).length;
    await expect.poll(running, { timeout: 4_000 }).toBe(0);
    expect(await sql.query(`select * from ${marker}`)).toEqual([]);
  });

  it("outlives callers who leave by the dozen, and sessions that are ended under them", async () => {
    const leave = (_: unknown, i: number) =>
      sql.query("select pg_sleep(20), 'by the dozen'", [], { fetchOptions: { signal: AbortSignal.timeout(50 + i * 6) } }).catch(() => "left");
    const end = () =>
      sql.transaction([sql`select pg_sleep(0.05)`, sql`select pg_terminate_backend(pg_backend_pid())`, sql`select 1`]).catch((error: unknown) => String(error));
    for (let round = 0; round < 3; round++) {
      expect(new Set(await Promise.all(Array.from({ length: 16 }, leave)))).toEqual(new Set(["left"]));
      for (const ended of await Promise.all(Array.from({ length: 4 }, end))) expect(ended).toMatch(/^NeonDbError: terminating connection/);
    }
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });
});

describe("faults on demand", () => {
  it("resets, breaks off, garbles, refuses", async () => {
    await breakNext("reset");
    await expect(sql`select 1`).rejects.toMatchObject({ name: "NeonDbError", message: expect.stringMatching(/^Error connecting to database/) as string });
    await breakNext("half");
    await expect(sql`select 1`).rejects.toThrow();
    await breakNext("garbage");
    await expect(sql`select 1`).rejects.toBeInstanceOf(SyntaxError);
    await breakNext("500");
    await expect(sql`select 1`).rejects.toThrow(/HTTP status 500/);
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  it("loses the reply of what was done, and does not do what it was hung on", async () => {
    await sql`create table done (n int)`;
    await breakNext("lost-reply");
    await expect(sql`insert into done values (1)`).rejects.toThrow(/connecting/);
    await breakNext("hang");
    await expect(sql.query("insert into done values (2)", [], { fetchOptions: { signal: AbortSignal.timeout(200) } })).rejects.toThrow();
    await breakNext("slow", { ms: 150 });
    const start = performance.now();
    expect(await sql`select n from done`).toEqual([{ n: 1 }]);
    expect(performance.now() - start).toBeGreaterThan(140);
  });

  it("strikes as often as asked, its own database alone, by its marker alone", async () => {
    await breakNext("500", { times: 2, match: { database, sql: "marked" } });
    await breakNext("500", { match: { database: `${database}_other` } });
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
    const outcomes = [];
    for (let i = 0; i < 3; i++)
      outcomes.push(
        await sql`select 'marked' as x`.then(
          () => "fine",
          () => "struck",
        ),
      );
    expect(outcomes).toEqual(["struck", "struck", "fine"]);
    expect(await (await control("GET", `faults?database=${database}_other`)).json()).toMatchObject({ faults: [{ mode: "500", times: 1 }] });
    await control("DELETE", `faults?database=${database}_other`);
    expect((await control("POST", "faults", { match: { databse: database }, mode: "500" })).status).toBe(400);
    expect((await control("POST", "faults", { mode: "typo" })).status).toBe(400);
  });

  it("counts calls, queries and the largest body of one database", async () => {
    await control("DELETE", `stats?database=${database}`);
    await sql`select 1`;
    await sql.transaction([sql`select 1`, sql`select ${"é".repeat(1000)}::text`]);
    const stats = (await (await control("GET", `stats?database=${database}`)).json()) as { calls: number; queries: number; largestBody: number };
    expect([stats.calls, stats.queries, stats.largestBody > 2000]).toEqual([2, 3, true]);
  });
});
