import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** With a live key the model is xAI's own; all else stays the same. */
const live =
  process.env["EVAL_LIVE"] === "1"
    ? { XAI_BASE_URL: "https://api.x.ai/v1", XAI_API_KEY: process.env["XAI_API_KEY"] ?? "", XAI_MODEL: process.env["XAI_MODEL"] ?? "grok-4.3" }
    : {};
/** A whole evaluation asks more in a minute than people may. */
const limits = { USER_UNITS_PER_MINUTE: "12000" };
const only = process.env["EVAL_COMPANY"] ?? "";

export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  test: {
    globalSetup: ["test/world.ts"],
    projects: [
      {
        extends: true,
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...inject("vars"), ...live, ...limits, EVAL_COMPANY: only } },
          })),
        ],
        test: { name: "eval", include: ["test/eval/**/*.test.ts"], hookTimeout: 60_000 },
      },
    ],
  },
});
