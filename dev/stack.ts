import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { migrate } from "../db/migrate.ts";
import { buildReference } from "./reference.ts";
import { workerVariables } from "./variables.ts";
import { startWorker } from "./worker.ts";
import { startWorld } from "./world.ts";

export const API_PORT = Number(process.env["API_PORT"] ?? 8787);
export const TWINS_PORT = Number(process.env["TWINS_PORT"] ?? 8788);
export const API = `http://localhost:${API_PORT}`;
export const TWINS = `http://localhost:${TWINS_PORT}`;
export const DATA_DIR = resolve(import.meta.dirname, "..", process.env["DATA_DIR"] ?? ".data");

const DATABASE = "finhelm";

/** Database, twins and Worker, ready to answer. `stop` ends every process that this started. */
export async function startStack(say: (line: string) => void): Promise<{ stop(): Promise<void> }> {
  await mustBeFree(API_PORT, "API_PORT");
  await mustBeFree(TWINS_PORT, "TWINS_PORT");
  await buildReference();
  say("Starting PostgreSQL and the twins …");
  const redisUrl = process.env["REDIS_URL"];
  const world = await startWorld({ port: TWINS_PORT, dataDir: DATA_DIR, ...(redisUrl ? { redisUrl } : {}) });
  try {
    await world.createDatabase(DATABASE);
    await migrate(process.env["DATABASE_OWNER_URL"] ?? world.ownerUrlOf(DATABASE));
    await world.grantWorker(DATABASE);
    say("Starting the Worker …");
    const variables = await workerVariables({
      twins: world.vars(DATABASE),
      secretsFile: join(DATA_DIR, "secrets.json"),
      apiUrl: API,
      appUrl: `${TWINS}/app`,
      overrides: resolve(DATA_DIR, "../.dev.vars"),
    });
    const worker = await startWorker({ port: API_PORT, variables, dataDir: DATA_DIR });
    return {
      async stop() {
        await worker.stop();
        await world.stop();
      },
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** True when a stack answers on the usual ports. */
export async function isUp(): Promise<boolean> {
  const answers = await Promise.all(
    [`${API}/health/live`, `${TWINS}/`].map((url) =>
      fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
        (response) => response.ok,
        () => false,
      ),
    ),
  );
  return answers.every(Boolean);
}

async function mustBeFree(port: number, variable: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((done, fail) => {
    probe.once("error", () => fail(new Error(`Port ${port} is taken. Stop what uses it, or set ${variable} to another.`)));
    probe.listen(port, "127.0.0.1", () => probe.close(() => done()));
  });
}
