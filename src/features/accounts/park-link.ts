import { and, eq, gt, isNull } from "drizzle-orm";
import { linkAttempts } from "../../../db/schema/accounts.ts";
import { encodeSecret, formatCredential, parseCredential, seal, sha256 } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { withParams } from "./return-url.ts";

export type Callback = { state: string; code?: string | undefined; realmId?: string | undefined; error?: string | undefined };

/** Where the person goes now: back with a one-time link code, or nowhere. */
export type Parked = { outcome: "parked"; location: string } | { outcome: "refused_by_person" | "unusable" };

/** Sealed beside the attempt until the user who started it completes it. */
export type ParkedGrant = { code: string; realmId: string };

/**
 * Takes what the provider sent with the browser and exchanges nothing: code and company are sealed, once per state, and
 * the browser is handed a link code that only the user who started can complete. A second callback, a foreign, an altered
 * and an expired one are `unusable` and burn nothing.
 */
export async function parkLink(ctx: OpenCtx<"dbAs">, service: string, callback: Callback): Promise<Parked> {
  const state = parseCredential(callback.state);
  if (state?.kind !== "st") return { outcome: "unusable" };
  const db = ctx.dbAs(state.userId);
  const now = ctx.now().toISOString();
  const open = and(
    eq(linkAttempts.id, state.id),
    eq(linkAttempts.service, service),
    eq(linkAttempts.stateHash, await sha256(callback.state)),
    isNull(linkAttempts.parked),
    isNull(linkAttempts.completedAt),
    gt(linkAttempts.expiresAt, now),
  );
  if (callback.error !== undefined) {
    const [ended] = await db.update(linkAttempts).set({ completedAt: now }).where(open).returning({ id: linkAttempts.id });
    return { outcome: ended ? "refused_by_person" : "unusable" };
  }
  if (callback.code === undefined || callback.realmId === undefined) return { outcome: "unusable" };
  const linkCode = formatCredential({ kind: "lc", userId: state.userId, id: state.id, secret: encodeSecret(ctx.random(32)) });
  const grant: ParkedGrant = { code: callback.code, realmId: callback.realmId };
  const parked = await seal(ctx.config.SEALING_KEYS, parkedPlace(state.userId, state.id), JSON.stringify(grant), ctx.random);
  const [kept] = await db
    .update(linkAttempts)
    .set({ parked, linkCodeHash: await sha256(linkCode) })
    .where(open)
    .returning({ returnUrl: linkAttempts.returnUrl });
  return kept ? { outcome: "parked", location: withParams(kept.returnUrl, { linkCode }) } : { outcome: "unusable" };
}

export const parkedPlace = (userId: string, attemptId: string) => [userId, attemptId, "parked"] as const;
