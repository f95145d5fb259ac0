import { createHash } from "node:crypto";
import { beforeAll, describe, inject, it } from "vitest";
import { createDb } from "../../../db/client.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { formatCredential, newCredential, sha256 } from "../../../src/core/secret.ts";
import { readConfig } from "../../../src/env.ts";
import { refreshSession } from "../../../src/features/auth/refresh-session.ts";
import { takeLink } from "../../../src/features/auth/reset-link.ts";
import { reserveKey, settleKey } from "../../../src/features/operations/idempotency.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { asOwner } from "../../owner.ts";

/** A thousand by `npm run prove`; a short run otherwise. */
const SEEDS = process.env["PROVE"] === "1" ? 1_000 : 25;
const CLIENTS = 5;

const config = readConfig({ ...inject("vars") } as never);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
let userId: string;

/** Numbers that a seed makes: how long each client waits before each of its calls. */
function chance(seed: number): () => number {
  let counter = 0;
  return () => createHash("sha256").update(`${seed}:${counter++}`).digest().readUInt16LE(0) / 65_536;
}

/** One client: each of its calls to the database leaves when the seed says so, and some answers are lost on the way. */
function clientOf(draw: () => number, losesAnswers: boolean): Runtime & { actor: { kind: "system"; userId: string; scopes: [] } } {
  const wait = () => new Promise((done) => setTimeout(done, draw() * 6));
  const dbAs = (who: string | null) => {
    const db = createDb({ url: config.DATABASE_URL, httpUrl: config.DATABASE_HTTP_URL }, who);
    return new Proxy(db, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (name !== "batch" && name !== "execute") return value;
        return (...input: unknown[]) => {
          const query = (value as (...input: unknown[]) => PromiseLike<unknown>).apply(target, input);
          if (name === "execute") return query;
          return wait()
            .then(() => query)
            .then((result) => {
              if (losesAnswers && draw() < 0.2) throw new Error("lost on the way");
              return result;
            });
        };
      },
    });
  };
  const services = {
    config,
    dbAs,
    db: dbAs(userId),
    gates: { user: () => ({ endSessions: () => Promise.resolve(), hasEnded: () => Promise.resolve(false) }) },
    now: () => new Date(),
    id: () => uuidv7(Date.now(), random(10)),
    random,
    log: () => undefined,
    requestId: crypto.randomUUID(),
  };
  return { ...services, actor: { kind: "system", userId, scopes: [] } } as unknown as Runtime & { actor: { kind: "system"; userId: string; scopes: [] } };
}

beforeAll(async () => {
  userId = crypto.randomUUID();
  await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
    userId,
    `${userId}@example.com`,
  ]);
});

describe(`${SEEDS} seeded interleavings`, () => {
  it("[B4] of redemptions make one successor each, also with answers lost", async ({ expect }) => {
    let redeemed = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const [sessionId, token] = [crypto.randomUUID(), formatCredential(newCredential("rt", userId, random))];
      await asOwner("insert into sessions (id, user_id, created_at, last_used_at, expires_at) values ($1, $2, now(), now(), now() + interval '1 day')", [
        sessionId,
        userId,
      ]);
      await asOwner("insert into refresh_tokens (hash, user_id, session_id, created_at) values ($1, $2, $3, now())", [await sha256(token), userId, sessionId]);
      const draw = chance(seed);
      const outcomes = await Promise.allSettled(Array.from({ length: CLIENTS }, () => refreshSession(clientOf(draw, true), token)));
      const successors = new Set(outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.refreshToken] : [])));
      redeemed += successors.size;
      const rows = await asOwner<{ used: boolean }>("select used_at is not null as used from refresh_tokens where session_id = $1", [sessionId]);
      expect([`SEED=${seed}`, successors.size <= 1, rows.map((row) => row.used).sort((a, b) => Number(a) - Number(b))]).toEqual([
        `SEED=${seed}`,
        true,
        [false, true],
      ]);
    }
    expect(redeemed).toBeGreaterThan(SEEDS / 2);
  }, 600_000);

  it("[A7] of one reset link give it to one request each", async ({ expect }) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const [link, draw] = [newCredential("ot", userId, random), chance(seed)];
      const token = formatCredential(link);
      await asOwner(
        "insert into one_time_tokens (id, user_id, purpose, hash, created_at, expires_at) values ($1, $2, 'reset', $3, now(), now() + interval '10 minutes')",
        [link.id, userId, await sha256(token)],
      );
      const taken = await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          const ctx = clientOf(draw, false);
          await new Promise((done) => setTimeout(done, draw() * 6));
          const held = await takeLink(ctx, ctx.db, link.id, token);
          await new Promise((done) => setTimeout(done, draw() * 6));
          if (held) await ctx.db.batch([held.spent]);
          return held !== null;
        }),
      );
      const [row] = await asOwner<{ used_by: string }>("select used_by from one_time_tokens where id = $1", [link.id]);
      expect([`SEED=${seed}`, taken.filter(Boolean).length, row?.used_by]).toEqual([`SEED=${seed}`, 1, "spent"]);
    }
  }, 600_000);

  it("[E5] of one Idempotency-Key let one request through each", async ({ expect }) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const draw = chance(seed);
      const key = `seed-${seed}-${userId}`;
      const tries = Array.from({ length: CLIENTS }, async () => {
        const ctx = clientOf(draw, false);
        await new Promise((done) => setTimeout(done, draw() * 6));
        const known = await reserveKey(ctx, key, "the same");
        if (known) return "replayed";
        await new Promise((done) => setTimeout(done, draw() * 6));
        await settleKey(ctx, key, { status: 201, contentType: "application/json", body: "{}" });
        return "done";
      });
      const outcomes = (await Promise.allSettled(tries)).map((one) =>
        one.status === "fulfilled" ? one.value : String((one.reason as { code?: string }).code),
      );
      expect([
        `SEED=${seed}`,
        outcomes.filter((one) => one === "done").length,
        outcomes.every((one) => ["done", "replayed", "conflict"].includes(one)),
      ]).toEqual([`SEED=${seed}`, 1, true]);
    }
  }, 600_000);
});
