import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { mails, sessions, users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { tellGate } from "./gate.ts";
import { wakeMail } from "./mails.ts";
import { spendResets } from "./one-time-tokens.ts";

/**
 * The new password, the end of every session (also of access tokens that are alive), and a note to the owner: together.
 * The gate is told first, then the database, then the gate again.
 */
export async function setPassword(
  ctx: OpenCtx<"gates" | "queue">,
  db: Db,
  userId: string,
  passwordHash: string,
  action: "password.reset" | "password.changed",
): Promise<void> {
  const now = ctx.now();
  const at = now.toISOString();
  const mailId = ctx.id();
  await tellGate(ctx, userId, { before: now.getTime() });
  const verified = action === "password.reset" ? { isVerified: true } : {};
  const address = db.select({ address: me.email }).from(me);
  const [, ended] = await db.batch([
    db
      .update(users)
      .set({ passwordHash, ...verified, failedLogins: 0, sessionsValidFrom: at, updatedAt: at })
      .where(eq(users.id, userId)),
    db
      .update(sessions)
      .set({ endedAt: at, endedReason: action.replace(".", "_") })
      .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt)))
      .returning({ id: sessions.id }),
    spendResets(db, userId, at),
    db.insert(mails).values({ id: mailId, userId, template: "password_changed", address: sql`(${address})`, createdAt: at, dueAt: at }),
    auditRow(ctx, db, { userId, action, actor: "person" }),
  ]);
  await tellGate(ctx, userId, { before: now.getTime(), ids: ended.map((one) => one.id) });
  await wakeMail(ctx, userId, mailId);
}
