import { and, eq, sql } from "drizzle-orm";
import { idempotencyKeys } from "../../../db/schema/operations.ts";
import { myAiQueries } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { withoutMarks } from "../../core/period.ts";
import { seal, sha256, unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { compose, withoutModel } from "./compose.ts";
import { Facts } from "./facts.ts";
import type { Insight } from "./insight.ts";
import { linked } from "./linked.ts";
import { claim, type Claimed, close, fail } from "./log-turn.ts";
import { type Model, modelOf } from "./model.ts";
import { open } from "./open-insight.ts";
import { openPinned, pinAnswer, pinOf } from "./pin-answer.ts";
import { Entities } from "./tools/entities.ts";
import { READ_MS } from "./tools/ledger.ts";
import type { Desk } from "./tools/tool.ts";
import { converse, type OnStep, type Turn } from "./turn.ts";

const CACHE_SECONDS = 86_400;

export type Question = { question: string; idempotencyKey?: string | undefined };
type AskCtx = Ctx<"db" | "dbAs" | "grok" | "cache" | "later">;
/** Either an answer that is there already, or one to be made: then `run` makes it, telling its steps. */
export type Started = { insight: Insight } | { run: (onStep: OnStep) => Promise<Insight> };

/** Answers a question about the caller's own books; see {@link startAsking}. */
export async function askInsight(ctx: AskCtx, input: Question): Promise<Insight> {
  const started = await startAsking(ctx, input);
  return "insight" in started ? started.insight : started.run(() => undefined);
}

/**
 * Everything that can be refused is refused here, before anything is spent or streamed. An answer to the same question
 * over the same books comes from the cache: one database call for the version, one to Redis. The same Idempotency-Key is
 * answered with what its first question became, so that a lost stream is not paid for twice.
 */
export async function startAsking(ctx: AskCtx, input: Question): Promise<Started> {
  const known = await whatIsKnown(ctx, input);
  if (known.earlier) return { insight: known.earlier };
  const kept = known.again === null ? await ctx.cache.get(ctx.actor.userId, known.cacheName) : null;
  const cached = kept === null ? null : await readCache(ctx, kept);
  if (cached) {
    const insight = { ...cached, cached: true };
    if (known.askKey !== null) await pinAnswer(ctx, known.askKey, known.askHash, insight);
    return { insight };
  }
  const claimed = await claim(ctx, {
    question: input.question,
    dataVersion: known.dataVersion,
    hasModel: known.model.isThere,
    askKey: known.askKey,
    askHash: known.askHash,
    again: known.again,
  });
  return {
    run: (onStep) => {
      const work = answer(ctx, input.question, known, claimed, onStep);
      // goes on when the client leaves: what was paid for is kept
      ctx.later(
        work.then(
          () => undefined,
          () => undefined,
        ),
      );
      return work;
    },
  };
}

type Known = {
  dataVersion: number;
  fiscalStart: number;
  archivedUntil: string | null;
  model: Model;
  cacheName: string;
  earlier: Insight | null;
  again: string | null;
  askKey: string | null;
  askHash: string;
};

/** One database call: the version of the books, the user's own key, and what an Idempotency-Key was used for before. */
async function whatIsKnown(ctx: AskCtx, input: Question): Promise<Known> {
  const { userId } = ctx.actor;
  const askKey = input.idempotencyKey === undefined ? null : await sha256(`ask|${userId}|${input.idempotencyKey}`);
  const askHash = await sha256(`ask|${input.question}`);
  const [[user], accounts, [before], [pinned]] = await ctx.db.batch([
    ...linked(ctx),
    ctx.db
      .select()
      .from(myAiQueries)
      .where(askKey === null ? sql`false` : and(eq(myAiQueries.askKey, askKey))),
    ctx.db
      .select({ hash: idempotencyKeys.requestHash, answer: idempotencyKeys.answer })
      .from(idempotencyKeys)
      .where(askKey === null ? sql`false` : and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, pinOf(askKey)))),
  ]);
  if ((before && before.askHash !== askHash) || (pinned && pinned.hash !== askHash)) throw new Problem("key_reused");
  if (before && before.finishedAt === null && before.leaseUntil !== null && Date.parse(before.leaseUntil) > ctx.now().getTime())
    throw new Problem("conflict", { detail: "This question is being answered.", retryAfterSeconds: 5 });
  const normal = withoutMarks(input.question.normalize("NFKC").toLowerCase().replace(/\s+/g, " ")).trim();
  const dataVersion = user?.dataVersion ?? 0;
  const cacheName = `insight:3:${dataVersion}:${ctx.now().toISOString().slice(0, 10)}:${ctx.config.XAI_MODEL}:${await sha256(normal)}`;
  const fiscalStart = accounts.find((each) => each.service === "quickbooks")?.fiscalStart ?? 1;
  const answered = before && before.finishedAt !== null && before.response !== null ? await open(ctx, before) : null;
  const earlier = pinned?.answer && askKey !== null ? await openPinned(ctx, askKey, pinned.answer) : answered;
  return {
    dataVersion,
    fiscalStart,
    archivedUntil: user?.archivedUntil ?? null,
    model: await modelOf(ctx, accounts),
    cacheName,
    earlier,
    again: before && earlier === null ? before.id : null,
    askKey,
    askHash,
  };
}

async function readCache(ctx: AskCtx, kept: string): Promise<Insight | null> {
  try {
    return JSON.parse(await unseal(ctx.config.SEALING_KEYS, [ctx.actor.userId, "insight-cache"], kept)) as Insight;
  } catch {
    return null;
  }
}

async function answer(ctx: AskCtx, question: string, known: Known, claimed: Claimed, onStep: OnStep): Promise<Insight> {
  const patient = { ...ctx, db: ctx.dbAs(ctx.actor.userId, READ_MS) };
  const desk: Desk = {
    ctx: patient,
    facts: new Facts(),
    entities: new Entities(),
    names: new Set(),
    periods: [],
    today: claimed.day,
    fiscalStart: known.fiscalStart,
    archivedUntil: known.archivedUntil,
  };
  let turn: Turn | null = null;
  try {
    turn = await converse(ctx, desk, question, known.model, onStep);
    if (turn.draft === null) await withoutModel(desk, question, turn, onStep);
    const kept = await compose(ctx, desk, question, turn, claimed);
    await close(ctx, kept, turn, claimed);
    if (kept.insight.grounding === "verified") {
      const sealed = await seal(ctx.config.SEALING_KEYS, [ctx.actor.userId, "insight-cache"], JSON.stringify(kept.insight), ctx.random);
      await ctx.cache.set(ctx.actor.userId, known.cacheName, sealed, CACHE_SECONDS);
    }
    return kept.insight;
  } catch (error) {
    await fail(ctx, turn, claimed);
    throw error;
  }
}
