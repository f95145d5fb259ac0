import { idempotencyKeys } from "../../../db/schema/operations.ts";
import { seal, unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import type { Insight } from "./insight.ts";

/** The place of a pinned answer among the kept ones of `Idempotency-Key`. */
export const pinOf = (askKey: string) => `ask:${askKey}`;
const place = (ctx: Ctx, askKey: string) => [ctx.actor.userId, "idempotency_keys", pinOf(askKey)] as const;

/** An answer from the cache that is given under an Idempotency-Key is that key's answer from then on, whatever becomes of the books. */
export async function pinAnswer(ctx: Ctx<"db">, askKey: string, askHash: string, insight: Insight): Promise<void> {
  const at = ctx.now().toISOString();
  const answer = await seal(ctx.config.SEALING_KEYS, place(ctx, askKey), JSON.stringify(insight), ctx.random);
  await ctx.db
    .insert(idempotencyKeys)
    .values({
      userId: ctx.actor.userId,
      key: pinOf(askKey),
      requestHash: askHash,
      leasedBy: ctx.requestId,
      leaseUntil: at,
      appliedAt: at,
      status: 200,
      answer,
      createdAt: at,
    })
    .onConflictDoNothing();
}

export async function openPinned(ctx: Ctx, askKey: string, answer: string): Promise<Insight> {
  return JSON.parse(await unseal(ctx.config.SEALING_KEYS, place(ctx, askKey), answer)) as Insight;
}
