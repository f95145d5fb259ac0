import { and, asc, eq, gte, inArray, lte, sql } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import { me, myAccounts, myReports, myTransactions as t } from "../../../db/schema/views.ts";
import { type Cell, csvLine } from "../../core/csv.ts";
import { Problem } from "../../core/errors.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { balanceSheet, profitAndLoss, trialBalance } from "./ledger-figures.ts";
import type { Figures, Parameters } from "./report.ts";

const PAGE = 5_000;
const ROWS_MOST = 1_000_000;

/** Makes the file and the figures of a report that stands in its row. A second delivery of the message changes nothing. */
export async function makeReport(ctx: Ctx<"db" | "files">, reportId: string): Promise<void> {
  const [[report], [user]] = await ctx.db.batch([ctx.db.select().from(myReports).where(eq(myReports.id, reportId)), ctx.db.select({ dataVersion: me.dataVersion }).from(me)]);
  if (!report || !user || !["queued", "running"].includes(report.status)) return;
  const parameters = report.parameters as Parameters;
  const made = parameters.type === "transactions" ? await transactionLines(ctx, parameters) : await ledgerLines(ctx, parameters);
  const objectKey = `reports/${reportId}.csv`;
  const { bytes } = await ctx.files.put(ctx.actor.userId, objectKey, made.csv, "text/csv; charset=utf-8");
  await ctx.db
    .update(reports)
    .set({ status: "ready", objectKey, bytes, rows: made.rows, figures: made.figures, dataVersion: user.dataVersion, generatedAt: ctx.now().toISOString() })
    .where(and(eq(reports.id, reportId), inArray(reports.status, ["queued", "running"])));
}

type Made = { csv: string; rows: number; figures: Figures | null };

async function ledgerLines(ctx: Ctx<"db">, parameters: Parameters): Promise<Made> {
  const { accountId, currency } = await company(ctx, parameters.accountId);
  const scope = { accountId, currency, from: parameters.from, to: parameters.to };
  const figures = await { profit_and_loss: profitAndLoss, trial_balance: trialBalance, balance_sheet: balanceSheet, transactions: trialBalance }[parameters.type](ctx, scope);
  const rows: Cell[][] = [
    ...figures.lines.map((line) => [line.section, line.name, { number: line.amount }, line.currency]),
    ...figures.totals.map((total) => ["Total", total.name, { number: total.amount }, total.currency]),
  ];
  return { csv: csvLine(["section", "name", "amount", "currency"]) + rows.map(csvLine).join(""), rows: rows.length, figures };
}

/** The company of a ledger report: the one named, or the only one that there is. */
async function company(ctx: Ctx<"db">, accountId: string | undefined): Promise<{ accountId: string; currency: string }> {
  const rows = await ctx.db
    .select({ accountId: myAccounts.id, currency: myAccounts.homeCurrency })
    .from(myAccounts)
    .where(accountId === undefined ? eq(myAccounts.serviceName, "quickbooks") : eq(myAccounts.id, accountId))
    .limit(2);
  const [only] = rows;
  if (!only || rows.length > 1) throw new Problem("invalid_request", { detail: "Name the company.", errors: [{ pointer: "/accountId", detail: "must name one of your companies" }] });
  return { accountId: only.accountId, currency: only.currency ?? "USD" };
}

async function transactionLines(ctx: Ctx<"db">, parameters: Parameters): Promise<Made> {
  const csv = [csvLine(["date", "amount", "currency", "category", "counterparty", "description", "kind", "source", "id"])];
  const scope = and(eq(t.isDeleted, false), eq(t.movedCash, true), gte(t.transactionDate, parameters.from), lte(t.transactionDate, parameters.to), parameters.accountId === undefined ? undefined : eq(t.accountId, parameters.accountId));
  let after: { date: string; id: string } | undefined;
  for (let rows = 0; rows < ROWS_MOST; rows += PAGE) {
    const page = await ctx.db
      .select()
      .from(t)
      .where(and(scope, after && sql`(${t.transactionDate}, ${t.id}) > (${after.date}::date, ${after.id}::uuid)`))
      .orderBy(asc(t.transactionDate), asc(t.id))
      .limit(PAGE);
    for (const row of page) csv.push(csvLine([row.transactionDate, { number: format(row.amount, row.currency) }, row.currency, row.category, row.counterparty, row.description, row.kind, row.source, row.id]));
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = { date: last.transactionDate, id: last.id };
  }
  return { csv: csv.join(""), rows: csv.length - 1, figures: null };
}
