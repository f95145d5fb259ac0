import { beforeAll, describe, inject, it } from "vitest";
import { createDb } from "../../../db/client.ts";
import { Problem } from "../../../src/core/errors.ts";
import { unseal } from "../../../src/core/secret.ts";
import { readConfig } from "../../../src/env.ts";
import { type Answer, reserveKey, sealAnswer, settleKey, stampOf } from "../../../src/features/operations/idempotency.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { asOwner } from "../../owner.ts";

const config = readConfig({ ...inject("vars") } as never);
const HOUR = 3600_000;
const made: Answer = { status: 201, contentType: "application/json", body: '{"id":"one"}' };
let userId: string;

/** A request `ms` after the first, with an id of its own. */
function request(ms = 0, requestId: string = crypto.randomUUID()) {
  const db = createDb({ url: config.DATABASE_URL, httpUrl: config.DATABASE_HTTP_URL }, userId);
  const at = new Date(Date.UTC(2026, 0, 2) + ms);
  const services = { config, db, now: () => at, random: (length: number) => crypto.getRandomValues(new Uint8Array(length)), requestId };
  return { ...services, actor: { kind: "system", userId, scopes: [] } } as unknown as Runtime & { actor: { kind: "system"; userId: string; scopes: [] } };
}
type Ctx = ReturnType<typeof request>;

/** What a reservation came to: taken, an answer, or why not. */
const reserved = (ctx: Ctx, key: string, body = "the same") =>
  reserveKey(ctx, key, body).then(
    (answer) => answer ?? "taken",
    (error: unknown) => (error instanceof Problem ? [error.code, error.retryAfterSeconds ?? null, error.detail] : error),
  );
const UNDER_WAY = ["conflict", 1, "A request with this Idempotency-Key is under way."];
const CARRIED_OUT = ["conflict", null, "The request with this Idempotency-Key was carried out; its answer was lost. Read what it made."];
const REUSED = ["key_reused", null, undefined];

/** A write of the request: marks the key in the same transaction. */
async function write(ctx: Ctx, key: string, foretold: Answer | null = null): Promise<boolean> {
  const kept = foretold && { status: foretold.status, answer: await sealAnswer(ctx, key, foretold) };
  const stamp = stampOf(ctx, key, () => kept);
  const db = createDb({ url: config.DATABASE_URL, httpUrl: config.DATABASE_HTTP_URL }, userId, undefined, stamp);
  return db.execute("update users set name = name where false").then(
    () => true,
    () => false,
  );
}

beforeAll(async () => {
  userId = crypto.randomUUID();
  await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
    userId,
    `${userId}@example.com`,
  ]);
});

describe("an Idempotency-Key", () => {
  it("[E5] is taken by one request, and its answer is every repeat's for a day", async ({ expect }) => {
    const key = crypto.randomUUID();
    const first = request();
    expect([await reserved(first, key), await reserved(request(1), key), await reserved(request(1), key, "another")]).toEqual(["taken", UNDER_WAY, REUSED]);
    await settleKey(request(), key, { ...made, body: "of another request" });
    expect(await reserved(request(2), key)).toEqual(UNDER_WAY);
    await settleKey(first, key, made);
    expect([await reserved(request(3), key), await reserved(request(24 * HOUR - 1), key), await reserved(request(3), key, "another")]).toEqual([
      made,
      made,
      REUSED,
    ]);
    expect(await reserved(request(24 * HOUR), key, "another")).toBe("taken");
    const [row] = await asOwner("select status, answer, applied_at from idempotency_keys where key = $1", [key]);
    expect(row).toEqual({ status: null, answer: null, applied_at: null });
  });

  it("[E5] is free again when the request failed, or has been silent for two minutes, unless it wrote", async ({ expect }) => {
    const [failed, silent, wrote] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    const ctx = request();
    for (const key of [failed, silent, wrote]) expect(await reserved(ctx, key)).toBe("taken");
    await settleKey(ctx, failed, { ...made, status: 400 });
    expect(await reserved(request(1), failed, "another")).toBe("taken");
    expect([await reserved(request(119_999), silent), await reserved(request(120_000), silent, "another")]).toEqual([UNDER_WAY, REUSED]);
    expect(await reserved(request(120_000), silent)).toBe("taken");
    expect(await write(ctx, wrote)).toBe(true);
    expect(await reserved(request(120_001), wrote)).toEqual(CARRIED_OUT);
    await settleKey(ctx, wrote, { ...made, status: 500 });
    expect(await reserved(request(1), wrote)).toEqual(CARRIED_OUT);
    await settleKey(ctx, wrote, { ...made, status: 409 });
    expect(await reserved(request(1), wrote)).toEqual({ ...made, status: 409 });
  });

  it("[E5] that another request has taken over fails the write of the first", async ({ expect }) => {
    const key = crypto.randomUUID();
    const [late, next] = [request(), request(120_000)];
    expect([await reserved(late, key), await reserved(next, key)]).toEqual(["taken", "taken"]);
    expect([await write(late, key), await write(next, key)]).toEqual([false, true]);
    await settleKey(late, key, { ...made, status: 400 });
    expect(await reserved(request(120_001), key)).toEqual(CARRIED_OUT);
  });

  it("[E5] keeps with the write what was foretold, sealed, so that a lost answer is told again", async ({ expect }) => {
    const key = crypto.randomUUID();
    const ctx = request();
    expect([await reserved(ctx, key), await write(ctx, key, made), await reserved(request(1), key)]).toEqual(["taken", true, made]);
    const [row] = await asOwner<{ answer: string; applied_at: string; status: number }>(
      "select answer, applied_at, status from idempotency_keys where key = $1",
      [key],
    );
    const answer = row?.answer ?? "";
    expect([answer.includes("one"), new Date(row?.applied_at ?? 0), row?.status]).toEqual([false, ctx.now(), 201]);
    expect(JSON.parse(await unseal(config.SEALING_KEYS, [userId, "idempotency_keys", key], answer))).toEqual(made);
    await settleKey(ctx, key, { ...made, status: 200 });
    expect(await reserved(request(2), key)).toEqual({ ...made, status: 200 });
  });

  it("[E5] is one user's: the same key of another is another", async ({ expect }) => {
    const [key, first] = [crypto.randomUUID(), userId];
    expect(await reserved(request(), key)).toBe("taken");
    userId = crypto.randomUUID();
    try {
      await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
        userId,
        `${userId}@example.com`,
      ]);
      expect(await reserved(request(), key)).toBe("taken");
    } finally {
      userId = first;
    }
  });
});
