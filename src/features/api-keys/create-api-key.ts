import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { KeyScope } from "../../core/actor.ts";
import { formatCredential, hmacText, newCredential } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import type { ApiKey } from "./list-api-keys.ts";

export type NewApiKey = { name: string; scopes: KeyScope[]; expiresAt?: string | undefined };

/** Makes a key and returns it, the only time that it is seen: only its MAC under a pepper is kept. */
export async function createApiKey(ctx: Ctx<"db">, input: NewApiKey): Promise<ApiKey & { key: string }> {
  const credential = newCredential(ctx.config.ENVIRONMENT === "production" ? "live" : "test", ctx.actor.userId, ctx.random);
  const key = formatCredential(credential);
  const row = {
    id: credential.id,
    userId: ctx.actor.userId,
    name: input.name,
    mac: await hmacText(ctx.config.LINK_SIGNING_KEY, `api-key|${key}`),
    lastFour: key.slice(-4),
    scopes: [...input.scopes],
    createdAt: ctx.now().toISOString(),
    expiresAt: input.expiresAt ?? null,
  };
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
  return { ...row, lastUsedAt: null, revokedAt: null, key };
}
