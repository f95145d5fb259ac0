import { and, eq, isNull, sql } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { myApiKeys } from "../../../db/schema/views.ts";
import type { KeyScope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inTime } from "../auth/gate.ts";
import { newApiKey } from "./create-api-key.ts";
import type { ApiKey } from "./list-api-keys.ts";

/**
 * A new key with the old one's name, scopes, ranges and expiry. The old one works on for `overlapSeconds`, so that what
 * uses it can be changed without an outage; its gate knows that moment too.
 */
export async function rotateApiKey(ctx: Ctx<"db" | "gates">, id: string, overlapSeconds: number): Promise<ApiKey & { key: string }> {
  const [old] = await ctx.db.select().from(myApiKeys).where(eq(myApiKeys.id, id));
  if (!old) throw new Problem("not_found");
  const now = ctx.now().getTime();
  const isAlive = old.revokedAt === null && (old.expiresAt === null || Date.parse(old.expiresAt) > now);
  if (!isAlive) throw new Problem("conflict", { detail: "The key has expired or was revoked." });
  const until = Math.min(now + overlapSeconds * 1000, old.expiresAt === null ? Infinity : Date.parse(old.expiresAt));
  const endsAt = new Date(until).toISOString();
  const { row, key } = await newApiKey(ctx, {
    name: old.name,
    scopes: old.scopes as KeyScope[],
    expiresAt: old.expiresAt ?? undefined,
    allowedRanges: old.allowedRanges,
  });
  const made = { ...row, lastUsedAt: null, revokedAt: null, key };
  await ctx.foretell(() => made);
  await ctx.db.batch([
    ctx.db.insert(apiKeys).values(row),
    ctx.db
      .update(apiKeys)
      .set({ expiresAt: sql`least(${apiKeys.expiresAt}, ${endsAt}::timestamptz)` })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt))),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "api_key.rotated", subject: id, actor: ctx.actor.kind, details: { successor: row.id, endsAt } }),
  ]);
  await inTime(Promise.resolve(ctx.gates.user(ctx.actor.userId).endKey(id, until)));
  return made;
}
