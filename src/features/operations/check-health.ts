import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";
import { inTime } from "../auth/gate.ts";

export type Health = { ready: boolean; checks: { postgres: "up" | "down"; redis: "up" | "down"; gate: "up" | "down" }; checkedAt: string };

const KEPT_MS = 5_000;
let kept: { health: Health; until: number } | undefined;

/** Asks Postgres, Redis and a gate, each with a short time-out; the answer is kept five seconds per isolate. */
export async function checkHealth(ctx: OpenCtx<"dbAs" | "cache" | "gates">): Promise<Health> {
  const now = ctx.now();
  if (kept && kept.until > now.getTime()) return kept.health;
  const state = async (check: () => Promise<unknown>) =>
    check().then(
      () => "up" as const,
      () => "down" as const,
    );
  const [postgres, redis, gate] = await Promise.all([
    state(() => ctx.dbAs(null, 1_000).execute(sql`select 1`)),
    state(() => ctx.cache.ping()),
    state(() => inTime(Promise.resolve(ctx.gates.user("health").ping()))),
  ]);
  const checks = { postgres, redis, gate };
  const health = { ready: postgres === "up" && gate === "up" && redis === "up", checks, checkedAt: now.toISOString() };
  kept = { health, until: now.getTime() + KEPT_MS };
  return health;
}
