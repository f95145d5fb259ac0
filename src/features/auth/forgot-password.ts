import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { userByEmail } from "./user-by-email.ts";

/** Mails a link to reset the password, if the address is known. The answer does not tell; the work goes on after it. */
export async function forgotPassword(ctx: OpenCtx<"dbAs" | "queue" | "later">, email: string): Promise<void> {
  const userId = await userByEmail(ctx, email);
  if (userId === null) return;
  const db = ctx.dbAs(userId);
  const mailId = ctx.id();
  const work = async () => {
    await db.batch([
      mailRow(ctx, db, { id: mailId, userId, template: "reset", address: email }),
      auditRow(ctx, db, { userId, action: "password.reset_asked", actor: "person" }),
    ]);
    await wakeMail(ctx, userId, mailId);
  };
  ctx.later(work());
}
