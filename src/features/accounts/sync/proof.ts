import { type SQL, sql } from "drizzle-orm";
import { readWhole, TIMEOUTS } from "../../../../db/client.ts";
import type { ProfitAndLoss, TrialBalance } from "../../../integrations/quickbooks/reports.ts";
import type { Difference } from "../get-reconciliation.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { fiscalYearStart } from "./days.ts";
import { finish } from "./finish.ts";
import { postsByItself } from "./ledger.ts";
import type { Session, SyncCtx } from "./session.ts";
import { json } from "./statement.ts";

/** The books may change between our last reading and their report: they are read again from shortly before. */
const OVERLAP_MS = 60_000;

/** What was tried against a difference: reading changes again, QuickBooks' own ledger, a month from end to end; three months at most. */
export const ROUNDS = { first: 0, changes: 1, ledger: 2, over: 5 } as const;

/**
 * Our trial balance and profit and loss against QuickBooks' own, of the same day and basis, account by account, to the
 * cent. A difference may be a change made in between: changes are read again. It may be what QuickBooks posts by itself:
 * its own ledger is read, and such lines are kept with their cause. What is left then is looked for by month, and that
 * month alone is read again. Only what remains after all of that is drift.
 */
export async function prove(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const { low: _, ...rest } = cursor;
  const asOf = (cursor.reached ?? ctx.now().toISOString()).slice(0, 10);
  const startDate = fiscalYearStart(asOf, session.account.fiscalYearStart);
  const params = { startDate, endDate: asOf, basis: "Accrual" } as const;
  const trial = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "TrialBalance", params));
  const profit = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "ProfitAndLoss", params));
  const figures = { asOf, startDate, trial, profit };
  const differences = await differencesAt(ctx, session, figures);
  const round = cursor.round ?? ROUNDS.first;
  if (differences.length > 0 && round === ROUNDS.first) {
    const since = new Date(Date.parse(cursor.reached ?? ctx.now().toISOString()) - OVERLAP_MS).toISOString();
    return go(session, "changes", { ...cursor, mode: "changes", openingMoved: true, since, pending: [], round: ROUNDS.changes });
  }
  if (differences.length > 0 && round === ROUNDS.changes && postsByItself(session))
    return go(session, "ledger", { ...cursor, ledger: { from: session.account.syncFrom ?? "1970-01-01", to: asOf }, round: ROUNDS.ledger });
  if (differences.length > 0 && round < ROUNDS.over) return go(session, "bisect", { ...rest, high: asOf, round: Math.max(round, ROUNDS.ledger) + 1 });
  const explained = await explanationsAt(ctx, session, figures);
  const status = differences.length > 0 ? "drift" : explained.length > 0 ? "explained" : "balanced";
  return finish(ctx, session, { asOf, differences: [...differences, ...explained], status });
}

type Figures = { asOf: string; startDate: string; trial: TrialBalance; profit: ProfitAndLoss | null };
type Found = { report: string; account: string; name: string; theirs: string; ours: string; difference: string; cause: string | null };

/** Every account on which a report and our books differ, whatever was posted by whom. */
export async function differencesAt(ctx: SyncCtx, session: Session, figures: Figures): Promise<Difference[]> {
  const rows = await readWhole<Found>(
    ctx.dbAs(ctx.actor.userId, TIMEOUTS.page),
    sql`${compared(session, figures, sql`true`)}
    select report, x as account, coalesce(l.n, b.n, x) as name, coalesce(b.s, 0)::numeric(19, 2)::text as theirs, coalesce(a.s, 0)::numeric(19, 2)::text as ours, (coalesce(a.s, 0) - coalesce(b.s, 0))::numeric(19, 2)::text as difference, null as cause
    from a full join b using (report, x) left join names l using (x)
    where coalesce(a.s, 0) <> coalesce(b.s, 0) order by report, x limit 500`,
  );
  return rows.map(toDifference);
}

/** What would be missing without QuickBooks' own postings: by account and cause, each as the figure would be without it. */
async function explanationsAt(ctx: SyncCtx, session: Session, figures: Figures): Promise<Difference[]> {
  const rows = await readWhole<Found>(
    ctx.dbAs(ctx.actor.userId, TIMEOUTS.page),
    sql`${compared(session, figures, sql`p.cause is not null`)}
    select report, x as account, coalesce(l.n, x) as name, coalesce(b.s, 0)::numeric(19, 2)::text as theirs, (coalesce(b.s, 0) - c.s)::numeric(19, 2)::text as ours, (-c.s)::numeric(19, 2)::text as difference, c.cause
    from (select report, x, cause, sum(s) as s from ours group by 1, 2, 3) c left join b using (report, x) left join names l using (x)
    where c.s <> 0 order by c.cause, report, x limit 500`,
  );
  return rows.map(toDifference);
}

const toDifference = ({ report, account, name, theirs, ours, difference, cause }: Found): Difference => ({
  report,
  account,
  name,
  theirs,
  ours,
  difference,
  cause,
});

/**
 * Debit positive. Income and expense of former fiscal years stand in retained earnings in a trial balance: QuickBooks
 * closes a year without a document. An account that a report names without its id is matched by name.
 */
function compared(session: Session, { asOf, startDate, trial, profit }: Figures, which: SQL): SQL {
  const retained = [...session.accounts.values()].find((account) => account.accountSubType === "RetainedEarnings")?.id ?? "role:retained_earnings";
  const tb = trial.rows.map((row) => ({ x: row.accountId, n: row.name, a: row.debit, b: row.credit }));
  const pl = (profit?.rows ?? []).map((row) => ({ x: row.accountId, n: row.name, a: row.amount }));
  const matched = sql`left join names l on r.x is null and r.n in (l.n, l.short)`;
  return sql`with names as (
    select external_id as x, full_name as n, name as short from ledger_accounts where account_id = ${session.account.id}
  ), ledger as (
    select l.external_id as x, l.classification as k, p.cause,
      coalesce(sum(p.home_amount) filter (where l.classification not in ('Revenue', 'Expense') or p.posting_date >= ${startDate}), 0) as now,
      coalesce(sum(p.home_amount) filter (where l.classification in ('Revenue', 'Expense') and p.posting_date < ${startDate}), 0) as before
    from mine.postings p join ledger_accounts l on l.id = p.ledger_account_id
    where p.account_id = ${session.account.id} and p.posting_date <= ${asOf} and ${which} group by 1, 2, 3
  ), ours as (
    select 'trial_balance' as report, x, cause, now as s from ledger
    union all select 'trial_balance', ${retained}, cause, before from ledger
    union all select 'profit_and_loss', x, cause, case when k = 'Revenue' then -now else now end from ledger where k in ('Revenue', 'Expense') and ${profit !== null}::boolean
  ), theirs as (
    select 'trial_balance' as report, coalesce(r.x, l.x, r.n) as x, r.n, r.a - r.b as s from jsonb_to_recordset(${json(tb)}) as r(x text, n text, a numeric, b numeric) ${matched}
    union all
    select 'profit_and_loss', coalesce(r.x, l.x, r.n), r.n, r.a from jsonb_to_recordset(${json(pl)}) as r(x text, n text, a numeric) ${matched}
  ), a as (select report, x, sum(s) as s from ours group by 1, 2), b as (select report, x, max(n) as n, sum(s) as s from theirs group by 1, 2)`;
}
