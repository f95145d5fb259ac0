import { and, eq, sql } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import { me, myAccounts, myReports, myTransactions as t } from "../../../db/schema/views.ts";
import { Problem, problemIn } from "../../core/errors.ts";
import { errorFields } from "../../core/log.ts";
import { type Period, resolvePeriod } from "../../core/period.ts";
import { sha256 } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { columnsOf } from "./columns.ts";
import { exportScope } from "./export-transactions.ts";
import { getReport } from "./get-report.ts";
import { makeReport } from "./make-report.ts";
import type { Parameters, Report } from "./report.ts";

export const PRESETS = [
  "this_month",
  "last_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
  "fiscal_year",
  "last_fiscal_year",
  "year_to_date",
  "last_12_months",
  "all_time",
] as const;
export type Preset = (typeof PRESETS)[number];
export type NewReport = Omit<Parameters, "from" | "to"> & { from?: string | undefined; to?: string | undefined; period?: Preset | undefined };

/** Up to so many rows a list is written while the caller waits. */
const ROWS_AT_ONCE = 40_000;
const COLUMNS_MOST = 120;

/** Raised when the same parameters come to mean other figures: what was made before is then not taken over. */
const FIGURES = 1;

/**
 * Makes a report of the caller's own books. The row is first, so that what is interrupted is finished later; a small one is
 * ready at once, a large one goes through the queue, and so does one that could not be made just now. The same question of
 * the same books takes over the answer: nothing is summed or written again.
 */
export async function createReport(ctx: Ctx<"db" | "dbAs" | "files" | "queue">, input: NewReport): Promise<Report> {
  const { parameters, fiscalStart } = await settle(ctx, input);
  const id = ctx.id();
  const row = {
    id,
    userId: ctx.actor.userId,
    reportType: parameters.type,
    parameters,
    parametersHash: await sha256(JSON.stringify([FIGURES, parameters, fiscalStart])),
    status: "queued",
    createdAt: ctx.now().toISOString(),
  };
  await ctx.foretell(() => queued(id, parameters, row.createdAt));
  const [, taken] = await ctx.db.batch([
    ctx.db.insert(reports).values(row),
    takeOver(ctx, id, row.parametersHash),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "report.made", subject: id, actor: ctx.actor.kind, details: { type: parameters.type } }),
  ]);
  if (taken.rowCount === 0) await make(ctx, id, parameters);
  return getReport(ctx, id).catch((error: unknown) => {
    if (problemIn(error)?.code !== "unavailable") throw error;
    return queued(id, parameters, row.createdAt);
  });
}

/** A report of which nothing is made yet: what a repeat hears whose first answer was lost, to ask for it by its id. */
function queued(id: string, parameters: Parameters, createdAt: string): Report {
  const nothing = { rows: 0, bytes: null, dataVersion: null, figures: null, failure: null, downloadUrl: null, chartUrl: null, generatedAt: null };
  return { id, parameters, status: "queued", percent: 0, createdAt, ...nothing };
}

async function make(ctx: Ctx<"db" | "dbAs" | "files" | "queue">, reportId: string, parameters: Parameters): Promise<void> {
  const wake = () => ctx.queue.work({ type: "report", userId: ctx.actor.userId, requestId: ctx.requestId, reportId });
  if (parameters.type === "transactions" && (await isLarge(ctx, parameters))) return void (await wake());
  await makeReport(ctx, reportId).catch(async (error: unknown) => {
    if ((problemIn(error)?.status ?? 500) < 500) throw error;
    ctx.log("warn", "report.postponed", { reportId, ...errorFields(error) });
    await wake();
  });
}

/** A report of the same parameters and the same version of the books is the same report: its figures and its file. */
function takeOver(ctx: Ctx<"db">, id: string, hash: string) {
  return ctx.db.execute(sql`
    update reports r set status = 'ready', figures = s.figures, object_key = s.object_key, rows = s.rows, bytes = s.bytes, data_version = s.data_version, generated_at = s.generated_at
    from (select o.* from ${myReports} o join ${me} u on o.data_version = u.data_version where o.parameters_hash = ${hash} and o.status = 'ready' and o.id <> ${id} limit 1) s
    where r.id = ${id}`);
}

async function isLarge(ctx: Ctx<"db">, parameters: Parameters): Promise<boolean> {
  const { rows } = await ctx.db.execute<{ n: number }>(
    sql`select count(*)::int as n from (select from ${t} where ${exportScope(parameters)} limit ${ROWS_AT_ONCE + 1}) r`,
  );
  return (rows[0]?.n ?? 0) > ROWS_AT_ONCE;
}

/** The parameters with their dates and company settled. */
async function settle(ctx: Ctx<"db">, input: NewReport): Promise<{ parameters: Parameters; fiscalStart: number }> {
  const isLedger = input.type !== "transactions" && input.type !== "category_breakdown";
  const company = isLedger || input.accountId !== undefined ? await accountOf(ctx, input.accountId) : undefined;
  const fiscalStart = company?.fiscalStart ?? (input.period?.includes("fiscal_year") ? await commonStart(ctx) : 1);
  const period = periodOf(ctx, input, fiscalStart);
  const { type, basis, compare, columns } = input;
  const parameters: Parameters = { type, ...period, ...(company ? { accountId: company.id } : {}), basis: isLedger ? basis : "accrual", compare, columns };
  if (type !== "transactions" && columnsOf(parameters).length > COLUMNS_MOST)
    throw refused("/columns", `would be more than ${COLUMNS_MOST} columns; ask for a shorter period or wider columns`);
  return { parameters, fiscalStart };
}

function periodOf(ctx: Ctx, input: NewReport, fiscalStart: number): Period {
  const today = ctx.now().toISOString().slice(0, 10);
  if (input.from !== undefined && input.to !== undefined) return { from: input.from, to: input.to };
  const words = (input.period ?? "this_month").replace(/^fiscal_year$/, "this fiscal year").replaceAll("_", " ");
  const period = resolvePeriod(words, today, fiscalStart);
  if (!period) throw refused("/period", "is no period that I know");
  return period;
}

/** The account named, or the only company that there is. */
async function accountOf(ctx: Ctx<"db">, accountId: string | undefined): Promise<{ id: string; fiscalStart: number }> {
  const which = accountId === undefined ? eq(myAccounts.serviceName, "quickbooks") : eq(myAccounts.id, accountId);
  const found = await ctx.db.select({ id: myAccounts.id, fiscalStart: myAccounts.fiscalYearStart }).from(myAccounts).where(and(which)).limit(2);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw refused("/accountId", accountId === undefined ? "must name one of your companies" : "must be one of your accounts");
}

/** The month in which the fiscal year of all one's companies starts; the calendar's where there is none. */
async function commonStart(ctx: Ctx<"db">): Promise<number> {
  const found = await ctx.db.selectDistinct({ start: myAccounts.fiscalYearStart }).from(myAccounts).where(eq(myAccounts.serviceName, "quickbooks")).limit(2);
  if (found.length > 1) throw refused("/accountId", "must name one of your companies, since their fiscal years differ");
  return found[0]?.start ?? 1;
}

function refused(pointer: string, detail: string): Problem {
  return new Problem("invalid_request", { detail: `${pointer.slice(1)} ${detail}.`, errors: [{ pointer, detail }] });
}
