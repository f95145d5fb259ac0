import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../db/migrate.ts";
import { buildReference } from "../dev/reference.ts";
import { freshSecrets } from "../dev/variables.ts";
import { startWorker } from "../dev/worker.ts";
import { startWorld, type World } from "../dev/world.ts";
import { startBare } from "./bare.ts";

export type Stage = {
  api: string;
  world: World;
  ownerUrl: string;
  owner: pg.Client;
  variables: Record<string, string>;
  dataDir: string;
  /** Ends all of it, and leaves nothing behind. */
  close: () => Promise<void>;
};

/** `isBare`: without the development server around the Worker. */
type Options = { name: string; port: number; inspectorPort?: number; variables?: Record<string, string>; isBare?: boolean };

/** What a measurement is made on: a Worker, the outside world and a database of their own, thrown away afterwards. What fails to start leaves nothing running. */
export async function openStage({ name, port, inspectorPort, variables: own = {}, isBare = false }: Options): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    const dataDir = await mkdtemp(join(tmpdir(), `finhelm-${name}-`));
    ends.push(() => rm(dataDir, { recursive: true, force: true }));
    await buildReference();
    const world = await startWorld({ port: 0, dataDir, ephemeral: true });
    ends.push(() => world.stop());
    const ownerUrl = world.ownerUrlOf(name);
    await world.createDatabase(name);
    await migrate(ownerUrl);
    await world.grantWorker(name);
    const api = `http://localhost:${port}`;
    const variables = { ...world.vars(name), ...freshSecrets(), ENVIRONMENT: "test", API_URL: api, APP_URL: api, ALLOWED_ORIGINS: api, ...own };
    const worker = await (isBare ? startBare : startWorker)({ port, variables, dataDir, ...(inspectorPort === undefined ? {} : { inspectorPort }) });
    ends.push(() => worker.stop());
    const owner = new pg.Client({ connectionString: ownerUrl });
    ends.push(() => owner.end());
    await owner.connect();
    return { api, world, ownerUrl, owner, variables, dataDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}
