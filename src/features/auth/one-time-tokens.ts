import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { oneTimeTokens } from "../../../db/schema/auth.ts";
import { formatCredential, newCredential, parseCredential, sha256 } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";

export const PURPOSES = { verify: 24 * 3600, reset: 600 } as const;
export type Purpose = keyof typeof PURPOSES;

/** A token for a link, and the insert that keeps its hash. Seconds of life stand in {@link PURPOSES}. */
export async function newOneTimeToken(ctx: OpenCtx, db: Db, userId: string, purpose: Purpose) {
  const credential = newCredential("ot", userId, ctx.random);
  const token = formatCredential(credential);
  const now = ctx.now();
  const row = db.insert(oneTimeTokens).values({
    id: credential.id,
    userId,
    purpose,
    hash: await sha256(token),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + PURPOSES[purpose] * 1000).toISOString(),
  });
  return { token, row };
}

/** Reads whose token it is, without any call; null when we cannot have issued it. */
export function ownerOf(token: string): { userId: string; id: string } | null {
  const credential = parseCredential(token);
  return credential?.kind === "ot" ? { userId: credential.userId, id: credential.id } : null;
}

/** The token as a condition: of that purpose, in force, and (unless `again`) not used yet. */
export async function inForce(ctx: OpenCtx, token: string, purpose: Purpose, again = false) {
  return and(
    eq(oneTimeTokens.id, ownerOf(token)?.id ?? ""),
    eq(oneTimeTokens.hash, await sha256(token)),
    eq(oneTimeTokens.purpose, purpose),
    gt(oneTimeTokens.expiresAt, ctx.now().toISOString()),
    again ? sql`true` : isNull(oneTimeTokens.usedAt),
  );
}
