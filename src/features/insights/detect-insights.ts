import { inArray, sql } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { add, compare, multiply, negate } from "../../core/money.ts";
import { seal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { settle } from "./budget.ts";
import { dataQuality } from "./data-quality.ts";
import { categoryNorm } from "./detectors/category-norm.ts";
import type { Company, Detector, Finding } from "./detectors/detector.ts";
import { duplicatePayment } from "./detectors/duplicate-payment.ts";
import { overdueInvoice } from "./detectors/overdue-invoice.ts";
import { shortRunway } from "./detectors/short-runway.ts";
import { subscriptionRise } from "./detectors/subscription-rise.ts";
import { type Fact, Facts, type Source } from "./facts.ts";
import { render } from "./grounding/render.ts";
import { figureOf, type Insight, type Kept } from "./insight.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { linked } from "./linked.ts";
import { placeOfInsight } from "./log-turn.ts";
import { modelOf } from "./model.ts";
import { Entities } from "./tools/entities.ts";
import type { Desk } from "./tools/tool.ts";
import { TOOLS } from "./tools/tools.ts";
import { openWording, wordFinding, type Worded, type Wording } from "./word-finding.ts";

const DETECTORS: readonly Detector[] = [duplicatePayment, overdueInvoice, shortRunway, subscriptionRise, categoryNorm];
/** So many at most from one look at the books: more at once is no help to anybody. */
const RAISED_MOST = 12;
/** Of those, so many at most are worded by the model. */
const WORDED_MOST = 4;
/** A finding is raised again when it changed by more than this part of what it was. */
const MATERIAL = "0.1";
const READ_MS = 20_000;

type DetectCtx = Ctx<"db" | "dbAs" | "grok">;
type Raised = { finding: Finding; kept: Kept; worded: Worded | null };

/**
 * Looks through one company's books for what its people should know unasked, and keeps what is new or has changed by more
 * than a tenth. Every figure is computed by the database; a model, where there is one, only words it. Run twice, late or at
 * once it keeps nothing twice.
 */
export async function detectInsights(ctx: DetectCtx, accountId: string): Promise<void> {
  const [[user], accounts] = await ctx.db.batch([...linked(ctx)]);
  const account = accounts.find((each) => each.id === accountId && each.service === "quickbooks");
  if (!user || !account) return;
  const patient = { ...ctx, db: ctx.dbAs(ctx.actor.userId, READ_MS) };
  const today = ctx.now().toISOString().slice(0, 10);
  const found = await detect(patient, { id: accountId, homeCurrency: account.homeCurrency ?? "USD" }, today);
  const fresh = (await onlyFresh(ctx, found)).slice(0, RAISED_MOST);
  if (fresh.length === 0) return;
  const wording = await openWording(ctx, await modelOf(ctx, accounts));
  const said: { finding: Finding; facts: Fact[]; worded: Worded | null }[] = [];
  for (const finding of fresh) {
    const desk: Desk = {
      ctx: patient,
      facts: new Facts(),
      entities: new Entities(),
      names: new Set(),
      periods: [],
      today,
      fiscalStart: account.fiscalStart,
      archivedUntil: user.archivedUntil,
    };
    const facts = finding.state(desk);
    said.push({ finding, facts, worded: wording && said.length < WORDED_MOST ? await wordFinding(ctx, desk, finding, facts, wording) : null });
  }
  const raised: Raised[] = [];
  // the weightiest last: ids grow, and lists begin with the newest
  for (const { finding, facts, worded } of said.toReversed()) raised.push({ finding, kept: await compose(patient, finding, facts, worded), worded });
  await keep(ctx, accountId, raised, user.dataVersion, wording);
  ctx.log("info", "insights.detected", { accountId, found: found.length, raised: raised.length, worded: raised.filter((each) => each.worded).length });
}

/** One detector after the other: a look at the books is in nobody's way. */
async function detect(ctx: Desk["ctx"], company: Company, today: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const detector of DETECTORS) found.push(...(await detector(ctx, company, today)));
  return found;
}

/** What was not raised before, or was and has changed materially since. */
async function onlyFresh(ctx: Ctx<"db">, found: readonly Finding[]): Promise<Finding[]> {
  if (found.length === 0) return [];
  const keys = found.map((each) => each.key);
  const before = await ctx.db
    .select({ key: myAiQueries.dedupeKey, magnitude: myAiQueries.magnitude })
    .from(myAiQueries)
    .where(inArray(myAiQueries.dedupeKey, keys));
  return found.filter((each) => {
    const was = before.find((row) => row.key === each.key)?.magnitude ?? null;
    return was === null || compare(size(add(each.magnitude, negate(was))), multiply(size(was), MATERIAL, 4)) > 0;
  });
}

const size = (amount: string) => amount.replace("-", "");

async function compose(ctx: Ctx<"db">, finding: Finding, facts: readonly Fact[], worded: Worded | null): Promise<Kept> {
  const id = ctx.id();
  const used = worded ? facts.filter((fact) => worded.used.includes(fact.id)) : facts;
  const answer = render(worded?.text ?? finding.text, (fact) => facts.find((each) => each.id === fact), finding.question);
  const figures = used.map((fact) => figureOf(id, fact));
  const period = facts[0]?.period ?? null;
  const insight: Insight = {
    id,
    origin: "detected",
    question: null,
    answer,
    grounding: worded ? "verified" : "templated",
    insights: [{ kind: finding.kind, severity: finding.severity, statement: answer, figures }],
    figures,
    period,
    basis: facts[0]?.basis ?? null,
    dataQuality: await dataQuality(ctx, period, true),
    followUps: [finding.question],
    usage: worded?.usage ?? { inputTokens: 0, outputTokens: 0, costTicks: 0 },
    model: worded?.model ?? null,
    cached: false,
    createdAt: ctx.now().toISOString(),
  };
  return { insight, sources: Object.fromEntries(used.flatMap((fact): [string, Source][] => (fact.source ? [[fact.id, fact.source]] : []))) };
}

/** Everything in one batch with what it cost. Two at once: the second finds the first one's rows, and nothing material to change. */
async function keep(ctx: Ctx<"db">, accountId: string, raised: readonly Raised[], dataVersion: number, wording: Wording | null): Promise<void> {
  const { userId } = ctx.actor;
  const statements = await Promise.all(
    raised.map(async ({ finding, kept, worded }) => {
      const { insight } = kept;
      const sealed = (field: "question" | "response" | "transcript", text: string) =>
        seal(ctx.config.SEALING_KEYS, placeOfInsight(userId, insight.id, field), text, ctx.random);
      const question = await sealed("question", finding.question);
      const response = JSON.stringify({ sealed: await sealed("response", JSON.stringify(kept)) });
      const sent = { instructions: INSTRUCTIONS, tools: TOOLS.map((tool) => tool.name), items: worded?.transcript ?? [] };
      const transcript = worded ? await sealed("transcript", JSON.stringify(sent)) : null;
      const { costTicks, inputTokens, outputTokens } = insight.usage;
      // raised again it is a new answer under a new id: first in the list, and its figures are its own
      return sql`insert into ai_queries as q (id, user_id, origin, account_id, dedupe_key, magnitude, query_text, response, transcript, tools, grounding, model, cost_ticks, input_tokens, output_tokens, data_version, created_at, finished_at)
        values (${insight.id}::uuid, ${userId}::uuid, 'detected', ${accountId}::uuid, ${finding.key}, ${finding.magnitude}::numeric, ${question}, ${response}::jsonb, ${transcript}, '[]'::jsonb, ${insight.grounding}, ${insight.model}, ${costTicks}::bigint, ${inputTokens}::int, ${outputTokens}::int, ${dataVersion}::bigint, ${insight.createdAt}::timestamptz, ${insight.createdAt}::timestamptz)
        on conflict (user_id, dedupe_key) where dedupe_key is not null do update set id = excluded.id, query_text = excluded.query_text, magnitude = excluded.magnitude, response = excluded.response, transcript = excluded.transcript,
          grounding = excluded.grounding, model = excluded.model, cost_ticks = excluded.cost_ticks, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
          data_version = excluded.data_version, created_at = excluded.created_at, finished_at = excluded.finished_at
        where abs(excluded.magnitude - q.magnitude) > abs(q.magnitude) * ${MATERIAL}::numeric`;
    }),
  );
  const [first, ...rest] = statements.map((statement) => ctx.db.execute(statement));
  if (!first) return;
  await ctx.db.batch([first, ...rest, ...(wording ? [ctx.db.execute(settle(userId, wording.day, wording.id, wording.spentTicks))] : [])]);
}
