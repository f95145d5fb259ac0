import { eq } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import { myAccounts } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { getReport } from "./get-report.ts";
import { makeReport } from "./make-report.ts";
import type { Parameters, Report } from "./report.ts";

/** Makes a report of the caller's own books and returns it, ready. Its row is first, so that cron finishes what was interrupted. */
export async function createReport(ctx: Ctx<"db" | "files">, parameters: Parameters): Promise<Report> {
  if (parameters.accountId !== undefined) {
    const [own] = await ctx.db.select({ id: myAccounts.id }).from(myAccounts).where(eq(myAccounts.id, parameters.accountId));
    if (!own) throw new Problem("invalid_request", { detail: "There is no such account.", errors: [{ pointer: "/accountId", detail: "must be one of your accounts" }] });
  }
  const id = ctx.id();
  await ctx.db.batch([
    ctx.db.insert(reports).values({ id, userId: ctx.actor.userId, reportType: parameters.type, parameters, status: "queued", createdAt: ctx.now().toISOString() }),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "report.made", subject: id, actor: ctx.actor.kind, details: { type: parameters.type } }),
  ]);
  await makeReport(ctx, id).catch(async (error: unknown) => {
    if (error instanceof Problem && error.status < 500) await ctx.db.update(reports).set({ status: "failed", failure: error.code }).where(eq(reports.id, id));
    throw error;
  });
  return getReport(ctx, id);
}
