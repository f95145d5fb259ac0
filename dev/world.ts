import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";
import { createAppPages } from "./app-pages.ts";
import { readPassword, startPostgres } from "./postgres.ts";
import { createThrough } from "./twins/faults.ts";
import { createGrokTwin } from "./twins/grok/twin.ts";
import { createMailTwin } from "./twins/mail/twin.ts";
import { createNeonTwin } from "./twins/neon/twin.ts";
import { createQuickbooksTwin } from "./twins/quickbooks/twin.ts";
import { createSentryTwin } from "./twins/sentry/twin.ts";
import { createUpstashTwin } from "./twins/upstash/twin.ts";

export type World = {
  /** Where the twins answer. */
  url: string;
  /** The owner's connection string: migrations, and what only an owner may do. */
  ownerUrlOf(database: string): string;
  createDatabase(name: string): Promise<void>;
  /** Gives the Worker's login its group; after the migrations, which make the group. */
  grantWorker(database: string): Promise<void>;
  /** Every variable of the Worker that leads to a twin. */
  vars(database: string): Record<string, string>;
  stop(): Promise<void>;
};

export type WorldOptions = {
  /** 0 for a free one. */
  port?: number;
  dataDir: string;
  /** For tests: faster, and nothing is kept. */
  ephemeral?: boolean;
  /** A real Redis behind the Upstash twin. */
  redisUrl?: string;
};

const WORKER = "finhelm_worker";
const STOP_MS = 5_000;
const UPSTASH_TOKEN = "upstash-twin-token";
const QUICKBOOKS = { clientId: "quickbooks-twin-client", clientSecret: "quickbooks-twin-secret", webhookToken: "quickbooks-twin-webhook-token" };
const GROK_KEY = "xai-twin-platform";

/** Everything outside of the Worker, on one machine: a real PostgreSQL, and one process of twins on one port. */
export async function startWorld(options: WorldOptions): Promise<World> {
  await mkdir(options.dataDir, { recursive: true });
  const stateDir = options.ephemeral ? {} : { stateDir: join(options.dataDir, "twins") };
  const workerPassword = await readPassword(join(options.dataDir, "postgres-worker"));
  const postgres = await startPostgres({ directory: join(options.dataDir, "postgres"), ephemeral: options.ephemeral ?? false });
  const { twins, server, port } = await startTwins(postgres.port, stateDir, options).catch(async (error: unknown) => {
    // a server that nobody knows of would hold the port and the directory
    await postgres.stop();
    throw error;
  });
  const url = `http://localhost:${port}`;
  return {
    url,
    ownerUrlOf: (database) => postgres.ownerUrl(database),
    createDatabase: (name) => postgres.createDatabase(name),
    grantWorker: (database) => grantWorker(postgres.ownerUrl(database), workerPassword),
    vars: (database) => variables(url, `postgres://${WORKER}:${workerPassword}@localhost/${database}`),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      // what somebody left running in the database would be waited for without end: it ends with the server
      await Promise.race([closeAll(twins), sleep(STOP_MS, undefined, { ref: false })]);
      await postgres.stop();
    },
  };
}

/** The twins, each under its name on one port. */
async function startTwins(postgresPort: number, stateDir: { stateDir?: string }, options: WorldOptions) {
  const neon = createNeonTwin({ postgresPort });
  const upstash = createUpstashTwin({ token: UPSTASH_TOKEN, ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}) });
  const mail = await createMailTwin(stateDir);
  const quickbooks = createQuickbooksTwin({ ...QUICKBOOKS, ...stateDir });
  const grok = createGrokTwin({ apiKey: GROK_KEY });
  const sentry = createSentryTwin();
  const app = new Hono({ strict: false }).get("/", (c) => c.html(INDEX)).route("/app", createAppPages());
  const twins = { neon, upstash, mail, quickbooks, grok, sentry };
  for (const [path, twin] of Object.entries(twins)) app.route(`/${path}`, twin.app);
  app.route("/through", createThrough(app));
  const listening = await listen(app, options.port ?? 8788).catch(async (error: unknown) => {
    await closeAll(twins);
    throw error;
  });
  return { twins, ...listening };
}

async function closeAll(twins: Record<string, { close(): Promise<void> }>): Promise<void> {
  await Promise.all(Object.values(twins).map((twin) => twin.close()));
}

function variables(url: string, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    DATABASE_HTTP_URL: `${url}/neon/sql`,
    UPSTASH_REDIS_REST_URL: `${url}/upstash`,
    UPSTASH_REDIS_REST_TOKEN: UPSTASH_TOKEN,
    QUICKBOOKS_AUTHORIZE_URL: `${url}/quickbooks/connect/oauth2`,
    QUICKBOOKS_TOKEN_URL: `${url}/quickbooks/oauth2/v1/tokens/bearer`,
    QUICKBOOKS_REVOKE_URL: `${url}/quickbooks/v2/oauth2/tokens/revoke`,
    QUICKBOOKS_API_URL: `${url}/quickbooks`,
    QUICKBOOKS_CLIENT_ID: QUICKBOOKS.clientId,
    QUICKBOOKS_CLIENT_SECRET: QUICKBOOKS.clientSecret,
    QUICKBOOKS_WEBHOOK_TOKEN: QUICKBOOKS.webhookToken,
    XAI_BASE_URL: `${url}/grok/v1`,
    XAI_API_KEY: GROK_KEY,
    XAI_MODEL: "grok-4.3",
    RESEND_BASE_URL: `${url}/mail`,
    RESEND_API_KEY: `re_${randomBytes(8).toString("hex")}`,
    MAIL_FROM: "FinHelm <hello@finhelm.test>",
    SENTRY_DSN: `${url.replace("://", "://sentrytwin@")}/sentry/1`,
  };
}

async function grantWorker(ownerUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [WORKER]);
    if (!rowCount) await client.query(`create role ${WORKER} login nobypassrls nosuperuser nocreatedb nocreaterole`);
    await client.query(`alter role ${WORKER} password ${client.escapeLiteral(password)}`);
    await client.query(`grant finhelm_app to ${WORKER}`);
  } finally {
    await client.end();
  }
}

function listen(app: Hono, port: number): Promise<{ server: Server; port: number }> {
  return new Promise((ready, fail) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info) => ready({ server: server as Server, port: info.port }));
    // a client that keeps its connection for longer than the server does loses a request now and then
    (server as Server).keepAliveTimeout = 65_000;
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(error.code === "EADDRINUSE" ? new Error(`Port ${port} is taken. Stop what uses it, or run with TWINS_PORT set to another.`) : error),
    );
  });
}

const INDEX = `<!doctype html><html lang="en"><meta charset="utf-8"><title>The outside world</title>
<style>:root{color-scheme:light dark}body{font:17px/1.6 system-ui,sans-serif;max-width:40rem;margin:12vh auto;padding:0 1.5rem}li{margin:.4rem 0}</style>
<h1>The outside world</h1><p>Stand-ins for everything that FinHelm talks to, on this machine.</p>
<ul><li><a href="/mail/">Inbox</a>: every mail that was sent</li><li>QuickBooks: <code>/quickbooks</code></li><li>Grok: <code>/grok/v1</code></li><li>Neon: <code>/neon/sql</code></li><li>Upstash: <code>/upstash</code></li><li>Sentry: <code>/sentry</code></li></ul></html>`;
