import { POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { dayBefore, fiscalYearStart, middleMonthEnd, shifted } from "./days.ts";
import { countRows } from "./documents.ts";
import { postsByItself } from "./ledger.ts";
import { readingOf } from "./lists.ts";
import { readPage } from "./pages.ts";
import { prepare } from "./prepare.ts";
import { differencesAt, ROUNDS } from "./proof.ts";
import { settlingOf } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import { removeUnseen } from "./sweep.ts";
import { writeStep } from "./write.ts";

/**
 * Finds the month in which our books leave QuickBooks': one trial balance halves the time in question. Before the window
 * they agree, because the opening is QuickBooks' own.
 */
export async function bisect(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const low = cursor.low ?? dayBefore(session.account.syncFrom ?? "1970-01-01");
  const high = cursor.high ?? ctx.now().toISOString().slice(0, 10);
  const middle = middleMonthEnd(low, high);
  if (middle === null) {
    const sliced = cursor.sliced ?? [];
    if (sliced.includes(high)) return go(session, "proof", { ...cursor, round: ROUNDS.over });
    return go(session, "slice", { ...cursor, low, high, sliced: [...sliced, high], entity: 0, position: 1 });
  }
  const startDate = fiscalYearStart(middle, session.account.fiscalYearStart);
  const trial = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "TrialBalance", { startDate, endDate: middle, basis: "Accrual" }));
  const differs = (await differencesAt(ctx, session, { asOf: middle, startDate, trial, profit: null })).length > 0;
  return go(session, "bisect", { ...cursor, low: differs ? low : middle, high: differs ? middle : high });
}

/** Reads the documents of that month again, whatever their version, and removes what QuickBooks does not show there. */
export async function readSlice(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor, counts, incomplete } = session.progress;
  const [from, to] = [shifted(cursor.low ?? "", 1), cursor.high ?? ""];
  const entity = POSTING_ENTITIES[cursor.entity ?? 0];
  if (entity === undefined) {
    if (!postsByItself(session)) return removeUnseen(ctx, session, { from, to, undated: false }, "proof");
    session.progress = { ...session.progress, cursor: { ...cursor, ledger: { from, to } } };
    return removeUnseen(ctx, session, { from, to, undated: false }, "ledger");
  }
  const where = [{ property: "TxnDate", op: ">=", value: from } as const, { property: "TxnDate", op: "<=", value: to } as const];
  const startPosition = cursor.position ?? 1;
  const page = await readPage(ctx, session, entity, where, startPosition);
  const next = { ...cursor, ...(page.more ? { position: startPosition + page.rows.length } : { entity: (cursor.entity ?? 0) + 1, position: 1 }) };
  if (page.rows.length === 0) return go(session, "slice", next);
  const prepared = prepare(entity, page.rows, readingOf(ctx, session, await settlingOf(ctx, session, entity, page.rows)));
  const progress = { phase: "slice" as const, cursor: next, counts: countRows(counts, entity, prepared), incomplete };
  await writeStep(ctx, session, { ...prepared, progress, force: true, scan: true });
  return false;
}
