import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, Response } from "miniflare";
import { afterAll, beforeAll, describe, inject, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const out = mkdtempSync(join(tmpdir(), "finhelm-meter-"));
type DataPoint = { indexes: string[]; blobs: string[]; doubles: number[] };

/** What is uploaded, built by the tool that uploads it. */
function built(config: string, main: string): string {
  const to = join(out, main);
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const { status, stderr } = spawnSync(process.execPath, [wrangler, "deploy", "--dry-run", "--config", config, "--env", "production", "--outdir", to], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(join(to, `${main}.js`), "utf8");
}

/** The meter with a data set that can be read: what it writes is sent on. */
const READABLE = `
import meter from "./meter.js";
export default {
  async tail(items, env) {
    const points = [];
    meter.tail(items, { ENVIRONMENT: "test", METRICS: { writeDataPoint: (point) => points.push(point) } });
    await env.POINTS.fetch("http://points/", { method: "POST", body: JSON.stringify(points) });
  },
};`;

describe("the meter", () => {
  const points: DataPoint[] = [];
  let workers: Miniflare | undefined;
  beforeAll(() => {
    const compatibilityDate = "2026-10-01";
    const module = (path: string, contents: string) => ({ type: "ESModule" as const, path, contents });
    workers = new Miniflare(
      convertV4MiniflareOptions({
        workers: [
          {
            name: "api",
            modules: [module("worker.js", built("wrangler.toml", "worker"))],
            compatibilityDate,
            compatibilityFlags: ["nodejs_compat"],
            // nobody is there: what others test at this moment is not to be planned or purged from here
            bindings: { ...inject("vars"), DATABASE_HTTP_URL: "http://127.0.0.1:1/sql" },
            durableObjects: { USER_GATE: { className: "UserGate", useSQLite: true } },
            tails: ["meter"],
          },
          {
            name: "meter",
            modules: [module("readable.js", READABLE), module("meter.js", built("wrangler.meter.toml", "meter"))],
            compatibilityDate,
            serviceBindings: {
              POINTS: async (request) => {
                points.push(...((await request.json()) as DataPoint[]));
                return new Response();
              },
            },
          },
        ],
      }),
    );
  }, 120_000);
  afterAll(async () => {
    await workers?.dispose();
    rmSync(out, { recursive: true });
  });

  it("counts each invocation of the service by its route, its object or its schedule, and holds no address", async ({ expect }) => {
    const ask = async (path: string, init = {}) => (await workers?.dispatchFetch(`https://api.finhelm.test${path}`, init))?.text();
    await ask("/health/live");
    await ask("/nowhere/canary-words?token=canary-words");
    await ask("/auth/login", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    await (await workers?.getWorker("api"))?.scheduled({ cron: "17 3 * * *" });
    await expect.poll(() => points.length, { timeout: 10_000 }).toBe(5);
    expect(points.map(({ indexes, blobs }) => [...indexes, ...blobs.slice(0, 6)]).sort()).toEqual([
      ["cpu", "cpu", "/*", "GET", "ok", "", "test"],
      ["cpu", "cpu", "/auth/login", "POST", "ok", "", "test"],
      ["cpu", "cpu", "/health/live", "GET", "ok", "", "test"],
      ["cpu", "cpu", "17 3 * * *", "", "exception", "", "test"],
      ["cpu", "cpu", "UserGate.admit", "", "ok", "", "test"],
    ]);
    // workerd measures no processor time of its own: the figure is Cloudflare's
    for (const { doubles } of points) expect(doubles[0]).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(points)).not.toContain("canary");
  });
});
