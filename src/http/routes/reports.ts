import { z } from "@hono/zod-openapi";
import { createReport, PRESETS } from "../../features/reports/create-report.ts";
import { explainable } from "../../features/reports/columns.ts";
import { type Download, downloadReport } from "../../features/reports/download-report.ts";
import { drawReport } from "../../features/reports/draw-report.ts";
import { type Cause, type Explanation, explainReport } from "../../features/reports/explain-report.ts";
import { getReport } from "../../features/reports/get-report.ts";
import { listReports } from "../../features/reports/list-reports.ts";
import { BASES, type Column, COMPARISONS, type Figures, type Line, type Report, REPORT_TYPES, SPANS } from "../../features/reports/report.ts";
import { ctx, openCtx, wording } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
/** A sum has more digits than any one amount. */
const Figure = z
  .string()
  .regex(/^-?\d{1,30}(\.\d{1,4})?$/)
  .openapi({ example: "1250.00" });
const NewReportBody = z
  .strictObject({
    type: z.enum(REPORT_TYPES),
    period: z.enum(PRESETS).optional().openapi({ description: "Instead of `from` and `to`" }),
    from: Day.optional(),
    to: Day.optional(),
    accountId: Id.optional().openapi({ description: "The company; needed for ledger reports when there are several" }),
    basis: z.enum(BASES).default("accrual"),
    compare: z.enum(COMPARISONS).default("none"),
    columns: z.enum(SPANS).default("total"),
  })
  .refine((report) => (report.period === undefined) === (report.from !== undefined && report.to !== undefined), {
    path: ["period"],
    message: "give either `period`, or both `from` and `to`",
  })
  .refine((report) => report.period === undefined || (report.from === undefined && report.to === undefined), {
    path: ["period"],
    message: "excludes `from` and `to`",
  })
  .refine((report) => report.from === undefined || report.to === undefined || report.from <= report.to, { path: ["to"], message: "must not be before `from`" })
  .openapi("NewReport");
const ColumnBody = z
  .strictObject({ label: z.string(), terms: z.array(z.strictObject({ from: Day, to: Day, weight: z.union([z.literal(1), z.literal(-1)]) })) })
  .openapi("ReportColumn");
const lineFields = { key: z.string(), section: z.string(), name: z.string(), currency: Currency, amounts: z.array(Figure) };
const LineBody = z
  .strictObject({ ...lineFields, explain: z.array(z.string()).openapi({ description: "For each amount, where its rows are" }) })
  .openapi("ReportLine");
const FiguresBody = z.strictObject({ columns: z.array(ColumnBody), lines: z.array(LineBody), totals: z.array(LineBody) }).openapi("ReportFigures");
const ReportBody = z
  .strictObject({
    id: Id,
    type: z.enum(REPORT_TYPES),
    from: Day,
    to: Day,
    accountId: Id.nullable(),
    basis: z.enum(BASES),
    compare: z.enum(COMPARISONS),
    columns: z.enum(SPANS),
    status: z.enum(["queued", "running", "ready", "failed"]),
    percent: z.int().min(0).max(100),
    rows: z.int().nullable(),
    bytes: z.int().nullable(),
    dataVersion: z.int().nullable().openapi({ description: "The version of the books that the figures were made of" }),
    failure: z.string().nullable(),
    figures: FiguresBody.nullable(),
    notes: z.array(z.string()).openapi({ description: "What to know of it: an assumption that it rests on, or rows that are in the archive" }),
    downloadUrl: z.url().nullable().openapi({ description: "The CSV. Signed, and good for an hour" }),
    chartUrl: z.url().nullable().openapi({ description: "The same figures as SVG. Signed, and good for an hour" }),
    createdAt: Instant,
    generatedAt: Instant.nullable(),
  })
  .openapi("Report");
const CauseBody = z
  .strictObject({
    transactionId: Id,
    line: z.int(),
    date: Day,
    amount: Figure,
    kind: z.string(),
    description: z.string().nullable(),
    counterparty: z.string().nullable(),
    memo: z.string().nullable(),
  })
  .openapi("ReportCause");
const ExplanationBody = z
  .strictObject({
    name: z.string(),
    section: z.string(),
    column: ColumnBody,
    amount: Figure.openapi({ description: "The figure; the rows of all pages add up to it" }),
    currency: Currency,
    count: z.int(),
    dataVersion: z.int(),
    basis: z.enum(BASES),
    data: z.array(CauseBody),
    nextCursor: z.string().nullable(),
  })
  .openapi("ReportExplanation");

const toLine = (reportId: string, l: Line): z.infer<typeof LineBody> => ({
  key: l.key,
  section: l.section,
  name: l.name,
  currency: l.currency,
  amounts: l.amounts,
  explain: l.amounts.map((_, column) => `/reports/${reportId}/explain?line=${encodeURIComponent(l.key)}&column=${column}`),
});
const toColumn = (c: Column): z.infer<typeof ColumnBody> => ({ label: c.label, terms: c.terms.map(({ from, to, weight }) => ({ from, to, weight })) });
const toFigures = (id: string, f: Figures): z.infer<typeof FiguresBody> => ({
  columns: f.columns.map(toColumn),
  lines: f.lines.map((one) => toLine(id, one)),
  totals: f.totals.map((one) => toLine(id, one)),
});
const toBody = (r: Report): z.infer<typeof ReportBody> => ({
  id: r.id,
  type: r.parameters.type,
  from: r.parameters.from,
  to: r.parameters.to,
  accountId: r.parameters.accountId ?? null,
  basis: r.parameters.basis,
  compare: r.parameters.compare,
  columns: r.parameters.columns,
  status: r.status as z.infer<typeof ReportBody>["status"],
  percent: r.percent,
  rows: r.rows,
  bytes: r.bytes,
  dataVersion: r.dataVersion,
  failure: r.failure,
  figures: r.figures && explainable(r.parameters.type) ? toFigures(r.id, r.figures) : null,
  notes: r.figures?.notes ?? [],
  downloadUrl: r.downloadUrl,
  chartUrl: r.chartUrl,
  createdAt: new Date(r.createdAt).toISOString(),
  generatedAt: r.generatedAt === null ? null : new Date(r.generatedAt).toISOString(),
});
const toCause = (c: Cause): z.infer<typeof CauseBody> => ({ ...c });
const toExplanation = (e: Explanation): z.infer<typeof ExplanationBody> => ({
  name: e.line.name,
  section: e.line.section,
  column: toColumn(e.column),
  amount: e.amount,
  currency: e.currency,
  count: e.count,
  dataVersion: e.dataVersion,
  basis: e.parameters.basis,
  data: e.data.map(toCause),
  nextCursor: e.nextCursor,
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["reports"];
const read = { scope: "reports:read", limit: "read" } as const;

const list = route({
  operationId: "listReports",
  summary: "Past reports",
  tags,
  method: "get",
  path: "/reports",
  access: read,
  revalidated: true,
  request: { query: z.strictObject({ cursor: Cursor, limit: Limit }) },
  responses: { 200: json("One page", page(ReportBody)) },
});

const create = route({
  operationId: "createReport",
  summary: "Make a report",
  tags,
  method: "post",
  path: "/reports",
  access: { scope: "reports:write", limit: "report" },
  request: { body: jsonBody(NewReportBody) },
  responses: { 201: json("The report, with its CSV", ReportBody), 202: json("Being made: read it again for its progress", ReportBody) },
});

const get = route({
  operationId: "getReport",
  summary: "One report: its progress, then its figures and fresh links",
  tags,
  method: "get",
  path: "/reports/{id}",
  access: read,
  revalidated: true,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The report", ReportBody) },
});

const explain = route({
  operationId: "explainReport",
  summary: "The rows behind one figure, which add up to it exactly",
  tags,
  method: "get",
  path: "/reports/{id}/explain",
  access: read,
  revalidated: true,
  fails: ["not_found", "conflict"],
  request: {
    params: IdParam,
    query: z.strictObject({ line: line(600), column: z.coerce.number().int().min(0).max(500).default(0), cursor: Cursor, limit: Limit }),
  },
  responses: { 200: json("One page of rows", ExplanationBody) },
});

/** Whatever was changed in a link, it is one that we did not sign: 404, not a complaint about its form. */
const link = {
  params: z.strictObject({ id: z.string().max(100).openapi({ format: "uuid" }) }),
  query: z.object({ token: z.string().max(200).optional() }),
};
const download = route({
  operationId: "downloadReport",
  summary: "The CSV behind a signed link, or a range of it",
  tags,
  method: "get",
  path: "/reports/{id}/download",
  access: { public: "meta" },
  fails: ["not_found", "gone"],
  request: link,
  responses: {
    200: { description: "The file", content: { "text/csv": { schema: z.string() } } },
    206: { description: "The range that was asked for", content: { "text/csv": { schema: z.string() } } },
  },
});

const draw = route({
  operationId: "drawReport",
  summary: "The figures behind a signed link as a chart",
  tags,
  method: "get",
  path: "/reports/{id}/chart",
  access: { public: "meta" },
  fails: ["not_found", "gone"],
  request: link,
  responses: { 200: { description: "The chart", content: { "image/svg+xml": { schema: z.string() } } } },
});

/** A file is whole or a range of itself, named, and kept by nobody on the way. */
function fileHeaders(file: Download): Record<string, string> {
  const { span, size } = file;
  return {
    "content-type": file.contentType,
    "content-length": String(span ? span.last - span.first + 1 : size),
    "content-disposition": `attachment; filename="${file.fileName}"; filename*=UTF-8''${encodeURIComponent(file.fileName)}`,
    "accept-ranges": "bytes",
    etag: file.etag,
    ...(span ? { "content-range": `bytes ${span.first}-${span.last}/${size}` } : {}),
  };
}

const SVG_HEADERS = {
  "content-type": "image/svg+xml; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

export const reports = createRouter()
  .openapi(list, async (c) => {
    const found = await listReports(ctx(c), c.req.valid("query"));
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(create, async (c) => {
    wording(c, (asked: Report) => ({ status: 202, body: toBody(asked) }));
    const made = await createReport(ctx(c), c.req.valid("json"));
    return c.json(toBody(made), made.status === "ready" ? 201 : 202);
  })
  .openapi(get, async (c) => c.json(toBody(await getReport(ctx(c), c.req.valid("param").id)), 200))
  .openapi(explain, async (c) => c.json(toExplanation(await explainReport(ctx(c), c.req.valid("param").id, c.req.valid("query"))), 200))
  .openapi(draw, async (c) => c.body(await drawReport(openCtx(c), c.req.valid("param").id, c.req.valid("query").token ?? ""), 200, SVG_HEADERS) as never)
  .openapi(download, async (c) => {
    const range = { range: c.req.header("range"), ifRange: c.req.header("if-range") };
    const file = await downloadReport(openCtx(c), c.req.valid("param").id, c.req.valid("query").token ?? "", range);
    return c.body(file.body, file.span ? 206 : 200, fileHeaders(file)) as never;
  });
