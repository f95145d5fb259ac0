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
import type { Config } from "../../src/env.ts";
import { configOf } from "./config.ts";

export type Machine = {
  config: Config;
  /** As the owner: for oracles, which see every row. */
  owner: { query<T extends object>(text: string, values?: unknown[]): Promise<{ rows: T[] }> };
};

export type LocalMachine = Machine & {
  owner: Pool;
  /** Calls to the database since the last question, and the largest body among them. */
  databaseCalls(): Promise<{ calls: number; largestBody: number }>;
  stop(): Promise<void>;
};

const KEPT_MS = 10 * 60_000;
const WORKER_PASSWORD = "simulated";

export async function startMachine(): Promise<LocalMachine> {
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
  // a machine that is busy with other things between two calls must not find its connection closed
  server.keepAliveTimeout = KEPT_MS;
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
