import { eq, sql } from "drizzle-orm";
import { accounts } from "../../../db/schema/accounts.ts";
import { users } from "../../../db/schema/auth.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { hashPassword } from "./passwords.ts";
import { userByEmail } from "./user-by-email.ts";

export type SignUp = { name: string; email: string; password: string };

/**
 * Makes an unverified person and mails a link; for an address that is known, mails its owner a note instead. The answer,
 * the work and the mail's way are the same, so nobody learns which it was.
 */
export async function signUp(ctx: OpenCtx<"dbAs" | "gates" | "queue">, input: SignUp): Promise<void> {
  const passwordHash = await hashPassword(ctx, input.password);
  const known = await userByEmail(ctx, input.email);
  const userId = known ?? ctx.id();
  const mailId = ctx.id();
  const db = ctx.dbAs(userId);
  if (known !== null) {
    await db.batch([
      db
        .update(users)
        .set({ updatedAt: sql`${users.updatedAt}` })
        .where(eq(users.id, userId)),
      mailRow(ctx, db, { id: mailId, userId, template: "already_registered", address: input.email }),
      auditRow(ctx, db, { userId, action: "person.signed_up", details: { known: true } }),
    ]);
  } else {
    const now = ctx.now().toISOString();
    await db.batch([
      db.insert(users).values({ id: userId, name: input.name, email: input.email, passwordHash, createdAt: now, updatedAt: now }),
      db
        .insert(accounts)
        .values({ id: ctx.id(), userId, serviceName: "manual", displayName: "Entered by hand", status: "connected", createdAt: now, updatedAt: now }),
      mailRow(ctx, db, { id: mailId, userId, template: "verify", address: input.email }),
      auditRow(ctx, db, { userId, action: "person.signed_up", actor: "person" }),
    ]);
  }
  await wakeMail(ctx, userId, mailId);
}
