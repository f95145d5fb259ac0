import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { encodeSecret, seal, unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { takeAt } from "./admit-stranger.ts";
import { CODE_LIMIT } from "./limits.ts";
import { backupCodeMac, totpPlace } from "./second-factor.ts";
import { base32, matchingStep } from "./totp.ts";

const BACKUP_CODES = 10;

/** A secret for an authenticator app; not in force before {@link confirmTotp}. Asked again before that, it is another one. */
export async function startTotp(ctx: Ctx<"db">): Promise<{ secret: string; uri: string }> {
  const { userId } = ctx.actor;
  const secret = base32(ctx.random(20));
  const sealed = await seal(ctx.config.SEALING_KEYS, totpPlace(userId), secret, ctx.random);
  const [user] = await ctx.db
    .update(users)
    .set({ totpSecret: sealed })
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)))
    .returning({ email: users.email });
  if (!user) throw new Problem("conflict", { detail: "The second factor is on already." });
  return { secret, uri: `otpauth://totp/FinHelm:${encodeURIComponent(user.email)}?secret=${secret}&issuer=FinHelm&algorithm=SHA1&digits=6&period=30` };
}

/** Puts the second factor in force by a first code of it. The ten backup codes are shown this once. */
export async function confirmTotp(ctx: Ctx<"db" | "gates">, code: string): Promise<{ backupCodes: string[] }> {
  const { userId, kind } = ctx.actor;
  const verdict = await takeAt(ctx, userId, "code", CODE_LIMIT);
  if (!verdict.allowed) throw new Problem("rate_limited", { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) });
  const [user] = await ctx.db.select({ sealed: me.totpSecret, enabledAt: me.totpEnabledAt }).from(me);
  if (!user?.sealed || user.enabledAt !== null) throw new Problem("conflict", { detail: "There is no second factor to confirm." });
  const step = await matchingStep(await unseal(ctx.config.SEALING_KEYS, totpPlace(userId), user.sealed), code, ctx.now());
  if (step === null) throw new Problem("invalid_request", { errors: [{ pointer: "/code", detail: "is not the code of this moment" }] });
  const backupCodes = Array.from({ length: BACKUP_CODES }, () => newBackupCode(ctx.random));
  const macs = await Promise.all(backupCodes.map((one) => backupCodeMac(ctx, userId, one)));
  await ctx.db.batch([
    ctx.db
      .update(users)
      .set({ totpEnabledAt: ctx.now().toISOString(), totpLastStep: step, backupCodes: macs })
      .where(and(eq(users.id, userId), eq(users.totpSecret, user.sealed))),
    auditRow(ctx, ctx.db, { userId, action: "totp.enabled", actor: kind }),
  ]);
  return { backupCodes };
}

/** Takes the second factor away. Its code was asked by the route. */
export async function removeTotp(ctx: Ctx<"db">): Promise<void> {
  const { userId, kind } = ctx.actor;
  await ctx.db.batch([
    ctx.db
      .update(users)
      .set({ totpSecret: null, totpEnabledAt: null, totpLastStep: null, backupCodes: [] })
      .where(and(eq(users.id, userId), isNotNull(users.totpSecret))),
    auditRow(ctx, ctx.db, { userId, action: "totp.disabled", actor: kind }),
  ]);
}

/** Ten characters that nobody confuses, 50 bits and more. */
function newBackupCode(random: (length: number) => Uint8Array): string {
  const text = encodeSecret(random(32))
    .toUpperCase()
    .replace(/[01OIL]/g, "")
    .padEnd(10, "7");
  return `${text.slice(-10, -5)}-${text.slice(-5)}`;
}
