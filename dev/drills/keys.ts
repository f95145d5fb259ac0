import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ask, must, type Stack, until } from "./stack.ts";

/** The sealing key is replaced while customers go on; afterwards the old one opens nothing that is needed. */
export async function sealingKeys(stack: Stack): Promise<void> {
  const old = stack.variables["SEALING_KEYS"] ?? "";
  const fresh = `n${randomBytes(3).toString("hex")}:${randomBytes(32).toString("base64")}`;
  const question = { question: "What did I spend last month?" };
  must(stack, "a question under the old key", (await ask(stack, "/ai/insights", stack.key, question)).status, 200);
  await stack.deploy({ SEALING_KEYS: `${fresh},${old}` });
  const customers = keepAsking(stack, ["/accounts", "/ai/insights", "/transactions?limit=5"]);
  const code = await new Promise<number | null>((done) => {
    const env = { ...process.env, API_URL: stack.api, OPS_TOKEN: stack.variables["OPS_TOKEN"] ?? "" };
    spawn(process.execPath, [join(import.meta.dirname, "../reseal.ts")], { env, stdio: ["ignore", "ignore", "inherit"] }).once("exit", done);
  });
  const { asked, failed } = await customers.stop();
  must(stack, "npm run reseal ended well", code, 0);
  stack.say(`${asked} requests were answered meanwhile`);
  must(stack, "of them failed", failed, 0);
  await stack.deploy({ SEALING_KEYS: fresh });
  await stack.customer.post(`/accounts/${stack.accountId}/sync`, {});
  must(stack, "a sync with tokens under the new key alone", (await stack.customer.synced(stack.accountId)).phase, "done");
  must(stack, "an old answer, opened with the new key alone", (await ask(stack, "/ai/insights")).status, 200);
}

/** Access tokens are signed by a new key; those of the old one are good until it is retired, and then no longer. */
export async function signingKeys(stack: Stack): Promise<void> {
  const old = JSON.parse(stack.variables["JWT_KEYS"] ?? "[]") as { kid: string }[];
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const fresh = { ...jwk, kid: `k-${randomBytes(4).toString("hex")}` };
  const logIn = () =>
    stack.customer.post<{ accessToken: string; refreshToken: string }>("/auth/login", { email: stack.person.email, password: stack.person.password });
  const kidOf = (token: string) => (JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid;
  const served = async () => (JSON.parse((await ask(stack, "/.well-known/jwks.json")).text) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
  const before = await logIn();
  await stack.deploy({ JWT_KEYS: JSON.stringify([fresh, ...old]) });
  must(stack, "keys that are served", await served(), [fresh.kid, ...old.map((key) => key.kid)]);
  const after = await logIn();
  must(stack, "the key of a new token", kidOf(after.accessToken), fresh.kid);
  must(stack, "an old token before its key is retired", (await ask(stack, "/me", before.accessToken)).status, 200);
  await stack.deploy({ JWT_KEYS: JSON.stringify([fresh]) });
  must(stack, "an old token after that", (await ask(stack, "/me", before.accessToken)).status, 401);
  must(stack, "a new token after that", (await ask(stack, "/me", after.accessToken)).status, 200);
  const refreshed = await stack.customer.post<{ accessToken: string }>("/auth/refresh", { refreshToken: before.refreshToken });
  must(stack, "a session of the old days, refreshed", (await ask(stack, "/me", refreshed.accessToken)).status, 200);
  must(stack, "an API key", (await ask(stack, "/me")).status, 200);
  await stack.customer.logIn(stack.person);
}

/** Customers who go on while something is done to the service. */
function keepAsking(stack: Stack, paths: readonly string[]) {
  const seen = { asked: 0, failed: 0, done: false };
  const work = (async () => {
    while (!seen.done) {
      for (const path of paths) {
        const { status } = await ask(stack, path).catch(() => ({ status: 0 }));
        seen.asked += 1;
        if (status !== 200 && status !== 429) seen.failed += 1;
      }
      await new Promise((done) => setTimeout(done, 300));
    }
  })();
  return {
    async stop() {
      await until("a request under way", async () => seen.asked > 0, 30);
      seen.done = true;
      await work;
      return seen;
    },
  };
}
