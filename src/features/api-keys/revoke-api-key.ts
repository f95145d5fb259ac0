import { and, eq, isNull } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { myApiKeys } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inTime } from "../auth/gate.ts";

/** Revokes a key everywhere, at once: gate, database, gate. Revoking twice changes nothing. */
export async function revokeApiKey(ctx: Ctx<"db" | "gates">, id: string): Promise<void> {
  const [found] = await ctx.db.select({ id: myApiKeys.id, revokedAt: myApiKeys.revokedAt }).from(myApiKeys).where(eq(myApiKeys.id, id));
  if (!found) throw new Problem("not_found");
  const tell = () => inTime(Promise.resolve(ctx.gates.user(ctx.actor.userId).endKey(id, ctx.now().getTime())));
  await tell();
  if (found.revokedAt !== null) return;
  await ctx.db.batch([
    ctx.db
      .update(apiKeys)
      .set({ revokedAt: ctx.now().toISOString() })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt))),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "api_key.revoked", subject: id, actor: ctx.actor.kind }),
  ]);
  await tell();
}
