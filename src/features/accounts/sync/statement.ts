import { type SQL, sql } from "drizzle-orm";
import type { ChartRow, Row } from "./prepare.ts";
import type { Session } from "./session.ts";
import type { Progress } from "./state.ts";

/** Entries that QuickBooks makes by itself and that no document shows. */
export const PROVIDER = "Provider";

/** What one unit of a run leaves behind. */
export type Unit = {
  rows: readonly Row[];
  chart: readonly ChartRow[];
  progress: Progress;
  /** Take a document again though its version is not newer: it could not be posted before. */
  force: boolean;
  /** Mark what was shown, so that a whole scan knows what was not. */
  scan: boolean;
  at: string;
  /** Until when the run stays with this Worker. */
  until: string;
};

/**
 * One statement that writes documents, chart of accounts, transactions, postings, usage and the place of the run, all
 * under the run's fencing number: when another Worker has claimed the run since, it writes nothing and returns no row. A
 * newer version wins; the same or an older one changes nothing. `users.data_version` is raised, under its row lock, only
 * when something changed, and stamped on what did.
 */
export function unitStatement(session: Session, unit: Unit): SQL {
  const { progress, at } = unit;
  return sql`with run as (
    update sync_runs set phase = ${progress.phase}, cursor = ${json(progress.cursor)}, counts = ${json(progress.counts)}, incomplete = ${progress.incomplete},
      reason = null, attempts = 0, claimed_until = ${unit.until}
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null
    returning user_id, account_id, id
  ), used as (
    insert into provider_usage as u (account_id, month, user_id, calls)
    select account_id, ${at.slice(0, 7)}, user_id, ${session.calls}::int from run where ${session.calls}::int > 0
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls
  ), docs as materialized (
    select run.user_id, run.account_id, d.* from run cross join jsonb_to_recordset(${json(unit.rows)})
      as d(i uuid, e text, x text, v bigint, c timestamptz, d date, del boolean, b jsonb, p jsonb, t jsonb, s jsonb)
  ), fresh as materialized (
    select d.* from docs d left join source_documents o on o.account_id = d.account_id and o.entity = d.e and o.external_id = d.x
    where o.account_id is null or ${newer(unit.force)}
  ), bump as materialized (
    update users u set data_version = u.data_version + 1 from run where u.id = run.user_id and exists (select 1 from fresh) returning u.data_version as n
  ), kept as (
    insert into source_documents as o (account_id, entity, external_id, user_id, version, changed_at, document_date, seen_in, is_deleted, body, problems, data_version)
    select f.account_id, f.e, f.x, f.user_id, f.v, f.c, f.d, ${session.run.id}, f.del, f.b, nullif(f.p, 'null'), bump.n from fresh f cross join bump
    on conflict (account_id, entity, external_id) do update set version = case when excluded.is_deleted then o.version else excluded.version end,
      changed_at = excluded.changed_at, document_date = coalesce(excluded.document_date, o.document_date), seen_in = excluded.seen_in,
      is_deleted = excluded.is_deleted, body = excluded.body, problems = excluded.problems, data_version = excluded.data_version
  ), ${seen(session, unit)} ${chart(unit)}, ${TRANSACTIONS(at)}, ${POSTINGS}
  select (select count(*) from run) as held, (select count(*) from fresh) as fresh, (select count(*) from gone) as gone`;
}

/** `d` is what came, `o` what is there. A tombstone carries no version, only its time; so does coming back after one, but for what QuickBooks was just asked for. The opening and QuickBooks' own entries have neither: they count when they differ. */
function newer(force: boolean): SQL {
  const same = force ? sql`d.v >= o.version` : sql`(d.v > o.version or (d.v = o.version and d.c > o.changed_at))`;
  return sql`case when d.e in ('Opening', ${PROVIDER}) then o.body is distinct from d.b when o.is_deleted then not d.del and (${force}::boolean or d.c > o.changed_at) when d.del then d.c >= o.changed_at else ${same} end`;
}

function seen(session: Session, unit: Unit): SQL {
  if (!unit.scan) return sql``;
  return sql`seen as (
    update source_documents o set seen_in = ${session.run.id} from docs d
    where o.account_id = d.account_id and o.entity = d.e and o.external_id = d.x and not exists (select 1 from fresh f where f.e = d.e and f.x = d.x)
  ),`;
}

function chart(unit: Unit): SQL {
  return sql`chart as (
    insert into ledger_accounts as l (id, user_id, account_id, external_id, name, full_name, classification, account_type, account_sub_type, currency, is_active, data_version)
    select h.i, run.user_id, run.account_id, h.x, h.n, h.f, h.k, h.y, h.u, h.c, h.a, coalesce(bump.n, 0)
    from run cross join jsonb_to_recordset(${json(unit.chart)}) as h(i uuid, x text, n text, f text, k text, y text, u text, c text, a boolean) left join bump on true
    where h.x like 'role:%' or exists (select 1 from fresh f where f.e = 'Account' and f.x = h.x)
    on conflict (account_id, external_id) do update set name = excluded.name, full_name = excluded.full_name, classification = excluded.classification,
      account_type = excluded.account_type, account_sub_type = excluded.account_sub_type, currency = excluded.currency, is_active = excluded.is_active, data_version = excluded.data_version
    returning l.id, l.external_id
  )`;
}

const TRANSACTIONS = (at: string): SQL => sql`written as (
    insert into transactions as t (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, category, description, counterparty, memo, doc_number, kind, moved_cash, status, data_version, created_at, updated_at)
    select f.i, f.user_id, f.account_id, 'quickbooks', f.e, f.x, (f.t->>'d')::date, (f.t->>'a')::numeric, f.t->>'c', f.t->>'g', f.t->>'n', f.t->>'w', f.t->>'m', left(f.t->>'o', 40), f.t->>'k', (f.t->>'h')::boolean, f.t->>'s', bump.n, ${at}, ${at}
    from fresh f cross join bump where jsonb_typeof(f.t) = 'object'
    on conflict (account_id, entity, external_id) do update set transaction_date = excluded.transaction_date, amount = excluded.amount, currency = excluded.currency,
      category = excluded.category, description = excluded.description, counterparty = excluded.counterparty, memo = excluded.memo, doc_number = excluded.doc_number, kind = excluded.kind,
      moved_cash = excluded.moved_cash, status = excluded.status, is_deleted = false, data_version = excluded.data_version, updated_at = excluded.updated_at
    returning t.id, t.entity, t.external_id
  ), gone as (
    update transactions t set is_deleted = true, data_version = bump.n, updated_at = ${at} from fresh f cross join bump
    where jsonb_typeof(f.t) is distinct from 'object' and t.account_id = f.account_id and t.entity = f.e and t.external_id = f.x and not t.is_deleted
    returning t.id
  )`;

/** A posting to an account that is not in the chart is refused by the column (not null), never left out. */
const POSTINGS: SQL = sql`lines as (
    select w.id, f.user_id, f.account_id, (f.t->>'d')::date as day, s.* from written w join fresh f on f.e = w.entity and f.x = w.external_id
      cross join lateral jsonb_to_recordset(f.s) as s(n int, a text, m numeric, c text, h numeric, o text)
  ), posted as (
    insert into postings as p (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount, memo)
    select l.id, l.n, l.user_id, l.account_id, coalesce(c.id, a.id), l.day, l.m, l.c, l.h, l.o
    from lines l left join chart c on c.external_id = l.a left join ledger_accounts a on a.account_id = l.account_id and a.external_id = l.a
    on conflict (transaction_id, line) do update set ledger_account_id = excluded.ledger_account_id, posting_date = excluded.posting_date, amount = excluded.amount,
      currency = excluded.currency, home_amount = excluded.home_amount, memo = excluded.memo
  ), trimmed as (
    delete from postings p using written w join fresh f on f.e = w.entity and f.x = w.external_id where p.transaction_id = w.id and p.line >= jsonb_array_length(f.s)
  ), unposted as (
    delete from postings p using gone g where p.transaction_id = g.id
  ), unposted_by_provider as (
    delete from provider_postings p using gone g where p.transaction_id = g.id
  )`;

export function json(value: unknown): SQL {
  return sql`${JSON.stringify(value)}::jsonb`;
}
