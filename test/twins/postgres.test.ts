import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Postgres, startPostgres } from "../../dev/postgres.ts";

const made: string[] = [];

async function freshDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "finhelm-postgres-"));
  made.push(parent);
  return join(parent, "postgres");
}

async function ask<T extends pg.QueryResultRow>(connectionString: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The server as a crash leaves it: gone, with its lock file in place. */
async function crash(directory: string, postgres: Postgres): Promise<string> {
  const lock = await readFile(join(directory, "postmaster.pid"), "utf8");
  process.kill(Number(lock.split("\n")[0]), "SIGKILL");
  await postgres.stop();
  return lock;
}

afterAll(async () => {
  await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
});

describe("PostgreSQL from npm", () => {
  let directory: string;
  let postgres: Postgres;

  beforeAll(async () => {
    directory = await freshDirectory();
    postgres = await startPostgres({ directory, ephemeral: true });
  });
  afterAll(() => postgres.stop());

  it("orders, folds case and tells time alike on every machine", async ({ expect }) => {
    const text =
      "select version() ~ '^PostgreSQL 18' as version, lower('É') as lower, 'Z' < 'a' as bytes, current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone";
    expect(await ask(postgres.ownerUrl("postgres"), text)).toEqual([{ version: true, lower: "é", bytes: true, encoding: "UTF8", zone: "GMT" }]);
  });

  it("answers to the right password alone, and from this machine alone", async ({ expect }) => {
    await expect(ask(postgres.ownerUrl("postgres").replace(/:[^:@/]+@/, ":wrong@"), "select 1")).rejects.toMatchObject({ code: "28P01" });
    await expect(ask(postgres.ownerUrl("postgres").replace(/:[^:@/]+@/, "@"), "select 1")).rejects.toThrow();
    const outside = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).filter((one) => !one.internal && one.family === "IPv4"));
    for (const { address } of outside) expect(await answers(address, postgres.port)).toBe(false);
  });

  it("makes a database once, however many ask, and whole ones from a template", async ({ expect }) => {
    await Promise.all([1, 2, 3].map(() => postgres.createDatabase("pattern")));
    await ask(postgres.ownerUrl("pattern"), "create table kept as select 7 as n");
    await Promise.all(["one", "two"].map((name) => postgres.createDatabase(name, { template: "pattern" })));
    expect(await ask(postgres.ownerUrl("two"), "select n from kept")).toEqual([{ n: 7 }]);
  });

  it("says in one line that it runs already, and as which process", async ({ expect }) => {
    const failed = await startPostgres({ directory }).catch((error: unknown) => (error instanceof Error ? error.message : ""));
    expect(failed).toMatch(/^PostgreSQL runs on \S+ already, as process \d+: .+$/);
  });
});

describe("data that are kept", () => {
  it("survive a stop, a crash, and a lock file whose process id went to a stranger", { timeout: 120_000 }, async ({ expect }) => {
    const directory = await freshDirectory();
    let postgres = await startPostgres({ directory });
    await postgres.createDatabase("books");
    await ask(postgres.ownerUrl("books"), "create table kept as select current_setting('fsync') as fsync");
    await postgres.stop();
    await postgres.stop();

    postgres = await startPostgres({ directory });
    const lock = await crash(directory, postgres);
    postgres = await startPostgres({ directory });
    expect(await ask(postgres.ownerUrl("books"), "select fsync from kept")).toEqual([{ fsync: "on" }]);

    await postgres.stop();
    const stranger = spawn(process.execPath, ["-e", "setTimeout(() => {}, 100_000)"]);
    await writeFile(join(directory, "postmaster.pid"), lock.replace(/^\d+/, String(stranger.pid)));
    postgres = await startPostgres({ directory }).finally(() => stranger.kill());
    expect(await ask(postgres.ownerUrl("books"), "select fsync from kept")).toEqual([{ fsync: "on" }]);
    await postgres.stop();
  });

  it("begin anew after an initdb that was interrupted", async ({ expect }) => {
    const directory = await freshDirectory();
    await mkdir(`${directory}.new`, { recursive: true });
    await writeFile(join(`${directory}.new`, "PG_VERSION"), "18\n");
    const postgres = await startPostgres({ directory, ephemeral: true });
    expect(await ask(postgres.ownerUrl("postgres"), "select 1 as n")).toEqual([{ n: 1 }]);
    expect([existsSync(`${directory}.new`), existsSync(`${directory}.password`)]).toEqual([false, false]);
    await postgres.stop();
  });
});

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 500 });
    const settle = (reached: boolean) => {
      socket.destroy();
      done(reached);
    };
    socket
      .once("connect", () => settle(true))
      .once("error", () => settle(false))
      .once("timeout", () => settle(false));
  });
}
