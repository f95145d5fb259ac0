import { and, eq } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { oneTimeTokens } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inForce, ownerOf } from "./one-time-tokens.ts";
import { hashPassword } from "./passwords.ts";
import { setPassword } from "./set-password.ts";

/**
 * Sets the password by a mailed token, used once: one statement takes it, before anything is hashed, so that of fifty at
 * once one alone works and leaves a trail. A hash that cannot be made gives the token back. Every session ends at once.
 */
export async function resetPassword(ctx: OpenCtx<"dbAs" | "gates" | "queue">, input: { token: string; password: string }): Promise<void> {
  const owner = ownerOf(input.token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const taken = await db
    .update(oneTimeTokens)
    .set({ usedAt: ctx.now().toISOString(), usedBy: ctx.requestId })
    .where(await inForce(ctx, input.token, "reset"))
    .returning({ id: oneTimeTokens.id });
  if (taken.length === 0) throw new Problem("invalid_token", { detail: "The link is not valid, was used, or has expired." });
  const passwordHash = await hashPassword(ctx, input.password).catch(async (error: unknown) => {
    await giveBack(ctx, db, owner.id);
    throw error;
  });
  await setPassword(ctx, db, { userId: owner.userId, passwordHash, action: "password.reset", now: ctx.now() });
}

async function giveBack(ctx: OpenCtx, db: Db, id: string): Promise<void> {
  await db
    .update(oneTimeTokens)
    .set({ usedAt: null, usedBy: null })
    .where(and(eq(oneTimeTokens.id, id), eq(oneTimeTokens.usedBy, ctx.requestId)));
}
