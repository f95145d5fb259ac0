import { Problem } from "../../core/errors.ts";
import type { Ctx, Device } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { checkOwnPassword } from "./check-own-password.ts";
import { hashPassword } from "./passwords.ts";
import { newSession, type Tokens } from "./sessions.ts";
import { setPassword } from "./set-password.ts";

export type ChangePassword = { currentPassword: string; newPassword: string };

/** Sets a new password by the current one. Every session ends at once; the caller goes on with the new tokens: all of it happens, or nothing. */
export async function changePassword(ctx: Ctx<"db" | "dbAs" | "gates" | "queue">, input: ChangePassword, device: Device): Promise<Tokens> {
  const { userId } = ctx.actor;
  if (input.newPassword === input.currentPassword)
    throw new Problem("invalid_request", { errors: [{ pointer: "/newPassword", detail: "must differ from the current one" }] });
  await checkOwnPassword(ctx, input.currentPassword);
  const passwordHash = await hashPassword(ctx, input.newPassword);
  const now = ctx.now();
  const session = await newSession(ctx, ctx.db, userId, device);
  const loggedIn = auditRow(ctx, ctx.db, { userId, action: "person.logged_in", subject: session.id, actor: "person" });
  await setPassword(ctx, ctx.db, { userId, passwordHash, action: "password.changed", now }, [...session.rows, loggedIn]);
  return session.tokens;
}
