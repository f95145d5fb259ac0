/** The parts that a simulated world is made of: a real PostgreSQL behind Neon's protocol, and secrets that never change. */
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Pool } from "pg";
import { migrate } from "../../db/migrate.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { createNeonTwin } from "../../dev/twins/neon/twin.ts";
import { type Config, type Env, readConfig } from "../../src/env.ts";

export type Machine = {
  config: Config;
  /** As the owner: for oracles, which see every row. */
  owner: Pool;
  /** Calls to the database since the last question, and the largest body among them. */
  databaseCalls(): Promise<{ calls: number; largestBody: number }>;
  stop(): Promise<void>;
};

const WORKER_PASSWORD = "simulated";
export const QUICKBOOKS = { url: "http://quickbooks.test", clientId: "simulated-client", clientSecret: "simulated-secret", webhookToken: "simulated-webhooks" };

export async function startMachine(): Promise<Machine> {
  const directory = await mkdtemp(join(tmpdir(), "finhelm-simulation-"));
  const postgres = await startPostgres({ directory: join(directory, "postgres"), ephemeral: true });
  await postgres.createDatabase("simulation");
  const ownerUrl = postgres.ownerUrl("simulation");
  await migrate(ownerUrl);
  const owner = new Pool({ connectionString: ownerUrl, max: 4 });
  owner.on("error", () => undefined);
  await owner.query(`create role simulated_worker login nobypassrls password '${WORKER_PASSWORD}'; grant finhelm_app to simulated_worker;`);
  const neon = createNeonTwin({ postgresPort: postgres.port });
  const { server, port } = await new Promise<{ server: Server; port: number }>((ready) => {
    const started = serve({ fetch: neon.app.fetch, port: 0, hostname: "127.0.0.1" }, (info) => ready({ server: started as Server, port: info.port }));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    config: configOf(`postgres://simulated_worker:${WORKER_PASSWORD}@localhost/simulation`, `${url}/sql`),
    owner,
    async databaseCalls() {
      const stats = (await (await fetch(`${url}/_control/stats?database=simulation`)).json()) as { calls: number; largestBody: number };
      await fetch(`${url}/_control/stats?database=simulation`, { method: "DELETE" });
      return { calls: stats.calls, largestBody: stats.largestBody };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await neon.close();
      await owner.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configOf(databaseUrl: string, httpUrl: string): Config {
  const key = Buffer.alloc(32, 7).toString("base64");
  const jwk = { kid: "simulated", kty: "EC", crv: "P-256", x: "x", y: "y", d: "d" };
  const vars = {
    ENVIRONMENT: "test",
    API_URL: "https://api.finhelm.test",
    APP_URL: "https://app.finhelm.test",
    ALLOWED_ORIGINS: "https://app.finhelm.test",
    DATABASE_URL: databaseUrl,
    DATABASE_HTTP_URL: httpUrl,
    UPSTASH_REDIS_REST_URL: "http://redis.test",
    UPSTASH_REDIS_REST_TOKEN: "simulated",
    QUICKBOOKS_AUTHORIZE_URL: `${QUICKBOOKS.url}/connect/oauth2`,
    QUICKBOOKS_TOKEN_URL: `${QUICKBOOKS.url}/oauth2/v1/tokens/bearer`,
    QUICKBOOKS_REVOKE_URL: `${QUICKBOOKS.url}/v2/oauth2/tokens/revoke`,
    QUICKBOOKS_API_URL: QUICKBOOKS.url,
    QUICKBOOKS_CLIENT_ID: QUICKBOOKS.clientId,
    QUICKBOOKS_CLIENT_SECRET: QUICKBOOKS.clientSecret,
    QUICKBOOKS_WEBHOOK_TOKEN: QUICKBOOKS.webhookToken,
    XAI_BASE_URL: "http://grok.test/v1",
    XAI_MODEL: "simulated",
    RESEND_BASE_URL: "http://mail.test",
    RESEND_API_KEY: "simulated",
    MAIL_FROM: "FinHelm <hello@finhelm.test>",
    JWT_KEYS: JSON.stringify([jwk]),
    SEALING_KEYS: `k1:${key}`,
    LINK_SIGNING_KEY: key,
    METRICS_TOKEN: "simulated-metrics-token",
    OPS_TOKEN: "simulated-operators-token",
  };
  return readConfig(vars as unknown as Env);
}
