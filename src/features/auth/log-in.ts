import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { users } from "../../../db/schema/auth.ts";
import { me, mySessions } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { sha256 } from "../../core/secret.ts";
import type { Device, OpenCtx } from "../../runtime.ts";
import { type AuditEvent, auditRow } from "../audit/audit-row.ts";
import { takeAt } from "./admit-stranger.ts";
import { LOGIN_FAILURES_MOST, LOGIN_LIMIT } from "./limits.ts";
import { checkPassword } from "./passwords.ts";
import { takeCode } from "./second-factor.ts";
import { newSession, type Tokens } from "./sessions.ts";
import { asPersonAt } from "./user-by-email.ts";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const KNOWN_DEVICE_MS = 90 * 86_400_000;

export type LogIn = { email: string; password: string; code?: string | undefined };

/**
 * Tokens for the right address and password, and a code where the person has a second factor. Everything else is one and
 * the same 401, after the same work; only who knows the password hears what is missing. Limited per account before any
 * hash is computed: a device that logged in before has a bucket of its own, so that nobody can lock the owner out.
 */
export async function logIn(ctx: OpenCtx<"dbAs" | "gates">, input: LogIn, device: Device): Promise<Tokens> {
  const [user, isKnown] = await read(ctx, input.email, device);
  const userId = user?.id ?? null;
  const db = ctx.dbAs(userId);
  const verdict = await takeAt(ctx, `login:${await sha256(input.email)}`, isKnown ? `device:${device.ip}` : "login", LOGIN_LIMIT);
  if (!verdict.allowed) throw new Problem("rate_limited", { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) });
  const { right, upgraded } = await checkPassword(ctx, input.password, user?.passwordHash ?? null);
  const locked = !isKnown && (user?.failedLogins ?? 0) >= LOGIN_FAILURES_MOST;
  if (!right || userId === null || !user || locked) {
    await noteFailure(ctx, db, isKnown, { userId, action: locked ? "password.locked" : "person.login_failed", actor: "person" });
    throw new Problem("unauthenticated", { detail: "The address or the password is wrong." });
  }
  if (!user.isVerified) throw new Problem("email_unverified");
  if (user.totpEnabledAt !== null) await takeCode(ctx, db, userId, input.code);
  const session = await newSession(ctx, db, userId, device);
  await db.batch([
    ...session.rows,
    db
      .update(users)
      .set({ failedLogins: 0, ...(upgraded === null ? {} : { passwordHash: upgraded }) })
      .where(and(eq(users.id, userId), eq(users.passwordHash, user.passwordHash))),
    auditRow(ctx, db, { userId, action: "person.logged_in", subject: session.id, actor: "person" }),
  ]);
  return session.tokens;
}

/** The person, and whether this device logged in as them lately. The same two reads when nobody has the address. */
async function read(ctx: OpenCtx<"dbAs">, email: string, device: Device) {
  const db = ctx.dbAs(null);
  const since = new Date(ctx.now().getTime() - KNOWN_DEVICE_MS).toISOString();
  const [, [user], [known]] = await db.batch([
    asPersonAt(db, email),
    db.select({ id: me.id, passwordHash: me.passwordHash, isVerified: me.isVerified, failedLogins: me.failedLogins, totpEnabledAt: me.totpEnabledAt }).from(me),
    db
      .select({ id: mySessions.id })
      .from(mySessions)
      .where(and(eq(mySessions.ip, device.ip), gt(mySessions.lastUsedAt, since)))
      .limit(1),
  ]);
  return [user, known !== undefined] as const;
}

/** Counted and kept, for an address that nobody has as well: the same two statements either way. */
async function noteFailure(ctx: OpenCtx, db: Db, isKnown: boolean, event: AuditEvent): Promise<void> {
  const counted = db
    .update(users)
    .set({ failedLogins: sql`${users.failedLogins} + ${isKnown ? 0 : 1}` })
    .where(eq(users.id, event.userId ?? NOBODY));
  await db.batch([counted, auditRow(ctx, db, event)]);
}
