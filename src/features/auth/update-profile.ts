import { eq } from "drizzle-orm";
import { users } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { checkOwnPassword } from "./check-own-password.ts";
import { getProfile, type Profile } from "./get-profile.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { userByEmail } from "./user-by-email.ts";

export type ProfileChange = { name?: string | undefined; email?: string | undefined; currentPassword?: string | undefined };

/**
 * Changes the name at once. A new address needs the password, and counts only when the link mailed there was opened: until
 * then the old one stays. An address that is somebody's gets a note instead of a link; the answer is the same.
 */
export async function updateProfile(ctx: Ctx<"db" | "dbAs" | "gates" | "queue">, change: ProfileChange): Promise<Profile> {
  const { userId } = ctx.actor;
  if (change.email !== undefined) {
    if (change.currentPassword === undefined)
      throw new Problem("invalid_request", { errors: [{ pointer: "/currentPassword", detail: "is required to change the address" }] });
    await checkOwnPassword(ctx, change.currentPassword);
    await askForAddress(ctx, change.email);
  }
  if (change.name !== undefined) {
    await ctx.db.batch([
      ctx.db.update(users).set({ name: change.name, updatedAt: ctx.now().toISOString() }).where(eq(users.id, userId)),
      auditRow(ctx, ctx.db, { userId, action: "profile.changed", actor: ctx.actor.kind }),
    ]);
  }
  return getProfile(ctx);
}

async function askForAddress(ctx: Ctx<"db" | "dbAs" | "queue">, email: string): Promise<void> {
  const { userId } = ctx.actor;
  const isTaken = (await userByEmail(ctx, email)) !== null;
  const mailId = ctx.id();
  await ctx.db.batch([
    mailRow(ctx, ctx.db, { id: mailId, userId, template: isTaken ? "already_registered" : "change_email", address: email, params: isTaken ? {} : { email } }),
    auditRow(ctx, ctx.db, { userId, action: "email.change_asked", actor: "person" }),
  ]);
  await wakeMail(ctx, userId, mailId);
}
