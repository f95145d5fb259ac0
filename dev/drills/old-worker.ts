import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client, SAMPLE_COMPANY } from "../client.ts";
import { startWorker } from "../worker.ts";
import { must, type Stack, until } from "./stack.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PORT = 8848;
const SOMEBODY = { name: "Before", email: "before@finhelm.test", password: "as if it were the day" };
const coffee = { transactionDate: "2026-01-02", description: "by the version before", amount: "-3.50", currency: "USD" };

type Entry = { id: string; amount: string; description: string };

/**
 * The version from before the last migration, built from git's history, does its work on today's schema, as it does between
 * a migration and an upload, and after a rollback; and today's version reads what it wrote.
 */
export async function oldWorker(stack: Stack): Promise<void> {
  const { commit, migration } = await versionBefore();
  stack.say(`${migration} came after ${commit.slice(0, 7)}; that version is built`);
  const folder = await mkdtemp(join(tmpdir(), "finhelm-before-"));
  const api = `http://localhost:${PORT}`;
  let accountId: string;
  try {
    execFileSync("tar", ["-x", "-C", folder], { input: execFileSync("git", ["archive", commit], { cwd: ROOT, maxBuffer: 2 ** 28 }) });
    // today's packages: what is rehearsed is its code on today's tables
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    execFileSync(process.execPath, ["dev/reference.ts"], { cwd: folder });
    const variables = { ...stack.variables, API_URL: api, APP_URL: api, ALLOWED_ORIGINS: api };
    const worker = await startWorker({ port: PORT, variables, dataDir: folder, root: folder });
    try {
      accountId = await itsWork(stack, new Client(api, stack.world.url));
    } finally {
      await worker.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const today = new Client(stack.api, stack.world.url);
  await today.logIn(SOMEBODY);
  const { data } = await today.get<{ data: Entry[] }>(`/transactions?limit=200`);
  must(stack, "today's version reads what it entered", data.find(({ description }) => description === coffee.description)?.amount, "-3.50");
  await today.post(`/accounts/${accountId}/sync`);
  must(stack, "today's version goes on with its connection", (await today.synced(accountId)).phase, "done");
  must(stack, "books after both", await isBalanced(today, accountId), true);
}

/** A person of today logs in; somebody new signs up, connects, is synced, writes and asks. Returns the new account. */
async function itsWork(stack: Stack, client: Client): Promise<string> {
  await client.logIn(stack.person);
  const read = await client.get<{ data: Entry[] }>("/transactions?limit=50");
  must(stack, "what it reads of today's rows", read.data.length, 50);
  await client.signUp(SOMEBODY);
  await client.get((await client.mail(SOMEBODY.email)).link);
  await client.logIn(SOMEBODY);
  const account = await client.connect(SAMPLE_COMPANY);
  must(stack, "its first sync", (await client.synced(account.id)).phase, "done");
  must(stack, "its books", await isBalanced(client, account.id), true);
  const made = await client.post<Entry>("/transactions", { ...coffee, amount: "-4.00" });
  await client.call("PATCH", `/transactions/${made.id}`, { amount: coffee.amount });
  const report = await client.post<{ id: string }>("/reports", { type: "category_breakdown", from: "2026-01-01", to: "2026-01-31" });
  await until("its report", async () => (await client.get<{ status: string }>(`/reports/${report.id}`)).status === "ready", 30);
  const { figures } = await client.post<{ figures: unknown[] }>("/ai/insights", { question: "What did I spend in January 2026?" });
  must(stack, "its answer has figures", figures.length > 0, true);
  return account.id;
}

async function isBalanced(client: Client, accountId: string): Promise<boolean> {
  const { status } = await client.get<{ status: string }>(`/accounts/${accountId}/reconciliation`);
  return ["balanced", "explained"].includes(status);
}

/** The commit before the one that brought the last migration. */
async function versionBefore(): Promise<{ commit: string; migration: string }> {
  const migration =
    (await readdir(join(ROOT, "migrations")))
      .filter((file) => file.endsWith(".sql"))
      .toSorted()
      .at(-1) ?? "";
  const git = (...given: string[]) => execFileSync("git", given, { cwd: ROOT, encoding: "utf8" }).trim();
  if (git("rev-parse", "--is-shallow-repository") === "true") throw new Error("needs the history: git fetch --unshallow (in CI: fetch-depth: 0)");
  const brought = git("log", "--diff-filter=A", "-1", "--format=%H", "--", `migrations/${migration}`);
  if (!brought) throw new Error(`${migration} is not committed`);
  return { commit: git("rev-parse", `${brought}^`), migration };
}
