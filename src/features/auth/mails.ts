import type { Db } from "../../../db/client.ts";
import { mails } from "../../../db/schema/auth.ts";
import type { OpenCtx } from "../../runtime.ts";

export type MailTemplate =
  | "verify"
  | "already_registered"
  | "reset"
  | "password_changed"
  | "needs_reconnect"
  | "change_email"
  | "email_changed"
  | "export_ready"
  | "erasure_asked"
  | "key_leaked";

/** The insert of a mail to be sent. Nothing leaves in the request; {@link wakeMail} tells the queue. */
export function mailRow(ctx: OpenCtx, db: Db, mail: { id: string; userId: string; template: MailTemplate; address: string; params?: Record<string, string> }) {
  const now = ctx.now().toISOString();
  return db.insert(mails).values({ ...mail, params: mail.params ?? {}, createdAt: now, dueAt: now });
}

/** Wakes the queue. A lost wake-up is made good by cron, which looks for due rows. */
export async function wakeMail(ctx: OpenCtx<"queue">, userId: string, mailId: string): Promise<void> {
  await ctx.queue.work({ type: "mail", userId, requestId: ctx.requestId, mailId });
}
