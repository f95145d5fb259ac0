import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";
import { checkHealth } from "./check-health.ts";

/** One number of the service, by its name and, of several, by its label. The number is a decimal string. */
export type Fact = { name: string; label: string; value: string };

const TIMEOUT_MS = 5_000;

/** What is true of the service now, as numbers: jobs, syncs, proofs, tokens, dead letters, the model's cost, the database. */
export async function serviceFacts(ctx: OpenCtx<"dbAs" | "cache" | "gates">): Promise<Fact[]> {
  const [{ checks }, { rows }] = await Promise.all([
    checkHealth(ctx),
    ctx.dbAs(null, TIMEOUT_MS).execute<Fact>(sql`select name, label, trim_scale(value)::text as value from service_facts(${ctx.now().toISOString()})`),
  ]);
  const up = Object.entries(checks).map(([label, state]) => ({ name: "dependency_up", label, value: state === "up" ? "1" : "0" }));
  return [...up, ...rows];
}
