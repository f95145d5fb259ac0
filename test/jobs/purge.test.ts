import { createExecutionContext, createScheduledController, env } from "cloudflare:test";
import { describe, it } from "vitest";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";

const nightly = () =>
  worker.scheduled(createScheduledController({ cron: "17 3 * * *" }) as never, env as unknown as Env, createExecutionContext()) as Promise<void>;

/** Rows of one user, each kind once expired and once not. */
async function rows(): Promise<{ userId: string; left: () => Promise<Record<string, number>> }> {
  const userId = crypto.randomUUID();
  await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
    userId,
    `${userId}@example.com`,
  ]);
  for (const age of ["500 days", "1 minute"]) {
    await asOwner(
      `insert into one_time_tokens (id, user_id, purpose, hash, created_at, expires_at) values (left(gen_random_uuid()::text, 12), $1, 'reset', 'x', now(), now() - interval '${age}')`,
      [userId],
    );
    await asOwner(
      `insert into link_attempts (id, user_id, service, state_hash, return_url, created_at, expires_at) values (left(gen_random_uuid()::text, 12), $1, 'quickbooks', 'x', 'x', now(), now() - interval '${age}')`,
      [userId],
    );
    await asOwner(
      `insert into idempotency_keys (user_id, key, request_hash, leased_by, lease_until, created_at) values ($1, gen_random_uuid()::text, 'x', 'x', now(), now() - interval '${age}')`,
      [userId],
    );
    await asOwner(
      `insert into sessions (id, user_id, created_at, last_used_at, expires_at, ended_at) values (gen_random_uuid(), $1, now(), now(), now(), now() - interval '${age}')`,
      [userId],
    );
    await asOwner(
      `insert into mails (id, user_id, template, address, created_at, due_at, sent_at) values (gen_random_uuid(), $1, 'x', 'x', now(), now() - interval '${age}', now() - interval '${age}')`,
      [userId],
    );
    await asOwner(
      `insert into dead_letters (id, user_id, queue, message, cause, attempts, created_at, dropped_at) values (gen_random_uuid(), $1, 'work', '{}', 'x', 1, now(), now() - interval '${age}')`,
      [userId],
    );
    await asOwner(`insert into ai_budgets (user_id, day) values ($1, (now() - interval '${age}')::date)`, [userId]);
  }
  const tables = ["one_time_tokens", "link_attempts", "idempotency_keys", "sessions", "mails", "dead_letters", "ai_budgets"];
  const left = async () => {
    const counts = tables.map((table) => asOwner<{ n: number }>(`select count(*)::int as n from ${table} where user_id = $1`, [userId]));
    return Object.fromEntries((await Promise.all(counts)).map(([row], at) => [tables[at] ?? "", row?.n ?? -1]));
  };
  return { userId, left };
}

describe("the nightly purge", () => {
  it("removes what has expired of each kind and nothing else, twice at once without harm, and says how much", async ({ expect }) => {
    const { userId, left } = await rows();
    expect(Object.values(await left())).toEqual([2, 2, 2, 2, 2, 2, 2]);
    const { lines } = await logged(() => Promise.all([nightly(), nightly()]));
    expect(Object.values(await left())).toEqual([1, 1, 1, 1, 1, 1, 1]);
    const ticks = lines.filter(({ event }) => event === "tick");
    expect(ticks.map((line) => line["outcome"])).toEqual(["done", "done"]);
    expect(ticks.reduce((sum, line) => sum + Number(line["purged"]), 0)).toBeGreaterThanOrEqual(7);
    const { lines: again } = await logged(nightly);
    expect(again.find(({ event }) => event === "tick")?.["purged"]).toBe(0);
    await asOwner("delete from users where id = $1", [userId]);
  });
});
