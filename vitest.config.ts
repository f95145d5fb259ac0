import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Two projects behind one world (real PostgreSQL, the twins): what runs in workerd, and what runs in Node. */
export default defineConfig({
  test: {
    globalSetup: ["test/world.ts"],
    // the default leaves one core to the watcher: on a CI machine of two, files would run one by one
    maxWorkers: 2,
    silent: "passed-only",
    reporters: ["default", `${import.meta.dirname}/test/reporter.ts`],
    projects: [
      {
        extends: true,
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: inject("vars") },
          })),
        ],
        test: {
          name: "workerd",
          // workerd does not see the shell's environment
          env: process.env["PROVE"] === undefined ? {} : { PROVE: process.env["PROVE"] },
          setupFiles: ["test/console.ts", "test/objects.ts"],
          include: ["test/{http,jobs,objects}/**/*.test.ts", "test/*.test.ts", "test/eval/eval.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: "node", include: ["test/{core,features,integrations,twins,node,simulation}/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
