import { and, gt, isNull, or, sql } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { myApiKeys } from "../../../db/schema/views.ts";
import type { KeyScope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import { formatCredential, newCredential } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import type { ApiKey } from "./list-api-keys.ts";
import { apiKeyMac } from "./mac.ts";

export type NewApiKey = { name: string; scopes: KeyScope[]; expiresAt?: string | undefined; allowedRanges?: string[] | undefined };

const ALIVE_MOST = 100;

/** Makes a key and returns it, the only time that it is seen: only its MAC under a pepper is kept. */
export async function createApiKey(ctx: Ctx<"db">, input: NewApiKey): Promise<ApiKey & { key: string }> {
  if (input.expiresAt !== undefined && Date.parse(input.expiresAt) <= ctx.now().getTime()) {
    throw new Problem("invalid_request", { errors: [{ pointer: "/expiresAt", detail: "must lie in the future" }] });
  }
  const now = ctx.now().toISOString();
  const alive = and(isNull(myApiKeys.revokedAt), or(isNull(myApiKeys.expiresAt), gt(myApiKeys.expiresAt, now)));
  const [{ count } = { count: 0 }] = await ctx.db
    .select({ count: sql<number>`count(*)::int` })
    .from(myApiKeys)
    .where(alive);
  if (count >= ALIVE_MOST) throw new Problem("conflict", { detail: `At most ${ALIVE_MOST} keys can be alive. Revoke one first.` });
  const { row, key } = await newApiKey(ctx, input);
  const made = { ...row, lastUsedAt: null, revokedAt: null, key };
  await ctx.foretell(() => made);
  await ctx.db.batch([
    ctx.db.insert(apiKeys).values(row),
    auditRow(ctx, ctx.db, {
      userId: ctx.actor.userId,
      action: "api_key.made",
      subject: row.id,
      actor: ctx.actor.kind,
      details: { scopes: row.scopes.join(" ") },
    }),
  ]);
  return made;
}

/** A fresh key and its row. */
export async function newApiKey(ctx: Ctx, input: NewApiKey) {
  const credential = newCredential(ctx.config.ENVIRONMENT === "production" ? "live" : "test", ctx.actor.userId, ctx.random);
  const key = formatCredential(credential);
  const row = {
    id: credential.id,
    userId: ctx.actor.userId,
    name: input.name,
    mac: await apiKeyMac(ctx, key),
    lastFour: key.slice(-4),
    scopes: [...new Set(input.scopes)],
    allowedRanges: [...(input.allowedRanges ?? [])],
    createdAt: ctx.now().toISOString(),
    expiresAt: input.expiresAt ?? null,
  };
  return { row, key };
}
