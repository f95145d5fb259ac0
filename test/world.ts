import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../db/migrate.ts";
import { startWorld } from "../dev/world.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Every variable of the Worker. */
    vars: Record<string, string>;
    /** Where the twins answer. */
    worldUrl: string;
    /** The owner's connection string to the test database: for oracles and for what only an owner may do. */
    ownerUrl: string;
  }
}

const API_URL = "https://api.finhelm.test";

/** The outside world of every test: started once, migrated, handed to the Worker as configuration. */
export default async function setup(project: TestProject) {
  const dataDir = await mkdtemp(join(tmpdir(), "finhelm-test-"));
  const world = await startWorld({ port: 0, dataDir, ephemeral: true });
  await world.createDatabase("test");
  await migrate(world.ownerUrlOf("test"));
  await world.grantWorker("test");
  project.provide("worldUrl", world.url);
  project.provide("ownerUrl", world.ownerUrlOf("test"));
  project.provide("vars", { ...world.vars("test"), ...secrets(), ENVIRONMENT: "test", API_URL, APP_URL: "https://app.finhelm.test", ALLOWED_ORIGINS: "https://app.finhelm.test" });
  return async () => {
    await world.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

function secrets(): Record<string, string> {
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const key = () => randomBytes(32).toString("base64");
  return {
    JWT_KEYS: JSON.stringify([{ ...jwk, kid: "test-1" }]),
    SEALING_KEYS: `k1:${key()}`,
    LINK_SIGNING_KEY: key(),
    METRICS_TOKEN: key(),
    OPS_TOKEN: key(),
  };
}
