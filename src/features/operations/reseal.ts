import { and, eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type Db, onBehalfOf } from "../../../db/client.ts";
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
/** Rows that one batch locks: few enough that a request waits for milliseconds. */
const BATCH = 100;

/**
 * Seals up to `most` rows anew under the first key while the service runs, and says how many are left: an old key may be
 * taken away when none is. A batch is read in one call and written in another; each value is replaced only where it is
 * still the one that was read, so that what a request writes meanwhile wins. A value that does not open stays as it is and
 * is noted in its user's trail.
 */
export async function reseal(ctx: OpenCtx<"dbAs">, most: number): Promise<Resealed> {
  const key = ctx.config.SEALING_KEYS[0]?.id ?? "";
  const db = ctx.dbAs(null);
  const { rows } = await db.execute<Row>(sql`select * from sealed_otherwise(${key}, ${most})`);
  const done = { resealed: 0, unreadable: 0 };
  // of one kind at a time, as requests lock rows of several kinds in an order of their own
  for (const kind of Object.keys(resealers) as Row["kind"][]) {
    const ofKind = rows.filter((row) => row.kind === kind);
    for (let at = 0; at < ofKind.length; at += BATCH) {
      const { resealed, unreadable } = await resealBatch(ctx, db, ofKind.slice(at, at + BATCH), resealers[kind]);
      done.resealed += resealed;
      done.unreadable += unreadable;
    }
  }
  const [{ rows: counted }] = await db.batch([
    db.execute<{ left: string }>(sql`select count(*) as left from sealed_otherwise(${key}, ${LEFT_MOST})`),
    auditRow(ctx, db, { userId: null, action: "ops.resealed", subject: key, details: done }),
  ]);
  return { ...done, left: Number(counted[0]?.left ?? 0) };
}

async function resealBatch(ctx: OpenCtx, db: Db, rows: Row[], { read, anew }: Resealer) {
  const found = await together(
    db,
    rows.map((row) => ({ userId: row.user_id, statement: read(db, row) })),
  );
  const done = { resealed: 0, unreadable: 0 };
  const writes: Statement[] = [];
  for (const [index, row] of rows.entries()) {
    const userId = row.user_id;
    const [old] = found[index] as unknown[];
    try {
      const write = old === undefined ? null : await anew(ctx, row, old);
      if (write) writes.push({ userId, statement: write(db) });
      done.resealed += 1;
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      done.unreadable += 1;
      const event = { userId, action: "vault.tampered", subject: row.id.slice(0, 100), details: { kind: row.kind } } as const;
      writes.push({ userId, statement: auditRow(ctx, db, event) });
    }
  }
  await together(db, writes);
  return done;
}

type Statement = { userId: string; statement: BatchItem<"pg"> };

/** One atomic call, each statement in the name of its user; the results of the statements, in order. */
async function together(db: Db, statements: Statement[]): Promise<unknown[]> {
  const sent = statements.flatMap(({ userId, statement }, index) =>
    statements[index - 1]?.userId === userId ? [statement] : [onBehalfOf(db, userId), statement],
  );
  const [first, ...rest] = sent;
  const results: unknown[] = first ? await db.batch([first, ...rest]) : [];
  const own = new Set<unknown>(statements.map(({ statement }) => statement));
  return results.filter((_, index) => own.has(sent[index]));
}

type Resealer = {
  /** The sealed values of a row, as they are. */
  read: (db: Db, row: Row) => BatchItem<"pg">;
  /** The statement that puts the same values under the first key; null where nothing is sealed. Not the query itself, which is a thenable. */
  anew: (ctx: OpenCtx, row: Row, old: unknown) => Promise<((db: Db) => BatchItem<"pg">) | null>;
};

/** Binds what is read to what is made of it. */
function resealer<Old>(one: {
  read: (db: Db, row: Row) => PromiseLike<Old[]> & BatchItem<"pg">;
  anew: (ctx: OpenCtx, row: Row, old: Old) => ReturnType<Resealer["anew"]>;
}): Resealer {
  return one as Resealer;
}

/** The same value under the first key; what is not there stays so. */
async function anew<T extends string | null>(ctx: OpenCtx, place: readonly string[], sealed: T): Promise<T | string> {
  if (sealed === null) return sealed;
  return seal(ctx.config.SEALING_KEYS, place, await unseal(ctx.config.SEALING_KEYS, place, sealed), ctx.random);
}

const resealers: Record<Row["kind"], Resealer> = {
  account: resealer({
    read: (db, { id }) => db.select().from(accounts).where(eq(accounts.id, id)),
    async anew(ctx, { user_id: userId, id }, old) {
      const set = {
        accessToken: await anew(ctx, placeOf(userId, id, old.serviceName === "grok" ? "key" : "access"), old.accessToken),
        refreshToken: await anew(ctx, placeOf(userId, id, "refresh"), old.refreshToken),
        externalAccountId: await anew(ctx, placeOf(userId, id, "realm"), old.externalAccountId),
      };
      const same = sql`(access_token, refresh_token, external_account_id) is not distinct from (${old.accessToken}::text, ${old.refreshToken}::text, ${old.externalAccountId}::text)`;
      return (db) =>
        db
          .update(accounts)
          .set(set)
          .where(and(eq(accounts.id, id), same));
    },
  }),
  removal: resealer({
    read: (db, { id }) => db.select({ accountId: syncRuns.accountId, cursor: syncRuns.cursor }).from(syncRuns).where(eq(syncRuns.id, id)),
    async anew(ctx, { user_id: userId, id }, { accountId, cursor }) {
      const old = (cursor as { refreshToken?: string } | undefined)?.refreshToken;
      if (!old) return null;
      const refreshToken = await anew(ctx, placeOf(userId, accountId, "refresh"), old);
      return (db) =>
        db
          .update(syncRuns)
          .set({ cursor: sql`${syncRuns.cursor} || ${JSON.stringify({ refreshToken })}::jsonb` })
          .where(and(eq(syncRuns.id, id), sql`${syncRuns.cursor} ->> 'refreshToken' = ${old}`));
    },
  }),
  link: resealer({
    read: (db, { id }) => db.select({ parked: linkAttempts.parked }).from(linkAttempts).where(eq(linkAttempts.id, id)),
    async anew(ctx, { user_id: userId, id }, { parked: old }) {
      if (!old) return null;
      const parked = await anew(ctx, parkedPlace(userId, id), old);
      return (db) =>
        db
          .update(linkAttempts)
          .set({ parked })
          .where(and(eq(linkAttempts.id, id), eq(linkAttempts.parked, old)));
    },
  }),
  question: resealer({
    read: (db, { id }) => db.select().from(aiQueries).where(eq(aiQueries.id, id)),
    async anew(ctx, { user_id: userId, id }, old) {
      const response = old.response as { sealed?: string } | null | undefined;
      const set = {
        queryText: await anew(ctx, [userId, id, "question"], old.queryText),
        transcript: await anew(ctx, [userId, id, "transcript"], old.transcript),
        response: response?.sealed ? { ...response, sealed: await anew(ctx, [userId, id, "response"], response.sealed) } : old.response,
      };
      const same = sql`response ->> 'sealed' is not distinct from ${response?.sealed ?? null}::text`;
      return (db) =>
        db
          .update(aiQueries)
          .set(set)
          .where(and(eq(aiQueries.id, id), eq(aiQueries.queryText, old.queryText), same));
    },
  }),
  answer: resealer({
    read: (db, { user_id: userId, id }) =>
      db
        .select({ answer: idempotencyKeys.answer })
        .from(idempotencyKeys)
        .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, id))),
    async anew(ctx, { user_id: userId, id }, { answer: old }) {
      if (!old) return null;
      const answer = await anew(ctx, [userId, "idempotency_keys", id], old);
      return (db) =>
        db
          .update(idempotencyKeys)
          .set({ answer })
          .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, id), eq(idempotencyKeys.answer, old)));
    },
  }),
  totp: resealer({
    read: (db, { user_id: userId }) => db.select({ sealed: users.totpSecret }).from(users).where(eq(users.id, userId)),
    async anew(ctx, { user_id: userId }, { sealed: old }) {
      if (!old) return null;
      const totpSecret = await anew(ctx, totpPlace(userId), old);
      return (db) =>
        db
          .update(users)
          .set({ totpSecret })
          .where(and(eq(users.id, userId), eq(users.totpSecret, old)));
    },
  }),
};
