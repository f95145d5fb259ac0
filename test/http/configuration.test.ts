import { createExecutionContext, env } from "cloudflare:test";
import { describe, it } from "vitest";
import { readConfig, type Env, Variables } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { logged } from "../logged.ts";
import { API_URL } from "../person.ts";

const good = env as unknown as Env;
const CANARY = "canary-value-that-nobody-prints";

/** What the start says when these variables are as given. */
function refusal(changed: Record<string, unknown>): string {
  try {
    readConfig({ ...good, ...changed });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const required = Object.entries(Variables.shape)
  .filter(([, schema]) => !schema.safeParse(undefined).success)
  .map(([name]) => name);

describe("the configuration", () => {
  it("is refused for each required variable that is missing, by its name", ({ expect }) => {
    expect(required.length).toBeGreaterThan(20);
    for (const name of required) expect(refusal({ [name]: undefined }), name).toContain(`${name} (missing`);
    expect(refusal({})).toBe("");
  });

  it("is refused for each malformed variable, by its name and without its value", ({ expect }) => {
    const malformed = {
      JWT_KEYS: CANARY,
      SEALING_KEYS: `k1:${CANARY}`,
      LINK_SIGNING_KEY: CANARY,
      API_URL: CANARY,
      ENVIRONMENT: CANARY,
      SENTRY_DSN: CANARY,
      OPS_TOKEN: "x",
    };
    for (const [name, value] of Object.entries(malformed)) {
      const said = refusal({ [name]: value });
      expect(said, name).toContain(`${name} (`);
      expect(said, name).not.toContain(CANARY);
    }
    const all = refusal({ ...malformed, DATABASE_URL: undefined });
    for (const name of [...Object.keys(malformed), "DATABASE_URL"]) expect(all).toContain(name);
  });

  it("that is refused fails every request with a problem, and the log names the variable and no value", async ({ expect }) => {
    const broken = { ...good, JWT_KEYS: `[${CANARY}]`, DATABASE_URL: undefined };
    const ask = async () => await worker.fetch(new Request(`${API_URL}/health/ready`) as never, broken as never, createExecutionContext());
    const { lines, text, result } = await logged(ask);
    expect([result.status, result.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
    expect(await result.text()).not.toMatch(/JWT_KEYS|DATABASE_URL/);
    expect(lines.find((line) => line.event === "request.failed")?.["message"]).toMatch(/JWT_KEYS.*DATABASE_URL|DATABASE_URL.*JWT_KEYS/);
    expect(text).not.toContain(CANARY);
  });
});
