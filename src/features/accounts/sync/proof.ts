import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import type { ProfitAndLoss, TrialBalance } from "../../../integrations/quickbooks/reports.ts";
import type { Difference } from "../get-reconciliation.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { fiscalYearStart } from "./days.ts";
import { finish } from "./finish.ts";
import type { Session, SyncCtx } from "./session.ts";
import { json } from "./statement.ts";

/** The books may change between our last reading and their report: they are read again from shortly before. */
const OVERLAP_MS = 60_000;

/**
 * Our trial balance and profit and loss against QuickBooks' own, of the same day and basis, account by account, to the
 * cent. A difference may be a change made in between: changes are read again, and the proof is repeated, before it is
 * called drift. What is left then is looked for by month, that month alone is read again, and the third proof stands.
 */
export async function prove(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const asOf = (cursor.reached ?? ctx.now().toISOString()).slice(0, 10);
  const startDate = fiscalYearStart(asOf, session.account.fiscalYearStart);
  const params = { startDate, endDate: asOf, basis: "Accrual" } as const;
  const trial = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "TrialBalance", params));
  const profit = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.report(at, "ProfitAndLoss", params));
  const differences = await differencesAt(ctx, session, { asOf, startDate, trial, profit });
  const round = cursor.round ?? 0;
  if (differences.length > 0 && round === 1) return go(session, "bisect", { ...cursor, high: asOf, round: 2 });
  if (differences.length > 0 && round === 0) {
    const since = new Date(Date.parse(cursor.reached ?? ctx.now().toISOString()) - OVERLAP_MS).toISOString();
    return go(session, "changes", { ...cursor, mode: "changes", openingMoved: true, since, pending: [], round: round + 1 });
  }
  return finish(ctx, session, { asOf, differences, status: differences.length === 0 ? "balanced" : "drift" });
}

type Figures = { asOf: string; startDate: string; trial: TrialBalance; profit: ProfitAndLoss | null };

/** Every account on which a report and our postings differ. */
export async function differencesAt(ctx: SyncCtx, session: Session, figures: Figures): Promise<Difference[]> {
  const { rows } = await ctx
    .dbAs(ctx.actor.userId, TIMEOUTS.page)
    .execute<{ report: string; account: string; name: string; theirs: string; ours: string; difference: string }>(statement(session, figures));
  return rows.map(({ report, account, name, theirs, ours, difference }) => ({ report, account, name, theirs, ours, difference, cause: null }));
}

/**
 * Debit positive. Income and expense of former fiscal years stand in retained earnings in a trial balance: QuickBooks
 * closes a year without a document. An account that a report names without its id is matched by name.
 */
function statement(session: Session, { asOf, startDate, trial, profit }: Figures): SQL {
  const retained = [...session.accounts.values()].find((account) => account.accountSubType === "RetainedEarnings")?.id ?? "role:retained_earnings";
  const tb = trial.rows.map((row) => ({ x: row.accountId, n: row.name, a: row.debit, b: row.credit }));
  const pl = (profit?.rows ?? []).map((row) => ({ x: row.accountId, n: row.name, a: row.amount }));
  return sql`with ledger as (
    select l.external_id as x, l.full_name as n, l.name as short, l.classification as k,
      coalesce(sum(p.home_amount) filter (where l.classification not in ('Revenue', 'Expense') or p.posting_date >= ${startDate}), 0) as now,
      coalesce(sum(p.home_amount) filter (where l.classification in ('Revenue', 'Expense') and p.posting_date < ${startDate}), 0) as before
    from ledger_accounts l left join postings p on p.account_id = l.account_id and p.ledger_account_id = l.id and p.posting_date <= ${asOf}
    where l.account_id = ${session.account.id} group by 1, 2, 3, 4
  ), ours as (
    select 'trial_balance' as report, x, now as s from ledger
    union all select 'trial_balance', ${retained}, sum(before) from ledger
    union all select 'profit_and_loss', x, case when k = 'Revenue' then -now else now end from ledger where k in ('Revenue', 'Expense') and ${profit !== null}::boolean
  ), theirs as (
    select 'trial_balance' as report, coalesce(r.x, l.x, r.n) as x, r.n, r.a - r.b as s from jsonb_to_recordset(${json(tb)}) as r(x text, n text, a numeric, b numeric) left join ledger l on r.x is null and r.n in (l.n, l.short)
    union all
    select 'profit_and_loss', coalesce(r.x, l.x, r.n), r.n, r.a from jsonb_to_recordset(${json(pl)}) as r(x text, n text, a numeric) left join ledger l on r.x is null and r.n in (l.n, l.short)
  ), a as (select report, x, sum(s) as s from ours group by 1, 2), b as (select report, x, max(n) as n, sum(s) as s from theirs group by 1, 2)
  select report, x as account, coalesce(l.n, b.n, x) as name, coalesce(b.s, 0)::numeric(19, 2)::text as theirs, coalesce(a.s, 0)::numeric(19, 2)::text as ours, (coalesce(a.s, 0) - coalesce(b.s, 0))::numeric(19, 2)::text as difference
  from a full join b using (report, x) left join ledger l using (x)
  where coalesce(a.s, 0) <> coalesce(b.s, 0) order by report, x limit 500`;
}
