import { and, eq, isNull, like, lte, or } from "drizzle-orm";
import { oneTimeTokens } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inForce, ownerOf } from "./one-time-tokens.ts";
import { hashPassword } from "./passwords.ts";
import { setPassword } from "./set-password.ts";

/** Longer than any request lives. */
const LEASE_MS = 60_000;

/**
 * Sets the password by a mailed token, used once: one statement takes it, before anything is hashed, so that of fifty at
 * once one alone works and leaves a trail. A hash that cannot be made gives the token back; where the database was lost
 * before the password was set, the token is free again in a minute. Every session ends at once.
 */
export async function resetPassword(ctx: OpenCtx<"dbAs" | "gates" | "queue">, input: { token: string; password: string }): Promise<void> {
  const owner = ownerOf(input.token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const [now, hold] = [ctx.now(), `taken ${ctx.requestId.slice(0, 50)}`];
  const isLeft = and(like(oneTimeTokens.usedBy, "taken %"), lte(oneTimeTokens.usedAt, new Date(now.getTime() - LEASE_MS).toISOString()));
  const taken = await db
    .update(oneTimeTokens)
    .set({ usedAt: now.toISOString(), usedBy: hold })
    .where(and(await inForce(ctx, input.token, "reset", true), or(isNull(oneTimeTokens.usedAt), isLeft)))
    .returning({ id: oneTimeTokens.id });
  if (taken.length === 0) throw new Problem("invalid_token", { detail: "The link is not valid, was used, or has expired." });
  const mine = and(eq(oneTimeTokens.id, owner.id), eq(oneTimeTokens.usedBy, hold));
  const passwordHash = await hashPassword(ctx, input.password).catch(async (error: unknown) => {
    await db.update(oneTimeTokens).set({ usedAt: null, usedBy: null }).where(mine);
    throw error;
  });
  const change = { userId: owner.userId, passwordHash, action: "password.reset", now: ctx.now() } as const;
  await setPassword(ctx, db, change, [db.update(oneTimeTokens).set({ usedBy: "spent" }).where(mine)]);
}
