import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../db/migrate.ts";
import { freshSecrets } from "../dev/variables.ts";
import { startWorld } from "../dev/world.ts";
import { leaked } from "./leaked.ts";

const API_URL = "https://api.finhelm.test";

/**
 * The outside world of every test: started once, migrated, handed to the Worker as configuration. When all tests have run, no
 * secret of any of them may stand in it.
 */
export default async function setup(project: TestProject) {
  const dataDir = await mkdtemp(join(tmpdir(), "finhelm-test-"));
  const world = await startWorld({ port: 0, dataDir, ephemeral: true });
  await world.createDatabase("test");
  await migrate(world.ownerUrlOf("test"));
  await world.grantWorker("test");
  project.provide("worldUrl", world.url);
  project.provide("ownerUrl", world.ownerUrlOf("test"));
  const vars = {
    ...world.vars("test"),
    ...freshSecrets(),
    ENVIRONMENT: "test",
    API_URL,
    APP_URL: "https://app.finhelm.test",
    ALLOWED_ORIGINS: "https://app.finhelm.test",
  };
  project.provide("vars", vars);
  return async () => {
    try {
      const found = await leaked(vars, world.ownerUrlOf("test"));
      if (found.length > 0) throw new Error(`after all tests there stand: ${found.join("; ")}`);
    } finally {
      await world.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  };
}
