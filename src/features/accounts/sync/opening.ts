import { translateOpening } from "../../../integrations/quickbooks/translate/opening.ts";
import { callQuickBooks } from "./call.ts";
import { readingOf } from "./lists.ts";
import { rowOf } from "./prepare.ts";
import { dayBefore, fiscalYearStart } from "./days.ts";
import type { Session, SyncCtx } from "./session.ts";
import { writeStep } from "./write.ts";

/**
 * What every account held on the day before the window, from QuickBooks' own trial balance, as one transaction: balances
 * go back to the company's first day, documents do not. Read again at each proof; written only when it differs.
 */
export async function readOpening(ctx: SyncCtx, session: Session): Promise<boolean> {
  const date = dayBefore(session.account.syncFrom ?? "1970-01-01");
  const startDate = fiscalYearStart(date, session.account.fiscalYearStart);
  const report = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "TrialBalance", { startDate, endDate: date, basis: "Accrual" }));
  const reading = readingOf(ctx, session);
  const held = report.rows.filter((row) => row.debit !== row.credit);
  const row = rowOf(translateOpening(held, { date, readAt: ctx.now() }, reading.books), held, reading);
  const progress = { ...session.progress, phase: "proof" as const };
  await writeStep(ctx, session, { rows: [held.length > 0 ? { ...row, d: date } : { ...row, d: date, t: null, s: [] }], progress, scan: true });
  return false;
}
