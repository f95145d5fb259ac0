import { and, eq, exists, inArray, isNull, sql } from "drizzle-orm";
import { oneTimeTokens, sessions, users } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inTime } from "./gate.ts";
import { inForce, ownerOf } from "./one-time-tokens.ts";
import { hashPassword } from "./passwords.ts";

/**
 * Sets the password by a mailed token, used once, and ends every session at once, also those whose access tokens are
 * still alive: the gate is told first, then the database, then the gate again.
 */
export async function resetPassword(ctx: OpenCtx<"dbAs" | "gates">, input: { token: string; password: string }): Promise<void> {
  const owner = ownerOf(input.token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const [valid] = await db
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(await inForce(ctx, input.token, "reset"));
  if (!valid) throw new Problem("invalid_token", { detail: "The link is not valid, was used, or has expired." });
  const passwordHash = await hashPassword(ctx, input.password);
  const now = ctx.now();
  const at = now.toISOString();
  const gate = ctx.gates.user(owner.userId);
  const endAll = () => inTime(Promise.resolve(gate.endSessions({ before: now.getTime() })));
  await endAll();
  // the token's use decides: the statements after it change nothing when another request was first
  const won = db
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(and(eq(oneTimeTokens.id, owner.id), eq(oneTimeTokens.usedAt, at), sql`used_by = ${ctx.requestId}`));
  const [used] = await db.batch([
    db
      .update(oneTimeTokens)
      .set({ usedAt: at, usedBy: ctx.requestId })
      .where(await inForce(ctx, input.token, "reset"))
      .returning({ id: oneTimeTokens.id }),
    db
      .update(users)
      .set({ passwordHash, isVerified: true, sessionsValidFrom: at, updatedAt: at })
      .where(and(eq(users.id, owner.userId), exists(won))),
    db
      .update(sessions)
      .set({ endedAt: at, endedReason: "password_reset" })
      .where(and(isNull(sessions.endedAt), exists(won))),
    db
      .update(oneTimeTokens)
      .set({ usedAt: at })
      .where(and(inArray(oneTimeTokens.purpose, ["reset"]), isNull(oneTimeTokens.usedAt), exists(won))),
    auditRow(ctx, db, { userId: owner.userId, action: "password.reset", actor: "person" }),
  ]);
  if (used.length === 0) throw new Problem("invalid_token", { detail: "The link was used already." });
  await endAll();
}
