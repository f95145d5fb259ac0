import { z } from "@hono/zod-openapi";
import { ask, type Insight } from "../../features/insights/ask.ts";
import { getInsight, listInsights } from "../../features/insights/read-insights.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const QuestionBody = z.strictObject({ question: line(500).openapi({ example: "What did I spend most on this year?" }) }).openapi("Question");
const FigureBody = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    subject: z.string(),
    period: z.strictObject({ from: Day, to: Day }).nullable(),
    value: z.string(),
    currency: Currency.nullable(),
  })
  .openapi("Figure");
const InsightBody = z
  .strictObject({
    id: Id,
    question: z.string(),
    answer: z.string().openapi({ description: "Markdown; every figure in it is one of `figures`" }),
    grounding: z.enum(["verified", "templated"]),
    figures: z.array(FigureBody),
    usage: z.strictObject({ inputTokens: z.int(), outputTokens: z.int(), costTicks: z.int() }),
    model: z.string().nullable(),
    createdAt: Instant,
  })
  .openapi("Insight");

const toBody = (i: Insight): z.infer<typeof InsightBody> => ({
  id: i.id,
  question: i.question,
  answer: i.answer,
  grounding: i.grounding,
  figures: i.figures.map(({ id, kind, subject, period, value, currency }) => ({ id, kind, subject, period, value, currency })),
  usage: { inputTokens: i.usage.inputTokens, outputTokens: i.usage.outputTokens, costTicks: i.usage.costTicks },
  model: i.model,
  createdAt: new Date(i.createdAt).toISOString(),
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["insights"];

const askRoute = route({
  operationId: "askInsight",
  summary: "Ask a question about your books",
  tags,
  method: "post",
  path: "/ai/insights",
  access: { scope: "insights:ask", limit: "question" },
  request: { body: jsonBody(QuestionBody) },
  responses: { 200: json("The answer, with its figures", InsightBody) },
});

const list = route({
  operationId: "listInsights",
  summary: "Past questions and answers",
  tags,
  method: "get",
  path: "/ai/insights",
  access: { scope: "insights:read", limit: "read" },
  request: { query: z.strictObject({ cursor: Cursor, limit: Limit }) },
  responses: { 200: json("One page", page(InsightBody)) },
});

const get = route({
  operationId: "getInsight",
  summary: "One past answer",
  tags,
  method: "get",
  path: "/ai/insights/{id}",
  access: { scope: "insights:read", limit: "read" },
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The answer", InsightBody) },
});

export const insights = createRouter()
  .openapi(askRoute, async (c) => c.json(toBody(await ask(ctx(c), c.req.valid("json").question)), 200))
  .openapi(list, async (c) => {
    const found = await listInsights(ctx(c), c.req.valid("query"));
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(get, async (c) => c.json(toBody(await getInsight(ctx(c), c.req.valid("param").id)), 200));
