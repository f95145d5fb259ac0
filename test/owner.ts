import { neon, neonConfig } from "@neondatabase/serverless";
import { inject } from "vitest";

/** One statement as the owner of the tables: for oracles, and to do what no user of the API can. Works in workerd and in Node. */
export async function asOwner<T = Record<string, unknown>>(text: string, params: unknown[] = []): Promise<T[]> {
  neonConfig.fetchEndpoint = () => `${inject("worldUrl")}/neon/sql`;
  return (await neon(inject("ownerUrl")).query(text, params)) as T[];
}

/** The same as the Worker's own role, in the name of `userId`: what a Worker taken over could do. */
export async function asWorker<T = Record<string, unknown>>(userId: string | null, text: string, params: unknown[] = []): Promise<T[]> {
  neonConfig.fetchEndpoint = () => `${inject("worldUrl")}/neon/sql`;
  const sql = neon(inject("vars")["DATABASE_URL"] ?? "");
  const results = await sql.transaction([sql.query("select set_config('app.user_id', $1, true)", [userId ?? ""]), sql.query(text, params)]);
  return (results[1] ?? []) as T[];
}
