import { and, eq } from "drizzle-orm";
import { accounts } from "../../../../db/schema/accounts.ts";
import { LIST_ENTITIES, POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import { callQuickBooks } from "./call.ts";
import type { Session, SyncCtx } from "./session.ts";
import type { Cursor } from "./state.ts";
import { writeStep } from "./write.ts";

/** QuickBooks looks back 30 days; a day less leaves room for clocks that differ. */
const LOOK_BACK_MS = 29 * 24 * 3600_000;
/** Changes are read again from this long before the last reading: a change may become visible late. */
const OVERLAP_MS = 10 * 60_000;
/** A full read notes QuickBooks' clock first; what is older than this was visible to it. */
const LATE_MS = 2_000;
const WINDOW_MONTHS = 24;

/** Decides what the run reads: everything, what changed, or nothing any more. */
export async function beginRun(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  if (cursor.mode === "removal") return go(session, "revoke", cursor);
  const since = session.copy === null ? null : sinceOf(session.copy);
  const tooOld = since === null || since < ctx.now().getTime() - LOOK_BACK_MS;
  if (cursor.mode === "full" || tooOld || session.account.homeCurrency === null) return go(session, "company", { ...cursor, mode: "full", full: true });
  return go(session, "changes", { ...cursor, mode: "changes", since: new Date(since).toISOString() });
}

function sinceOf(copy: NonNullable<Session["copy"]>): number {
  const overlapped = Date.parse(copy.changedSince) - OVERLAP_MS;
  return Math.max(overlapped, copy.fullAt === null ? 0 : Date.parse(copy.fullAt) - LATE_MS);
}

/** In memory only: the next write keeps it. */
export function go(session: Session, phase: Session["progress"]["phase"], cursor: Cursor): false {
  session.progress = { ...session.progress, phase, cursor };
  return false;
}

/** What the company says of itself, and what time QuickBooks has: three calls, one write. */
export async function readCompany(ctx: SyncCtx, session: Session): Promise<boolean> {
  const company = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.companyInfo(at));
  const preferences = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.preferences(at));
  const clock = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.cdc(at, ["Class"], ctx.now()));
  const set = {
    displayName: company.name.slice(0, 200),
    // without the multicurrency feature every amount is in the currency of the country, which QuickBooks calls home
    homeCurrency: preferences.homeCurrency ?? session.account.homeCurrency ?? "USD",
    fiscalYearStart: monthOf(company.fiscalYearStartMonth),
    syncFrom: session.account.syncFrom ?? windowStart(ctx.now()),
    updatedAt: ctx.now().toISOString(),
  };
  const [account] = await ctx.db
    .update(accounts)
    .set(set)
    .where(and(eq(accounts.id, session.account.id)))
    .returning();
  if (account) session.account = account;
  const since = new Date(clock.time.getTime() - LATE_MS).toISOString();
  await writeStep(ctx, session, {
    progress: { ...session.progress, phase: "lists", cursor: { ...session.progress.cursor, entity: 0, position: 1, since, reached: clock.time.toISOString() } },
  });
  return false;
}

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

function monthOf(name: string | null): number {
  const index = MONTHS.indexOf(name?.toLowerCase() ?? "");
  return index < 0 ? 1 : index + 1;
}

/** The first day of the month 24 months ago. */
function windowStart(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - WINDOW_MONTHS, 1)).toISOString().slice(0, 10);
}

export const ALL_ENTITIES = [...LIST_ENTITIES, ...POSTING_ENTITIES];
