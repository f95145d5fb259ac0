import { z } from "@hono/zod-openapi";
import { createReport } from "../../features/reports/create-report.ts";
import { downloadReport } from "../../features/reports/download-report.ts";
import { getReport } from "../../features/reports/get-report.ts";
import { listReports } from "../../features/reports/list-reports.ts";
import { type Report, REPORT_TYPES } from "../../features/reports/report.ts";
import { ctx, openCtx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Amount, Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const NewReportBody = z
  .strictObject({ type: z.enum(REPORT_TYPES), from: Day, to: Day, accountId: Id.optional() })
  .refine((report) => report.from <= report.to, { path: ["to"], message: "must not be before `from`" })
  .openapi("NewReport");
const FiguresBody = z
  .strictObject({
    lines: z.array(z.strictObject({ section: z.string(), name: z.string(), amount: Amount, currency: Currency })),
    totals: z.array(z.strictObject({ name: z.string(), amount: Amount, currency: Currency })),
  })
  .openapi("ReportFigures");
const ReportBody = z
  .strictObject({
    id: Id,
    type: z.enum(REPORT_TYPES),
    from: Day,
    to: Day,
    accountId: Id.nullable(),
    status: z.string(),
    rows: z.int().nullable(),
    figures: FiguresBody.nullable(),
    downloadUrl: z.url().nullable().openapi({ description: "The CSV. Signed, and good for an hour" }),
    createdAt: Instant,
    generatedAt: Instant.nullable(),
  })
  .openapi("Report");

const toBody = (r: Report): z.infer<typeof ReportBody> => ({
  id: r.id,
  type: r.type as (typeof REPORT_TYPES)[number],
  from: r.from,
  to: r.to,
  accountId: r.accountId,
  status: r.status,
  rows: r.rows,
  figures: r.figures,
  downloadUrl: r.downloadUrl,
  createdAt: new Date(r.createdAt).toISOString(),
  generatedAt: r.generatedAt === null ? null : new Date(r.generatedAt).toISOString(),
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["reports"];

const list = route({
  operationId: "listReports",
  summary: "Past reports",
  tags,
  method: "get",
  path: "/reports",
  access: { scope: "reports:read", limit: "read" },
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
  responses: { 201: json("The report, with its CSV", ReportBody) },
});

const get = route({
  operationId: "getReport",
  summary: "One report, with a fresh link",
  tags,
  method: "get",
  path: "/reports/{id}",
  access: { scope: "reports:read", limit: "read" },
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The report", ReportBody) },
});

const download = route({
  operationId: "downloadReport",
  summary: "The CSV behind a signed link",
  tags,
  method: "get",
  path: "/reports/{id}/download",
  access: { public: "meta" },
  fails: ["not_found", "gone"],
  request: { params: IdParam, query: z.strictObject({ token: z.string().max(200) }) },
  responses: { 200: { description: "The file", content: { "text/csv": { schema: z.string() } } } },
});

export const reports = createRouter()
  .openapi(list, async (c) => {
    const found = await listReports(ctx(c), c.req.valid("query"));
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(create, async (c) => c.json(toBody(await createReport(ctx(c), c.req.valid("json"))), 201))
  .openapi(get, async (c) => c.json(toBody(await getReport(ctx(c), c.req.valid("param").id)), 200))
  .openapi(download, async (c) => {
    const file = await downloadReport(openCtx(c), c.req.valid("param").id, c.req.valid("query").token);
    const headers = { "content-type": file.contentType, "content-length": String(file.size), "content-disposition": `attachment; filename="${file.fileName}"` };
    return c.body(file.body, 200, headers) as never;
  });
