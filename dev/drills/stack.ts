import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../../db/migrate.ts";
import { Client, SAMPLE_COMPANY } from "../client.ts";
import { buildReference } from "../reference.ts";
import { freshSecrets } from "../variables.ts";
import { startWorker, type Worker } from "../worker.ts";
import { startWorld, type World } from "../world.ts";

const PORT = 8847;
const PERSON = { name: "Drill", email: "drill@finhelm.test", password: "as if it were the day" };
export const DATABASE = "drill";

/** A service of its own with one customer, whose company is synced; thrown away afterwards. */
export type Stack = {
  api: string;
  world: World;
  owner: pg.Client;
  variables: Record<string, string>;
  customer: Client;
  person: typeof PERSON;
  key: string;
  accountId: string;
  /** The Worker again, with other variables: a deployment. */
  deploy(changes: Record<string, string>): Promise<void>;
  /** What cron does every five minutes. */
  tick(): Promise<void>;
  say(line: string): void;
};

export async function withStack(work: (stack: Stack) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "finhelm-drill-"));
  const api = `http://localhost:${PORT}`;
  await buildReference();
  const world = await startWorld({ port: 0, dataDir, ephemeral: true });
  let worker: Worker | undefined;
  let owner: pg.Client | undefined;
  try {
    await world.createDatabase(DATABASE);
    await migrate(world.ownerUrlOf(DATABASE));
    await world.grantWorker(DATABASE);
    let variables: Record<string, string> = {
      ...world.vars(DATABASE),
      ...freshSecrets(),
      ENVIRONMENT: "development",
      API_URL: api,
      APP_URL: api,
      ALLOWED_ORIGINS: api,
    };
    worker = await startWorker({ port: PORT, variables, dataDir });
    owner = new pg.Client({ connectionString: world.ownerUrlOf(DATABASE) });
    await owner.connect();
    const customer = new Client(api, world.url);
    await customer.signUp(PERSON);
    await customer.get((await customer.mail(PERSON.email)).link);
    await customer.logIn(PERSON);
    const account = await customer.connect(SAMPLE_COMPANY);
    await customer.synced(account.id);
    const key = await customer.makeKey("drill");
    await work({
      api,
      world,
      owner,
      get variables() {
        return variables;
      },
      customer,
      person: PERSON,
      key,
      accountId: account.id,
      async deploy(changes) {
        variables = { ...variables, ...changes };
        await worker?.stop();
        worker = await startWorker({ port: PORT, variables, dataDir });
      },
      tick: async () => void (await fetch(`${api}/__scheduled?cron=*/5+*+*+*+*`, { signal: AbortSignal.timeout(60_000) })),
      say: (line) => console.log(`  ${line}`),
    });
  } finally {
    await owner?.end();
    await worker?.stop();
    await world.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What must hold. Says what was verified, or fails the drill with both sides. */
export function must(stack: Pick<Stack, "say">, what: string, seen: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: ${left.slice(0, 300)} instead of ${right.slice(0, 300)}`);
  stack.say(`verified: ${what} (${left.length > 80 ? `${left.slice(0, 77)}…` : left})`);
}

export async function until(what: string, isTrue: () => Promise<boolean>, seconds = 120): Promise<void> {
  for (let tries = 0; tries < seconds * 2; tries++) {
    if (await isTrue()) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`${what} did not come to pass within ${seconds} s`);
}

/** A call with a credential of its own; the status and the body as text. */
export async function ask(stack: Stack, path: string, credential = stack.key, body?: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(`${stack.api}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, text: await response.text() };
}
