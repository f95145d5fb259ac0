import { and, eq, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { accounts, linkAttempts, syncRuns } from "../../../db/schema/accounts.ts";
import { users } from "../../../db/schema/auth.ts";
import { aiQueries } from "../../../db/schema/insights.ts";
import { idempotencyKeys } from "../../../db/schema/operations.ts";
import { seal, SealError, unseal } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { placeOf } from "../accounts/account.ts";
import { parkedPlace } from "../accounts/park-link.ts";
import { auditRow } from "../audit/audit-row.ts";
import { totpPlace } from "../auth/second-factor.ts";

type Row = { user_id: string; kind: "account" | "removal" | "link" | "question" | "answer" | "totp"; id: string };
export type Resealed = { resealed: number; unreadable: number; left: number };

const LEFT_MOST = 1_000_000;

/**
 * Seals up to `most` rows anew under the first key while the service runs, and says how many are left: an old key may be
 * taken away when none is. Each value is replaced only where it is still the one that was read, so that what a request
 * writes meanwhile wins. A value that does not open stays as it is and is noted in its user's trail.
 */
export async function reseal(ctx: OpenCtx<"dbAs">, most: number): Promise<Resealed> {
  const key = ctx.config.SEALING_KEYS[0]?.id ?? "";
  const { rows } = await ctx.dbAs(null).execute<Row>(sql`select * from sealed_otherwise(${key}, ${most})`);
  const done = { resealed: 0, unreadable: 0 };
  for (const row of rows) {
    const db = ctx.dbAs(row.user_id);
    try {
      await resealers[row.kind](ctx, db, row);
      done.resealed += 1;
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      done.unreadable += 1;
      await auditRow(ctx, db, { userId: row.user_id, action: "vault.tampered", subject: row.id.slice(0, 100), details: { kind: row.kind } });
    }
  }
  const { rows: counted } = await ctx.dbAs(null).execute<{ left: string }>(sql`select count(*) as left from sealed_otherwise(${key}, ${LEFT_MOST})`);
  return { ...done, left: Number(counted[0]?.left ?? 0) };
}

/** The same value under the first key; what is not there stays so. */
async function anew<T extends string | null>(ctx: OpenCtx, place: readonly string[], sealed: T): Promise<T | string> {
  if (sealed === null) return sealed;
  return seal(ctx.config.SEALING_KEYS, place, await unseal(ctx.config.SEALING_KEYS, place, sealed), ctx.random);
}

const resealers: Record<Row["kind"], (ctx: OpenCtx, db: Db, row: Row) => Promise<unknown>> = {
  async account(ctx, db, { user_id: userId, id }) {
    const [old] = await db.select().from(accounts).where(eq(accounts.id, id));
    if (!old) return;
    const set = {
      accessToken: await anew(ctx, placeOf(userId, id, old.serviceName === "grok" ? "key" : "access"), old.accessToken),
      refreshToken: await anew(ctx, placeOf(userId, id, "refresh"), old.refreshToken),
      externalAccountId: await anew(ctx, placeOf(userId, id, "realm"), old.externalAccountId),
    };
    const same = sql`(access_token, refresh_token, external_account_id) is not distinct from (${old.accessToken}::text, ${old.refreshToken}::text, ${old.externalAccountId}::text)`;
    await db
      .update(accounts)
      .set(set)
      .where(and(eq(accounts.id, id), same));
  },
  async removal(ctx, db, { user_id: userId, id }) {
    const [run] = await db.select({ accountId: syncRuns.accountId, cursor: syncRuns.cursor }).from(syncRuns).where(eq(syncRuns.id, id));
    const old = (run?.cursor as { refreshToken?: string } | undefined)?.refreshToken;
    if (!run || !old) return;
    const refreshToken = await anew(ctx, placeOf(userId, run.accountId, "refresh"), old);
    await db
      .update(syncRuns)
      .set({ cursor: sql`${syncRuns.cursor} || ${JSON.stringify({ refreshToken })}::jsonb` })
      .where(and(eq(syncRuns.id, id), sql`${syncRuns.cursor} ->> 'refreshToken' = ${old}`));
  },
  async link(ctx, db, { user_id: userId, id }) {
    const [old] = await db.select({ parked: linkAttempts.parked }).from(linkAttempts).where(eq(linkAttempts.id, id));
    if (!old?.parked) return;
    await db
      .update(linkAttempts)
      .set({ parked: await anew(ctx, parkedPlace(userId, id), old.parked) })
      .where(and(eq(linkAttempts.id, id), eq(linkAttempts.parked, old.parked)));
  },
  async question(ctx, db, { user_id: userId, id }) {
    const [old] = await db.select().from(aiQueries).where(eq(aiQueries.id, id));
    const response = old?.response as { sealed?: string } | null | undefined;
    if (!old) return;
    const set = {
      queryText: await anew(ctx, [userId, id, "question"], old.queryText),
      transcript: await anew(ctx, [userId, id, "transcript"], old.transcript),
      response: response?.sealed ? { ...response, sealed: await anew(ctx, [userId, id, "response"], response.sealed) } : old.response,
    };
    await db
      .update(aiQueries)
      .set(set)
      .where(
        and(eq(aiQueries.id, id), eq(aiQueries.queryText, old.queryText), sql`response ->> 'sealed' is not distinct from ${response?.sealed ?? null}::text`),
      );
  },
  async answer(ctx, db, { user_id: userId, id }) {
    const mine = and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, id));
    const [old] = await db.select({ answer: idempotencyKeys.answer }).from(idempotencyKeys).where(mine);
    if (!old?.answer) return;
    await db
      .update(idempotencyKeys)
      .set({ answer: await anew(ctx, [userId, "idempotency_keys", id], old.answer) })
      .where(and(mine, eq(idempotencyKeys.answer, old.answer)));
  },
  async totp(ctx, db, { user_id: userId }) {
    const [old] = await db.select({ sealed: users.totpSecret }).from(users).where(eq(users.id, userId));
    if (!old?.sealed) return;
    await db
      .update(users)
      .set({ totpSecret: await anew(ctx, totpPlace(userId), old.sealed) })
      .where(and(eq(users.id, userId), eq(users.totpSecret, old.sealed)));
  },
};
