import { me } from "../../../db/schema/views.ts";
import type { OpenCtx } from "../../runtime.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { userByEmail } from "./user-by-email.ts";

/** Mails the link again to a known, unverified address. The answer does not tell. */
export async function resendVerification(ctx: OpenCtx<"dbAs" | "queue" | "later">, email: string): Promise<void> {
  const userId = await userByEmail(ctx, email);
  if (userId === null) return;
  const db = ctx.dbAs(userId);
  const work = async () => {
    const [user] = await db.select({ isVerified: me.isVerified }).from(me);
    if (!user || user.isVerified) return;
    const mailId = ctx.id();
    await mailRow(ctx, db, { id: mailId, userId, template: "verify", address: email });
    await wakeMail(ctx, userId, mailId);
  };
  ctx.later(work());
}
