import "../dev/check-node.ts";
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { Client } from "../dev/client.ts";
import { openStage } from "./stage.ts";

/**
 * A full request (JWT, gate, validation, row-level security, mapping) beside the bare floor: the same rows by the same
 * driver from a Worker without any of it. Both in one run, turn about, because machines are noisy.
 */
const ROWS = Number(process.env["BENCH_ROWS"] ?? 100_000);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 5);
const CONNECTIONS = 16;
const API_PORT = 8797;
const FLOOR_PORT = 8798;

const unlimited = { USER_UNITS_PER_MINUTE: "100000000" };
const { api, world, ownerUrl, owner, variables, dataDir, close } = await openStage({ name: "bench", port: API_PORT, variables: unlimited });
const floor = await startFloor();
try {
  const { token, userId } = await somebody();
  await fill(userId);
  const full = { url: `${api}/transactions?limit=50`, headers: { authorization: `Bearer ${token}` } };
  const bare = { url: `http://localhost:${FLOOR_PORT}/?user=${userId}`, headers: {} };
  for (const target of [bare, full]) await load(target, 1);
  const rounds: { bare: Result; full: Result }[] = [];
  for (let round = 0; round < 3; round++) rounds.push({ bare: await load(bare, SECONDS), full: await load(full, SECONDS) });
  const median = (pick: (round: (typeof rounds)[number]) => number) => rounds.map(pick).sort((a, b) => a - b)[1] ?? 0;
  const [floorRate, fullRate] = [median((r) => r.bare.perSecond), median((r) => r.full.perSecond)];
  console.log(`${ROWS} rows, ${CONNECTIONS} connections, pages of 50, medians of three rounds of ${SECONDS} s`);
  console.log(`floor  ${floorRate.toFixed(0)} requests/s, p99 ${median((r) => r.bare.p99).toFixed(1)} ms`);
  console.log(
    `full   ${fullRate.toFixed(0)} requests/s, p99 ${median((r) => r.full.p99).toFixed(1)} ms, errors ${rounds.reduce((sum, r) => sum + r.full.errors, 0)}`,
  );
  console.log(`ratio  ${(fullRate / floorRate).toFixed(2)}`);
} finally {
  await floor.stop();
  await close();
}
process.exit();

type Target = { url: string; headers: Record<string, string> };
type Result = { perSecond: number; p99: number; errors: number };

async function load(target: Target, seconds: number): Promise<Result> {
  const until = Date.now() + seconds * 1000;
  const times: number[] = [];
  let errors = 0;
  const one = async () => {
    while (Date.now() < until) {
      const started = performance.now();
      const response = await fetch(target.url, { headers: target.headers });
      await response.arrayBuffer();
      if (response.ok) times.push(performance.now() - started);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  times.sort((a, b) => a - b);
  return { perSecond: times.length / seconds, p99: times[Math.floor(times.length * 0.99)] ?? 0, errors };
}

async function somebody(): Promise<{ token: string; userId: string }> {
  const client = new Client(api, world.url);
  const person = { name: "Bench", email: "bench@finhelm.test", password: "as fast as the floor" };
  await client.signUp(person);
  await client.get((await client.mail(person.email)).link);
  const { accessToken } = await client.post<{ accessToken: string }>("/auth/login", { email: person.email, password: person.password });
  const claims = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()) as { sub: string };
  return { token: accessToken, userId: claims.sub };
}

async function fill(userId: string): Promise<void> {
  await owner.query(
    `insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, category, description, kind, moved_cash, created_at, updated_at)
     select gen_random_uuid(), $1, (select id from accounts where user_id = $1 limit 1), 'manual', date '2020-01-01' + (i % 2000), (i % 1000)::numeric / 100, 'USD', 'Category ' || i % 20, 'Row ' || i, 'manual', true, '2026-01-01', '2026-01-01'
     from generate_series(1, $2::int) i`,
    [userId, ROWS],
  );
  await owner.query("vacuum analyze transactions");
}

/** The floor, in the same runtime, reading as the owner: no policy, no gate, no validation. */
async function startFloor(): Promise<{ stop(): Promise<void> }> {
  const root = resolve(import.meta.dirname, "..");
  const vars = { DATABASE_URL: ownerUrl.replace(/@[^/]+/, "@localhost"), DATABASE_HTTP_URL: variables["DATABASE_HTTP_URL"] ?? "" };
  const flags = [
    "--config",
    join(root, "bench", "floor.toml"),
    "--port",
    String(FLOOR_PORT),
    "--persist-to",
    join(dataDir, "floor"),
    "--inspector-port",
    "0",
    "--show-interactive-dev-session=false",
  ];
  const named = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const child = spawn(process.execPath, [join(root, "node_modules", "wrangler", "bin", "wrangler.js"), "dev", ...flags, ...named], {
    cwd: root,
    stdio: "ignore",
    detached: true,
    env: { ...process.env, CI: "1" },
  });
  const probe = `http://localhost:${FLOOR_PORT}/?user=00000000-0000-0000-0000-000000000000`;
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    if (
      await fetch(probe).then(
        (response) => response.ok,
        () => false,
      )
    )
      break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    async stop() {
      const gone = new Promise((done) => child.once("exit", done));
      if (child.pid) process.kill(-child.pid, "SIGINT");
      await gone;
    },
  };
}
