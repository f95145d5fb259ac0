import { and, eq, isNull, sql } from "drizzle-orm";
import { mails } from "../../../db/schema/auth.ts";
import { MailRefused } from "../../integrations/mail/mailer.ts";
import { scrub } from "../../core/scrub.ts";
import type { Ctx } from "../../runtime.ts";
import { composeMail } from "./compose-mail.ts";
import type { MailTemplate } from "./mails.ts";
import { mailedTokenOf, type Purpose } from "./one-time-tokens.ts";

const ATTEMPTS_MOST = 8;
const LINKS: Partial<Record<MailTemplate, Purpose>> = { verify: "verify", reset: "reset", change_email: "email" };

/**
 * Sends a mail that stands in its row, once. The token of its link is made here, so that none rests in the row; the mail
 * service is given the row's id as idempotency key, so that a repeat after a lost answer sends nothing twice.
 */
export async function sendMail(ctx: Ctx<"db" | "mail">, mailId: string): Promise<void> {
  const [mail] = await ctx.db
    .select()
    .from(mails)
    .where(and(eq(mails.id, mailId), isNull(mails.sentAt), isNull(mails.failure)));
  if (!mail) return;
  const template = mail.template as MailTemplate;
  const purpose = LINKS[template];
  const params = mail.params as Record<string, string>;
  const link = purpose && (await mailedTokenOf(ctx, ctx.db, { id: mail.id, userId: mail.userId, params }, purpose));
  const counted = ctx.db
    .update(mails)
    .set({ attempts: sql`${mails.attempts} + 1` })
    .where(eq(mails.id, mailId));
  await ctx.db.batch(link ? [counted, ...link.rows] : [counted]);
  try {
    await ctx.mail.send({ to: mail.address, ...composeMail(ctx.config, template, params, link?.token) }, mailId);
  } catch (error) {
    const final = mail.attempts + 1 >= ATTEMPTS_MOST || (error instanceof MailRefused && !error.retry);
    if (!final) throw error;
    await ctx.db
      .update(mails)
      .set({ failure: scrub(error instanceof Error ? error.message : "unknown").slice(0, 200) })
      .where(eq(mails.id, mailId));
    ctx.log("error", "mail.failed", { mailId, attempts: mail.attempts + 1 });
    return;
  }
  await ctx.db.update(mails).set({ sentAt: ctx.now().toISOString() }).where(eq(mails.id, mailId));
}
