import { and, eq, gt, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { oneTimeTokens } from "../../../db/schema/auth.ts";
import { encodeSecret, formatCredential, hmac, parseCredential, sha256, subkey } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";

/** Seconds of life. */
export const PURPOSES = { verify: 24 * 3600, reset: 600, email: 3600 } as const;
export type Purpose = keyof typeof PURPOSES;

/**
 * The token of a mail's link, and the statements that keep its hash: the older ones of a reset or of a change of address
 * are dead from then on. It is an HMAC of the mail's id, so that a mail sent again after a lost answer has the same link.
 */
export async function mailedTokenOf(ctx: OpenCtx, db: Db, mail: { id: string; userId: string; params: Record<string, string> }, purpose: Purpose) {
  const key = await subkey(ctx.config.LINK_SIGNING_KEY, "mailed-token");
  const secret = encodeSecret(await hmac(key, `secret|${mail.id}`));
  const id = encodeSecret(await hmac(key, `id|${mail.id}`)).slice(-12);
  const token = formatCredential({ kind: "ot", userId: mail.userId, id, secret });
  const now = ctx.now();
  const expiresAt = new Date(now.getTime() + PURPOSES[purpose] * 1000).toISOString();
  const row = {
    id,
    userId: mail.userId,
    purpose,
    hash: await sha256(token),
    payload: purpose === "email" ? { email: mail.params["email"] } : null,
    createdAt: now.toISOString(),
    expiresAt,
  };
  const kept = db
    .insert(oneTimeTokens)
    .values(row)
    .onConflictDoUpdate({ target: oneTimeTokens.id, set: { expiresAt }, setWhere: isNull(oneTimeTokens.usedAt) });
  const older = db
    .update(oneTimeTokens)
    .set({ usedAt: now.toISOString(), usedBy: "superseded" })
    .where(
      and(
        eq(oneTimeTokens.userId, mail.userId),
        eq(oneTimeTokens.purpose, purpose),
        ne(oneTimeTokens.id, id),
        isNull(oneTimeTokens.usedAt),
        purpose === "verify" ? sql`false` : undefined,
      ),
    );
  return { token, rows: [older, kept] as const };
}

/** Reads whose token it is, without any call; null when we cannot have issued it. */
export function ownerOf(token: string): { userId: string; id: string } | null {
  const credential = parseCredential(token);
  return credential?.kind === "ot" ? { userId: credential.userId, id: credential.id } : null;
}

/** The token as a condition: of that purpose, in force, and (unless `again`) not used yet. */
export async function inForce(ctx: OpenCtx, token: string, purpose: Purpose, again = false): Promise<SQL | undefined> {
  return and(
    eq(oneTimeTokens.id, ownerOf(token)?.id ?? ""),
    eq(oneTimeTokens.hash, await sha256(token)),
    eq(oneTimeTokens.purpose, purpose),
    gt(oneTimeTokens.expiresAt, ctx.now().toISOString()),
    again ? undefined : isNull(oneTimeTokens.usedAt),
  );
}

/** Ends every link that would set a password: of no use once it was set. */
export function spendResets(db: Db, userId: string, at: string) {
  return db
    .update(oneTimeTokens)
    .set({ usedAt: at, usedBy: "superseded" })
    .where(and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, "reset"), isNull(oneTimeTokens.usedAt)));
}
