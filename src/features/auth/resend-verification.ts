import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";
import { evenAnswer } from "./even-answer.ts";
import { wakeMail } from "./mails.ts";
import { userByEmail } from "./user-by-email.ts";

/**
 * Mails the link again to a known, unverified address. Neither the answer tells nor its time: it follows one and the same
 * statement for every address, and the queue is woken after it.
 */
export function resendVerification(ctx: OpenCtx<"dbAs" | "queue" | "later" | "sleep">, email: string): Promise<void> {
  return evenAnswer(ctx, mailLink(ctx, email));
}

async function mailLink(ctx: OpenCtx<"dbAs" | "queue" | "later">, email: string): Promise<void> {
  const userId = await userByEmail(ctx, email);
  const mailId = ctx.id();
  const now = ctx.now().toISOString();
  const { rows } = await ctx.dbAs(userId).execute(sql`
    insert into mails (id, user_id, template, address, created_at, due_at)
    select ${mailId}::uuid, id, 'verify', ${email}, ${now}::timestamptz, ${now}::timestamptz from mine.users where not is_verified
    returning id`);
  if (userId !== null && rows.length > 0) ctx.later(wakeMail(ctx, userId, mailId));
}
