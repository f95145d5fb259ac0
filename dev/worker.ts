import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

export type Worker = { stop(): Promise<void> };

export type WorkerOptions = {
  port: number;
  variables: Record<string, string>;
  dataDir: string;
  inspectorPort?: number;
  /** Another checkout, where it is not this one. */
  root?: string;
};

/** The Worker in workerd, by `wrangler dev`, with this configuration. Resolves when it answers; its log goes to a file. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const envFile = join(options.dataDir, "worker.env");
  await writeFile(
    envFile,
    Object.entries(options.variables)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
    { mode: 0o600 },
  );
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const flags = [
    "--port",
    String(options.port),
    "--ip",
    "127.0.0.1",
    "--env-file",
    envFile,
    "--persist-to",
    join(options.dataDir, "worker"),
    "--test-scheduled",
    "--show-interactive-dev-session=false",
    "--log-level",
    "log",
    "--inspector-port",
    String(options.inspectorPort ?? 0),
  ];
  const child = spawn(process.execPath, [wrangler, "dev", ...flags], {
    cwd: options.root ?? ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CI: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // a group of its own: Ctrl-C reaches us alone, and we stop it in order
    detached: true,
  });
  const log = createWriteStream(join(options.dataDir, "worker.log"), { flags: "a" });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  await answering(child, `http://127.0.0.1:${options.port}/health/live`, join(options.dataDir, "worker.log"));
  const cron = setInterval(() => void tick(options.port), 60_000);
  return {
    async stop() {
      clearInterval(cron);
      if (child.exitCode !== null) return;
      const gone = new Promise((done) => child.once("exit", done));
      killGroup(child, "SIGINT");
      const patience = setTimeout(() => killGroup(child, "SIGKILL"), 5_000);
      await gone;
      clearTimeout(patience);
    },
  };
}

async function answering(child: ChildProcess, url: string, logFile: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`The Worker did not start; its log is ${logFile}`);
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  killGroup(child, "SIGKILL");
  throw new Error(`The Worker did not answer within a minute; its log is ${logFile}`);
}

/** What Cloudflare's clock does in production. */
async function tick(port: number): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/__scheduled?cron=*/5+*+*+*+*`, { signal: AbortSignal.timeout(30_000) }).catch(() => null);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // gone already
  }
}
