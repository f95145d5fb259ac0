import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import type { Worker, WorkerOptions } from "../dev/worker.ts";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * The Worker as it is deployed, bundled and in workerd alone: where milliseconds are measured, the development server's
 * own work in front of it would be measured, too.
 */
export async function startBare({ port, variables, dataDir }: WorkerOptions): Promise<Worker> {
  const bundle = join(dataDir, "bundle");
  const made = spawnSync(join(ROOT, "node_modules/.bin/wrangler"), ["deploy", "--dry-run", "--env", "", "--outdir", bundle], { cwd: ROOT, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`the bundle was not made: ${made.stderr}`);
  const { modulesRules: _rules, rootPath: _root, ...options } = workerOptionsOf(join(ROOT, "wrangler.toml")).workerOptions;
  const worker = {
    ...options,
    name: "finhelm",
    modulesRoot: bundle,
    modules: [{ type: "ESModule" as const, path: join(bundle, "worker.js") }],
    bindings: { ...(options.bindings as Record<string, string>), ...variables },
  };
  const shared = {
    host: "127.0.0.1",
    port,
    log: new Log(LogLevel.ERROR),
    resourcePersistencePath: join(dataDir, "worker"),
    handleStructuredLogs: () => undefined,
  };
  const runtime = new Miniflare(convertV4MiniflareOptions({ ...shared, workers: [worker] }));
  await runtime.ready;
  return { stop: () => runtime.dispose() };
}
