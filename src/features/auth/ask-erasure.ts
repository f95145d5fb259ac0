import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { mailRow, wakeMail } from "./mails.ts";

const GRACE_MS = 7 * 86_400_000;

/** Asks that everything of the caller's goes, in seven days; the owner is told by mail. Asked twice, the first day stands. */
export async function askErasure(ctx: Ctx<"db" | "queue">): Promise<{ eraseAt: string }> {
  const { userId, kind } = ctx.actor;
  const [person] = await ctx.db.select({ email: me.email, eraseAt: me.eraseAt }).from(me);
  if (!person) throw new Problem("unauthenticated");
  if (person.eraseAt !== null) return { eraseAt: new Date(person.eraseAt).toISOString() };
  const eraseAt = new Date(ctx.now().getTime() + GRACE_MS).toISOString();
  const mailId = ctx.id();
  await ctx.db.batch([
    ctx.db
      .update(users)
      .set({ eraseAt })
      .where(and(eq(users.id, userId), isNull(users.eraseAt))),
    mailRow(ctx, ctx.db, { id: mailId, userId, template: "erasure_asked", address: person.email, params: { at: eraseAt } }),
    auditRow(ctx, ctx.db, { userId, action: "erasure.asked", actor: kind, details: { eraseAt } }),
  ]);
  await wakeMail(ctx, userId, mailId);
  return { eraseAt };
}

/** Takes the wish back, within the seven days. */
export async function cancelErasure(ctx: Ctx<"db">): Promise<void> {
  const { userId, kind } = ctx.actor;
  await ctx.db.batch([
    ctx.db
      .update(users)
      .set({ eraseAt: null })
      .where(and(eq(users.id, userId), isNotNull(users.eraseAt))),
    auditRow(ctx, ctx.db, { userId, action: "erasure.cancelled", actor: kind }),
  ]);
}
