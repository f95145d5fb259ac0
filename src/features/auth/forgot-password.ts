import { eq } from "drizzle-orm";
import { mails } from "../../../db/schema/auth.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { evenAnswer } from "./even-answer.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { userByEmail } from "./user-by-email.ts";

/**
 * Mails a link to reset the password, if the address is known. Neither the answer tells nor its time: either way it follows
 * one batch of two statements, and only what was kept is acknowledged. The queue is woken after the answer.
 */
export function forgotPassword(ctx: OpenCtx<"dbAs" | "queue" | "later" | "sleep">, email: string): Promise<void> {
  return evenAnswer(ctx, mailReset(ctx, email));
}

async function mailReset(ctx: OpenCtx<"dbAs" | "queue" | "later">, email: string): Promise<void> {
  const userId = await userByEmail(ctx, email);
  const db = ctx.dbAs(userId);
  const mailId = ctx.id();
  const kept =
    userId === null
      ? db.update(mails).set({ sentAt: null }).where(eq(mails.id, mailId))
      : mailRow(ctx, db, { id: mailId, userId, template: "reset", address: email });
  await db.batch([kept, auditRow(ctx, db, { userId, action: "password.reset_asked", actor: "person" })]);
  if (userId !== null) ctx.later(wakeMail(ctx, userId, mailId));
}
