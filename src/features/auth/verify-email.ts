import { eq, inArray } from "drizzle-orm";
import { oneTimeTokens, users } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inForce, ownerOf } from "./one-time-tokens.ts";

/** Marks the address as verified. Idempotent within the link's life: a scanner that opens it first takes nothing away. */
export async function verifyEmail(ctx: OpenCtx<"dbAs">, token: string): Promise<void> {
  const owner = ownerOf(token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const now = ctx.now().toISOString();
  const valid = db
    .select({ userId: oneTimeTokens.userId })
    .from(oneTimeTokens)
    .where(await inForce(ctx, token, "verify", true));
  const [found] = await valid;
  if (!found) throw new Problem("invalid_token", { detail: "The link is not valid, or has expired. Ask for a new one." });
  await db.batch([
    db.update(users).set({ isVerified: true, updatedAt: now }).where(inArray(users.id, valid)),
    db.update(oneTimeTokens).set({ usedAt: now }).where(eq(oneTimeTokens.id, owner.id)),
    auditRow(ctx, db, { userId: owner.userId, action: "person.verified", actor: "person" }),
  ]);
}
