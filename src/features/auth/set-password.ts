import { and, eq, isNull, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Db } from "../../../db/client.ts";
import { mails, sessions, users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { tellGate } from "./gate.ts";
import { wakeMail } from "./mails.ts";
import { spendResets } from "./one-time-tokens.ts";

export type NewPassword = { userId: string; passwordHash: string; action: "password.reset" | "password.changed"; now: Date };

/**
 * The new password, the end of every session made before `now` (also of access tokens that are alive), a note to the owner,
 * and what the caller adds: all in one batch. The gate is told first, then the database, then the gate again.
 */
export async function setPassword(ctx: OpenCtx<"gates" | "queue">, db: Db, change: NewPassword, added: readonly BatchItem<"pg">[] = []): Promise<void> {
  const { userId, passwordHash, action, now } = change;
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
    ...added,
  ]);
  await tellGate(ctx, userId, { before: now.getTime(), ids: ended.map((one) => one.id) });
  await wakeMail(ctx, userId, mailId);
}
