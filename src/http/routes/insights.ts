import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { askInsight, startAsking } from "../../features/insights/ask.ts";
import { explainInsight } from "../../features/insights/explain-insight.ts";
import { getInsight } from "../../features/insights/get-insight.ts";
import type { Figure, Insight } from "../../features/insights/insight.ts";
import { listInsights } from "../../features/insights/list-insights.ts";
import { type App, ctx } from "../context.ts";
import { answerStream } from "../answer-stream.ts";
import { idempotencyKey } from "../guards/idempotency.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const QuestionBody = z.strictObject({ question: line(500).openapi({ example: "What did I spend most on this year?" }) }).openapi("Question");
const PeriodBody = z.strictObject({ from: Day, to: Day });
const Basis = z.enum(["accrual", "cash"]).nullable();
const FigureBody = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    subject: z.string(),
    period: PeriodBody.nullable(),
    value: z.string().openapi({ example: "1850.00" }),
    currency: Currency.nullable(),
    basis: Basis,
    rows: z.int().nullable().openapi({ description: "How many transactions make it up" }),
    complete: z.boolean(),
    citations: z.array(Id).openapi({ description: "Transactions among those that make it up, the weightiest first" }),
    explain: z.string().nullable().openapi({
      description:
        "Path that lists the rows it is the exact sum of; of a change, those of its earlier side negative; of an average, a share or a forecast, the rows it was worked out from",
    }),
  })
  .openapi("Figure");
const StatementBody = z
  .strictObject({ kind: z.string(), severity: z.enum(["info", "notice", "warning"]), statement: z.string(), figures: z.array(FigureBody) })
  .openapi("InsightStatement");
const DataQualityBody = z
  .strictObject({
    asOf: Instant.nullable(),
    newestTransaction: Day.nullable(),
    uncategorisedShare: z.string().nullable().openapi({ description: "Percent of the period's spending" }),
    openDrift: z.array(z.strictObject({ account: z.string(), name: z.string(), difference: z.string(), currency: Currency })),
    staleConnections: z.array(z.strictObject({ name: z.string(), status: z.string(), lastSyncedAt: Instant.nullable() })),
    complete: z.boolean(),
  })
  .openapi("DataQuality");
const InsightBody = z
  .strictObject({
    id: Id,
    origin: z.enum(["asked", "detected"]),
    question: z.string().nullable(),
    answer: z.string().openapi({ description: "Markdown without links or HTML; every figure in it is one of `figures`" }),
    grounding: z.enum(["verified", "templated"]),
    insights: z.array(StatementBody),
    figures: z.array(FigureBody),
    period: PeriodBody.nullable(),
    basis: Basis,
    dataQuality: DataQualityBody,
    followUps: z.array(z.string()),
    usage: z.strictObject({
      inputTokens: z.int(),
      outputTokens: z.int(),
      costTicks: z.int().openapi({ description: "Ten thousand million ticks are one US dollar" }),
    }),
    model: z.string().nullable(),
    cached: z.boolean(),
    createdAt: Instant,
  })
  .openapi("Insight");
const SentBody = z.strictObject({ instructions: z.string(), tools: z.array(z.string()), items: z.array(z.record(z.string(), z.unknown())) });
const DetailBody = z
  .strictObject({
    ...InsightBody.shape,
    tools: z.array(z.strictObject({ name: z.string(), resultHash: z.string() })),
    sent: SentBody.nullable().openapi({ description: "Exactly what was sent to the model, and what it answered" }),
  })
  .openapi("InsightDetail");
const RowBody = z.strictObject({
  transactionId: Id,
  line: z.int(),
  date: Day,
  category: z.string(),
  counterparty: z.string().nullable(),
  description: z.string().nullable(),
  amount: z.string(),
  currency: Currency,
});
const ExplainBody = z
  .strictObject({ figure: z.string(), total: z.string(), currency: Currency.nullable(), data: z.array(RowBody), nextCursor: z.string().nullable() })
  .openapi("InsightRows");

const toFigure = (f: Figure): z.infer<typeof FigureBody> => ({
  id: f.id,
  kind: f.kind,
  subject: f.subject,
  period: f.period && { from: f.period.from, to: f.period.to },
  value: f.value,
  currency: f.currency,
  basis: f.basis,
  rows: f.rows,
  complete: f.complete,
  citations: f.citations,
  explain: f.explain,
});
const toBody = (i: Insight): z.infer<typeof InsightBody> => ({
  id: i.id,
  origin: i.origin,
  question: i.question,
  answer: i.answer,
  grounding: i.grounding,
  insights: i.insights.map(({ kind, severity, statement, figures }) => ({ kind, severity, statement, figures: figures.map(toFigure) })),
  figures: i.figures.map(toFigure),
  period: i.period && { from: i.period.from, to: i.period.to },
  basis: i.basis,
  dataQuality: {
    asOf: i.dataQuality.asOf,
    newestTransaction: i.dataQuality.newestTransaction,
    uncategorisedShare: i.dataQuality.uncategorisedShare,
    openDrift: i.dataQuality.openDrift.map(({ account, name, difference, currency }) => ({ account, name, difference, currency })),
    staleConnections: i.dataQuality.staleConnections.map(({ name, status, lastSyncedAt }) => ({ name, status, lastSyncedAt })),
    complete: i.dataQuality.complete,
  },
  followUps: i.followUps,
  usage: { inputTokens: i.usage.inputTokens, outputTokens: i.usage.outputTokens, costTicks: i.usage.costTicks },
  model: i.model,
  cached: i.cached,
  createdAt: new Date(i.createdAt).toISOString(),
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["insights"];
const read = { scope: "insights:read", limit: "read" } as const;

const ask = route({
  operationId: "askInsight",
  summary: "Ask a question about your books",
  description:
    "Every figure of the answer was computed by the database in this request. With `Accept: text/event-stream`: events `step` as tools run, `text` sentence by sentence once it has passed the gate, then `insight` with the whole reply, or `problem`.",
  tags,
  method: "post",
  path: "/ai/insights",
  access: { scope: "insights:ask", limit: "question" },
  ownIdempotency: true,
  fails: ["budget_spent", "conflict", "key_reused", "upstream_refused"],
  request: { body: jsonBody(QuestionBody) },
  responses: { 200: json("The answer, with its figures", InsightBody) },
});

const list = route({
  operationId: "listInsights",
  summary: "Answers, and what was found unasked",
  tags,
  method: "get",
  path: "/ai/insights",
  access: read,
  revalidated: true,
  request: { query: z.strictObject({ origin: z.enum(["asked", "detected"]).optional(), cursor: Cursor, limit: Limit }) },
  responses: { 200: json("One page, newest first", page(InsightBody)) },
});

const get = route({
  operationId: "getInsight",
  summary: "One answer, and what was sent to the model for it",
  tags,
  method: "get",
  path: "/ai/insights/{id}",
  access: read,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The answer", DetailBody) },
});

const explain = route({
  operationId: "explainInsight",
  summary: "The rows that a figure is the exact sum of",
  tags,
  method: "get",
  path: "/ai/insights/{id}/explain",
  access: read,
  revalidated: true,
  fails: ["not_found"],
  request: {
    params: IdParam,
    query: z.strictObject({
      figure: z
        .string()
        .regex(/^f\d{1,3}$/)
        .default("f1"),
      cursor: Cursor,
      limit: Limit,
    }),
  },
  responses: { 200: json("Rows as the books are now, with their total", ExplainBody) },
});

export const insights = createRouter()
  .openapi(ask, async (c) => {
    const input = { question: c.req.valid("json").question, idempotencyKey: idempotencyKey(c) };
    if (!wantsStream(c)) return c.json(toBody(await askInsight(ctx(c), input)), 200);
    // the document types the JSON reply; the stream carries the same body as its last event
    return answerStream(c, await startAsking(ctx(c), input), toBody) as never;
  })
  .openapi(list, async (c) => {
    const found = await listInsights(ctx(c), c.req.valid("query"));
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(get, async (c) => {
    const found = await getInsight(ctx(c), c.req.valid("param").id);
    const sent = found.transcript && { instructions: found.transcript.instructions, tools: found.transcript.tools, items: found.transcript.items };
    return c.json({ ...toBody(found), tools: found.tools.map(({ name, resultHash }) => ({ name, resultHash })), sent }, 200);
  })
  .openapi(explain, async (c) => {
    const { figure, total, currency, data, nextCursor } = await explainInsight(ctx(c), c.req.valid("param").id, c.req.valid("query"));
    const rows = data.map(({ transactionId, line, date, category, counterparty, description, amount, currency }) => ({
      transactionId,
      line,
      date,
      category,
      counterparty,
      description,
      amount,
      currency,
    }));
    return c.json({ figure, total, currency, data: rows, nextCursor }, 200);
  });

function wantsStream(c: Context<App>): boolean {
  return (c.req.header("accept") ?? "").split(",").some((type) => type.split(";")[0]?.trim().toLowerCase() === "text/event-stream");
}
