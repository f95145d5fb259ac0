import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { takeAt } from "./admit-stranger.ts";
import { CODE_LIMIT } from "./limits.ts";
import { checkPassword } from "./passwords.ts";

/** Passes when this is the caller's password. Ten tries in 15 minutes, before any hash is computed. */
export async function checkOwnPassword(ctx: Ctx<"db" | "gates">, password: string): Promise<void> {
  const { userId } = ctx.actor;
  const verdict = await takeAt(ctx, userId, "password", CODE_LIMIT);
  if (!verdict.allowed) throw new Problem("rate_limited", { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) });
  const [user] = await ctx.db.select({ passwordHash: me.passwordHash }).from(me);
  const { right } = await checkPassword(ctx, password, user?.passwordHash ?? null);
  if (right) return;
  await auditRow(ctx, ctx.db, { userId, action: "person.login_failed", actor: "person", details: { factor: "password" } });
  throw new Problem("unauthenticated", { detail: "The current password is wrong." });
}
