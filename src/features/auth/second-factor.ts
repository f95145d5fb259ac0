import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { hmacText, subkey, unseal } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { takeAt } from "./admit-stranger.ts";
import { CODE_LIMIT } from "./limits.ts";
import { matchingStep } from "./totp.ts";

export const totpPlace = (userId: string) => [userId, "users", "totp"] as const;

/** How a backup code is kept. Case and dashes do not matter. */
export async function backupCodeMac(ctx: OpenCtx, userId: string, code: string): Promise<string> {
  return hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "code"), `${userId}|${code.replace(/[^0-9A-Za-z]/g, "").toUpperCase()}`);
}

/**
 * Takes a code of the person's second factor, once: a code of their app by its 30-second step, a backup code by removing
 * it. One statement decides each, so that of two at once one alone passes. Ten tries in 15 minutes.
 */
export async function takeCode(ctx: OpenCtx<"gates">, db: Db, userId: string, code: string | undefined): Promise<void> {
  if (code === undefined) throw new Problem("code_required");
  const verdict = await takeAt(ctx, userId, "code", CODE_LIMIT);
  if (!verdict.allowed) throw new Problem("rate_limited", { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) });
  const taken = /^\d{6}$/.test(code) ? await takeStep(ctx, db, userId, code) : await takeBackup(ctx, db, userId, code);
  if (taken) return;
  await auditRow(ctx, db, { userId, action: "person.login_failed", actor: "person", details: { factor: "code" } });
  throw new Problem("unauthenticated", { detail: "The code is wrong, or was used." });
}

async function takeStep(ctx: OpenCtx, db: Db, userId: string, code: string): Promise<boolean> {
  const [user] = await db.select({ sealed: me.totpSecret }).from(me);
  if (!user?.sealed) return false;
  const step = await matchingStep(await unseal(ctx.config.SEALING_KEYS, totpPlace(userId), user.sealed), code, ctx.now());
  if (step === null) return false;
  const used = await db
    .update(users)
    .set({ totpLastStep: step })
    .where(and(eq(users.id, userId), or(isNull(users.totpLastStep), lt(users.totpLastStep, step))))
    .returning({ id: users.id });
  return used.length > 0;
}

async function takeBackup(ctx: OpenCtx, db: Db, userId: string, code: string): Promise<boolean> {
  const mac = await backupCodeMac(ctx, userId, code);
  const used = await db
    .update(users)
    .set({ backupCodes: sql`array_remove(${users.backupCodes}, ${mac})` })
    .where(and(eq(users.id, userId), sql`${mac} = any(${users.backupCodes})`))
    .returning({ left: sql<number>`cardinality(${users.backupCodes})` });
  if (!used[0]) return false;
  await auditRow(ctx, db, { userId, action: "backup_code.used", actor: "person", details: { left: used[0].left } });
  return true;
}
