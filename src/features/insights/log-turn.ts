import { and, eq, isNull, sql } from "drizzle-orm";
import { aiQueries } from "../../../db/schema/insights.ts";
import { Problem } from "../../core/errors.ts";
import { seal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { HELD_TICKS, reserve, resetOf, settle } from "./budget.ts";
import type { Kept } from "./insight.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import type { Turn } from "./turn.ts";
import { TOOLS } from "./tools/tools.ts";

const LEASE_MS = 90_000;

/** A question that is being answered: its row is there, and what it may cost is held. */
export type Claimed = { id: string; day: string; createdAt: string; dataVersion: number };
export type NewTurn = { question: string; dataVersion: number; hasModel: boolean; askKey: string | null; askHash: string; again: string | null };

export const placeOfInsight = (userId: string, id: string, field: "question" | "response" | "transcript") => [userId, id, field] as const;

/** Holds the budget and opens the row of the question, or neither; over the budget, a problem that names the reset. */
export async function claim(ctx: Ctx<"db">, turn: NewTurn): Promise<Claimed> {
  const { userId } = ctx.actor;
  const now = ctx.now();
  const [createdAt, until] = [now.toISOString(), new Date(now.getTime() + LEASE_MS).toISOString()];
  const day = createdAt.slice(0, 10);
  const id = turn.again ?? ctx.id();
  const text = await seal(ctx.config.SEALING_KEYS, placeOfInsight(userId, id, "question"), turn.question, ctx.random);
  const { rows } = await ctx.db
    .execute<{ id: string }>(sql`with held as (${reserve(userId, day, id, turn.hasModel ? HELD_TICKS : 0, createdAt, until)})
      insert into ai_queries as q (id, user_id, origin, ask_key, ask_hash, lease_until, query_text, data_version, created_at)
      select ${id}::uuid, ${userId}::uuid, 'asked', ${turn.askKey}::text, ${turn.askHash}, ${until}::timestamptz, ${text}, ${turn.dataVersion}::bigint, ${createdAt}::timestamptz from held
      on conflict (id) do update set lease_until = excluded.lease_until, finished_at = null where q.response is null and q.lease_until <= ${createdAt}::timestamptz
      returning q.id::text as id`)
    .catch((cause: unknown) => {
      throw isDuplicate(cause) ? new Problem("conflict", { detail: "This question is being answered.", retryAfterSeconds: 5 }) : cause;
    });
  if (!rows[0]) {
    if (turn.again !== null && (await isHeld(ctx, turn.again, createdAt)))
      throw new Problem("conflict", { detail: "This question is being answered.", retryAfterSeconds: 5 });
    const reset = resetOf(day);
    throw new Problem("budget_spent", {
      detail: `Questions can be asked again from ${reset}.`,
      retryAfterSeconds: Math.ceil((Date.parse(reset) - now.getTime()) / 1000),
    });
  }
  return { id, day, createdAt, dataVersion: turn.dataVersion };
}

/** Whether somebody answers the question now, or has answered it: otherwise it was the budget that refused it. */
async function isHeld(ctx: Ctx<"db">, id: string, now: string): Promise<boolean> {
  const [row] = await ctx.db.select({ until: aiQueries.leaseUntil, response: aiQueries.response }).from(aiQueries).where(eq(aiQueries.id, id));
  return row !== undefined && (row.response !== null || (row.until !== null && Date.parse(row.until) > Date.parse(now)));
}

function isDuplicate(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) if ("code" in at && at.code === "23505") return true;
  return false;
}

/** Ends a question: answer, transcript, tools and cost in one batch with the budget and the audit row. */
export async function close(ctx: Ctx<"db">, kept: Kept, turn: Turn, claimed: Claimed): Promise<void> {
  const { userId, kind } = ctx.actor;
  const sealed = (field: "response" | "transcript", value: unknown) =>
    seal(ctx.config.SEALING_KEYS, placeOfInsight(userId, claimed.id, field), JSON.stringify(value), ctx.random);
  const [response, transcript] = await Promise.all([
    sealed("response", kept),
    sealed("transcript", { instructions: INSTRUCTIONS, tools: TOOLS.map((tool) => tool.name), items: turn.transcript }),
  ]);
  await ctx.db.batch([
    ctx.db
      .update(aiQueries)
      .set({
        response: { sealed: response },
        transcript,
        tools: turn.calls.map(({ name, resultHash }) => ({ name, resultHash })),
        grounding: kept.insight.grounding,
        model: turn.model,
        ...turn.usage,
        leaseUntil: null,
        finishedAt: ctx.now().toISOString(),
      })
      .where(eq(aiQueries.id, claimed.id)),
    ctx.db.execute(settle(userId, claimed.day, claimed.id, turn.usage.costTicks)),
    auditRow(ctx, ctx.db, {
      userId,
      action: "insight.asked",
      subject: claimed.id,
      actor: kind,
      details: { grounding: kept.insight.grounding, tools: turn.calls.length, repaired: turn.repaired },
    }),
  ]);
}

/**
 * Ends a question that could not be answered. What it cost is counted; its Idempotency-Key may be used again. One that was
 * closed, though we were not told, stays as it is: the same key gets its answer.
 */
export async function fail(ctx: Ctx<"db">, turn: Turn | null, claimed: Claimed): Promise<void> {
  const usage = turn?.usage ?? { inputTokens: 0, outputTokens: 0, costTicks: 0 };
  const isOpen = sql`exists (select 1 from ai_queries where id = ${claimed.id} and finished_at is null)`;
  await ctx.db
    .batch([
      ctx.db.execute(sql`${settle(ctx.actor.userId, claimed.day, claimed.id, usage.costTicks)} and ${isOpen}`),
      ctx.db
        .update(aiQueries)
        .set({ ...usage, askKey: null, leaseUntil: null, model: turn?.model ?? null, finishedAt: ctx.now().toISOString() })
        .where(and(eq(aiQueries.id, claimed.id), isNull(aiQueries.finishedAt))),
    ])
    // the first failure is the one to tell of
    .catch(() => undefined);
}
