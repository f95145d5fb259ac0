import { and, eq, isNull, lt, or } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { OpenCtx } from "../../runtime.ts";

const FRESH_MS = 60_000;

/** Notes that a key was used, to the minute at best: it is told when a gate learns of the key, not on every request. */
export async function noteKeyUse(ctx: OpenCtx<"dbAs">, userId: string, keyId: string): Promise<void> {
  const now = ctx.now();
  const stale = new Date(now.getTime() - FRESH_MS).toISOString();
  await ctx
    .dbAs(userId)
    .update(apiKeys)
    .set({ lastUsedAt: now.toISOString() })
    .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, stale))));
}
