import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { sha256 } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { takeAt } from "./admit-stranger.ts";
import { LOGIN_LIMIT } from "./limits.ts";
import { checkPassword } from "./passwords.ts";
import { type Device, newSession, type Tokens } from "./sessions.ts";
import { userByEmail } from "./user-by-email.ts";

/**
 * Tokens for the right address and password. Everything else is one and the same 401, after the same work; only who knows
 * the password hears that the address is not verified. Limited per account before any hash is computed.
 */
export async function logIn(ctx: OpenCtx<"dbAs" | "gates">, input: { email: string; password: string }, device: Device): Promise<Tokens> {
  const verdict = await takeAt(ctx, `login:${await sha256(input.email)}`, "login", LOGIN_LIMIT);
  if (!verdict.allowed) throw new Problem("rate_limited", { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) });
  const userId = await userByEmail(ctx, input.email);
  const db = ctx.dbAs(userId);
  const [user] = await db.select({ passwordHash: me.passwordHash, isVerified: me.isVerified }).from(me);
  const right = await checkPassword(ctx, input.password, user?.passwordHash ?? null);
  if (!right || userId === null || !user) {
    if (userId !== null) await auditRow(ctx, db, { userId, action: "person.login_failed", actor: "person", personal: device });
    throw new Problem("unauthenticated", { detail: "The address or the password is wrong." });
  }
  if (!user.isVerified) throw new Problem("email_unverified");
  const session = await newSession(ctx, db, userId, device);
  await db.batch([...session.rows, auditRow(ctx, db, { userId, action: "person.logged_in", subject: session.id, actor: "person", personal: device })]);
  return session.tokens;
}
