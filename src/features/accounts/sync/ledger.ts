import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { providerEntries } from "../../../integrations/quickbooks/translate/provider.ts";
import { bringBackSpan } from "../../archive/bring-back.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { monthEnd, monthsLater, shifted } from "./days.ts";
import { readingOf } from "./lists.ts";
import { heldBetween, keepProvider } from "./provider.ts";
import type { Session, SyncCtx } from "./session.ts";
import type { Progress } from "./state.ts";

/** QuickBooks advises half a year at most; a quarter leaves room for a large company. */
const MONTHS_MOST = 3;

/** Whether QuickBooks can have posted anything by itself: without stock and foreign currency its ledger need not be read. */
export function postsByItself(session: Session): boolean {
  const home = session.account.homeCurrency;
  const foreign = [...session.accounts.values()].some((account) => account.currency !== home || account.accountSubType === "ExchangeGainOrLoss");
  return foreign || [...session.items.values()].some((item) => item.type === "Inventory");
}

/**
 * Reads QuickBooks' own ledger, some months at a time, and keeps what it posts by itself there, in place of what was kept
 * for those days before. What QuickBooks cannot give in one piece is asked for by the month; failing that, the proof stands
 * without it.
 */
export async function readLedger(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  if (!cursor.ledger || cursor.ledger.from > cursor.ledger.to) return go(session, "proof", cursor);
  const { from, to: end, months = MONTHS_MOST } = cursor.ledger;
  const last = monthEnd(monthsLater(from, months - 1));
  const to = last < end ? last : end;
  const progress: Progress = { ...session.progress, phase: "ledger", cursor: { ...cursor, ledger: { from: shifted(to, 1), to: end, months } } };
  try {
    const ledger = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "GeneralLedger", { startDate: from, endDate: to, basis: "Accrual" }));
    // what QuickBooks posts by itself is found line by line
    await bringBackSpan(ctx, session.account.id, from, to);
    const entries = providerEntries(ledger.lines, await heldBetween(ctx, session, from, to), readingOf(ctx, session).books);
    await keepProvider(ctx, session, { from, to, entries, progress });
    return false;
  } catch (error) {
    if (!(error instanceof QuickBooksFault) || error.kind !== "invalid") throw error;
    return months > 1 ? go(session, "ledger", { ...cursor, ledger: { from, to: end, months: 1 } }) : go(session, "proof", cursor);
  }
}
