import { and, eq, isNull, sql } from "drizzle-orm";
import type { Stamp } from "../../../db/client.ts";
import { idempotencyKeys as keys } from "../../../db/schema/operations.ts";
import { Problem } from "../../core/errors.ts";
import { seal, sha256, unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";

/** An answer as it left: what a repeat gets. */
export type Answer = { status: number; contentType: string; body: string };

/** Longer than any request lives. */
const LEASE_MS = 120_000;
const KEPT_MS = 24 * 3600_000;

type Found = { claimed: boolean; request_hash: string | null; status: number | null; answer: string | null; applied_at: string | null };

/**
 * Takes the key for this request, or returns the answer that was given under it. Of fifty at once one alone takes it: one
 * statement decides. Refused: another body under the same key, a request that is under way, and one that was carried out
 * but whose answer, which nothing foretold, was lost on the way (nothing is ever done twice).
 */
export async function reserveKey(ctx: Ctx<"db">, key: string, request: string): Promise<Answer | null> {
  const hash = await sha256(request);
  const found = await claim(ctx, key, hash);
  if (found.claimed) return null;
  if (found.request_hash !== null && found.request_hash !== hash) throw new Problem("key_reused");
  if (found.answer !== null) return JSON.parse(await unseal(ctx.config.SEALING_KEYS, place(ctx, key), found.answer)) as Answer;
  if (found.applied_at !== null)
    throw new Problem("conflict", { detail: "The request with this Idempotency-Key was carried out; its answer was lost. Read what it made." });
  throw new Problem("conflict", { detail: "A request with this Idempotency-Key is under way.", retryAfterSeconds: 1 });
}

async function claim(ctx: Ctx<"db">, key: string, hash: string): Promise<Found> {
  const now = ctx.now();
  const at = now.toISOString();
  const until = new Date(now.getTime() + LEASE_MS).toISOString();
  const expired = new Date(now.getTime() - KEPT_MS).toISOString();
  const { rows } = await ctx.db.execute<Found>(sql`
    with claimed as (
      insert into idempotency_keys as k (user_id, key, request_hash, leased_by, lease_until, created_at)
      values (${ctx.actor.userId}, ${key}, ${hash}, ${ctx.requestId}, ${until}, ${at})
      on conflict (user_id, key) do update
        set request_hash = excluded.request_hash, leased_by = excluded.leased_by, lease_until = excluded.lease_until, created_at = excluded.created_at, status = null, answer = null, applied_at = null
        where k.created_at <= ${expired} or (k.status is null and k.applied_at is null and k.lease_until <= ${at} and k.request_hash = excluded.request_hash)
      returning 1
    )
    select exists (select 1 from claimed) as claimed, k.request_hash, k.status, k.answer, k.applied_at
    from (select 1) as one left join idempotency_keys k on k.user_id = ${ctx.actor.userId} and k.key = ${key} and k.created_at > ${expired}`);
  const [found] = rows;
  if (!found) throw new Error("a reservation returned no row");
  return found;
}

/**
 * The statement that goes into each write of the request: it marks the key as carried out in the same transaction, keeps
 * what was foretold, and fails that transaction when another request has taken the key meanwhile.
 */
export function stampOf(ctx: Ctx, key: string, foretold: () => { status: number; answer: string } | null): Stamp {
  return {
    text: "with mine as (update idempotency_keys set applied_at = $1, status = coalesce($5, status), answer = coalesce($6, answer) where user_id = $2 and key = $3 and leased_by = $4 returning 1) select 1 / (select count(*) from mine)",
    params: () => [ctx.now().toISOString(), ctx.actor.userId, key, ctx.requestId, foretold()?.status ?? null, foretold()?.answer ?? null],
  };
}

/**
 * Settles the key by what was answered: a success is kept, sealed; a failure frees the key, unless something was written:
 * then what was said is kept, or, where we failed, the mark that it was carried out.
 */
export async function settleKey(ctx: Ctx<"db">, key: string, answer: Answer): Promise<void> {
  const mine = and(eq(keys.userId, ctx.actor.userId), eq(keys.key, key), eq(keys.leasedBy, ctx.requestId));
  if (answer.status >= 400) {
    const freed = await ctx.db
      .delete(keys)
      .where(and(mine, isNull(keys.appliedAt)))
      .returning({ key: keys.key });
    if (freed.length > 0 || answer.status >= 500) return;
  }
  await ctx.db
    .update(keys)
    .set({ status: answer.status, answer: await sealAnswer(ctx, key, answer) })
    .where(mine);
}

/** An answer as it is kept: it may hold a key that is shown once. */
export function sealAnswer(ctx: Ctx, key: string, answer: Answer): Promise<string> {
  return seal(ctx.config.SEALING_KEYS, place(ctx, key), JSON.stringify(answer), ctx.random);
}

const place = (ctx: Ctx, key: string) => [ctx.actor.userId, "idempotency_keys", key] as const;
