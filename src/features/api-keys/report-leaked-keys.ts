import { and, eq, isNull, sql } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { mails } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { parseCredential } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inTime } from "../auth/gate.ts";
import { wakeMail } from "../auth/mails.ts";
import { apiKeyMac } from "./mac.ts";

/**
 * Revokes keys that somebody found in the open, and tells their owners. To hold the key is proof enough: whoever has it
 * could do worse with it. The answer does not tell which of them were good.
 */
export async function reportLeakedKeys(ctx: OpenCtx<"dbAs" | "gates" | "queue">, keys: readonly string[]): Promise<void> {
  for (const key of new Set(keys)) await revokeFound(ctx, key);
}

async function revokeFound(ctx: OpenCtx<"dbAs" | "gates" | "queue">, key: string): Promise<void> {
  const credential = parseCredential(key);
  if (!credential || (credential.kind !== "live" && credential.kind !== "test")) return;
  const { userId, id } = credential;
  const db = ctx.dbAs(userId);
  const good = and(eq(apiKeys.id, id), eq(apiKeys.mac, await apiKeyMac(ctx, key)), isNull(apiKeys.revokedAt));
  const [found] = await db.select({ id: apiKeys.id }).from(apiKeys).where(good);
  if (!found) return;
  const now = ctx.now();
  const at = now.toISOString();
  const mailId = ctx.id();
  const tell = () => inTime(Promise.resolve(ctx.gates.user(userId).endKey(id, now.getTime())));
  const address = db.select({ address: me.email }).from(me);
  await tell();
  await db.batch([
    db.update(apiKeys).set({ revokedAt: at }).where(good),
    db
      .insert(mails)
      .values({ id: mailId, userId, template: "key_leaked", address: sql`(${address})`, params: { lastFour: key.slice(-4) }, createdAt: at, dueAt: at }),
    auditRow(ctx, db, { userId, action: "api_key.leaked", subject: id }),
  ]);
  await tell();
  await wakeMail(ctx, userId, mailId);
}
