import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { Client, SAMPLE_COMPANY } from "./client.ts";

export type DemoUser = { email: string; password: string; apiKey: string };

const PERSON = { name: "Demo", email: "demo@finhelm.test", password: "sail the seven seas" };

/** A demo user whose sample company is connected and synced, made through the API's own front door; kept on later starts. */
export async function seedDemoUser(api: string, twins: string, file: string): Promise<DemoUser> {
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as DemoUser;
  const client = new Client(api, twins);
  await client.signUp(PERSON);
  await client.get((await client.mail(PERSON.email)).link);
  await client.logIn(PERSON);
  const account = await client.connect(SAMPLE_COMPANY);
  const run = await client.synced(account.id);
  if (run.phase !== "done") throw new Error(`the sample company's first sync ended as "${run.phase}" (${run.reason ?? "no reason"})`);
  const user = { email: PERSON.email, password: PERSON.password, apiKey: await client.makeKey("Demo") };
  await writeFile(file, JSON.stringify(user), { mode: 0o600 });
  return user;
}
