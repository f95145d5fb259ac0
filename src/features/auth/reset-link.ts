import { and, eq, isNull, like, lte, or } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { oneTimeTokens } from "../../../db/schema/auth.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inForce } from "./one-time-tokens.ts";

/** Longer than any request lives. */
const LEASE_MS = 60_000;

/** A link that one request alone holds: `free` for when nothing came of it, `spent` as a part of the batch that made use of it. */
export type HeldLink = { free: () => Promise<unknown>; spent: ReturnType<typeof spending> };

/**
 * Takes a mailed link for this request, by one statement: of fifty at once one alone gets it, the rest null. Where the
 * request died before anything came of it, the link is free again in a minute.
 */
export async function takeLink(ctx: OpenCtx, db: Db, id: string, token: string): Promise<HeldLink | null> {
  const [now, hold] = [ctx.now(), `taken ${ctx.requestId.slice(0, 50)}`];
  const isLeft = and(like(oneTimeTokens.usedBy, "taken %"), lte(oneTimeTokens.usedAt, new Date(now.getTime() - LEASE_MS).toISOString()));
  const taken = await db
    .update(oneTimeTokens)
    .set({ usedAt: now.toISOString(), usedBy: hold })
    .where(and(await inForce(ctx, token, "reset", true), or(isNull(oneTimeTokens.usedAt), isLeft)))
    .returning({ id: oneTimeTokens.id });
  if (taken.length === 0) return null;
  const free = () => db.update(oneTimeTokens).set({ usedAt: null, usedBy: null }).where(heldAs(id, hold));
  return { free: async () => free(), spent: spending(db, id, hold) };
}

function spending(db: Db, id: string, hold: string) {
  return db.update(oneTimeTokens).set({ usedBy: "spent" }).where(heldAs(id, hold));
}

function heldAs(id: string, hold: string) {
  return and(eq(oneTimeTokens.id, id), eq(oneTimeTokens.usedBy, hold));
}
