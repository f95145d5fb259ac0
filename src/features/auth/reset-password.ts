import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { ownerOf } from "./one-time-tokens.ts";
import { hashPassword } from "./passwords.ts";
import { takeLink } from "./reset-link.ts";
import { setPassword } from "./set-password.ts";

/**
 * Sets the password by a mailed token, used once: it is taken before anything is hashed, so that of fifty at once one alone
 * works and leaves a trail. A hash that cannot be made gives it back. Every session ends at once.
 */
export async function resetPassword(ctx: OpenCtx<"dbAs" | "gates" | "queue">, input: { token: string; password: string }): Promise<void> {
  const owner = ownerOf(input.token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const link = await takeLink(ctx, db, owner.id, input.token);
  if (!link) throw new Problem("invalid_token", { detail: "The link is not valid, was used, or has expired." });
  const passwordHash = await hashPassword(ctx, input.password).catch(async (error: unknown) => {
    await link.free();
    throw error;
  });
  await setPassword(ctx, db, { userId: owner.userId, passwordHash, action: "password.reset", now: ctx.now() }, [link.spent]);
}
