import { type SQL, sql } from "drizzle-orm";

/** One US dollar in xAI's ticks. */
const USD = 10_000_000_000;
/** What one user's questions may cost in one UTC day. */
export const DAY_TICKS = 2 * USD;
/** What is held for a question before it is asked; a turn that has spent so much gets no further round of tools. */
export const HELD_TICKS = USD / 20;

/**
 * Holds ticks for `id`, or returns no row where the day's budget would be passed: one statement, under the lock of the
 * day's row, so that questions at once cannot pass it together. What was held beyond its time is of a question that never
 * said what it cost: it counts as spent.
 */
export function reserve(userId: string, day: string, id: string, ticks: number, now: string, until: string): SQL {
  const held = sql`jsonb_build_object(${id}::text, jsonb_build_array(${ticks}::bigint, ${until}::text))`;
  const live = sql`(select coalesce(jsonb_object_agg(e.key, e.value), '{}'::jsonb) from jsonb_each(b.held) e where e.value->>1 > ${now})`;
  const lostSum = sql`(select coalesce(sum((e.value->>0)::bigint), 0) from jsonb_each(b.held) e where e.value->>1 <= ${now})`;
  const othersSum = sql`(select coalesce(sum((e.value->>0)::bigint), 0) from jsonb_each(b.held) e where e.value->>1 > ${now} and e.key <> ${id})`;
  return sql`insert into ai_budgets as b (user_id, day, spent, held) values (${userId}::uuid, ${day}::date, 0, ${held})
    on conflict (user_id, day) do update set spent = b.spent + ${lostSum}, held = ${live} || ${held} where b.spent + ${lostSum} + ${othersSum} + ${ticks} <= ${DAY_TICKS} returning b.spent`;
}

/** Puts what was spent in the place of what was held. */
export function settle(userId: string, day: string, id: string, spent: number): SQL {
  return sql`update ai_budgets set spent = spent + ${spent}::bigint, held = held - ${id}::text where user_id = ${userId}::uuid and day = ${day}::date`;
}

/** When the day's budget begins anew. */
export function resetOf(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();
}
