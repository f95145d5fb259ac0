import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import type { Held, ProviderEntry } from "../../../integrations/quickbooks/translate/provider.ts";
import { LEASE_MS } from "./claim.ts";
import { readingOf } from "./lists.ts";
import { type Row, rowOf } from "./prepare.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import type { Progress } from "./state.ts";
import { json, PROVIDER } from "./statement.ts";
import { writeStep } from "./write.ts";

/** Lines that no document shows are numbered from here on: beyond any document's own. */
const LINES_FROM = 500_000;

/** What our copy posts in a span of days, document by document. */
export async function heldBetween(ctx: SyncCtx, session: Session, from: string, to: string): Promise<ReadonlyMap<string, Held>> {
  const { rows } = await ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute<{
    key: string;
    currency: string;
    rateless: boolean;
    items: string[] | null;
    postings: [string, string][] | null;
  }>(sql`
    select d.entity || ':' || d.external_id as key, t.currency, coalesce(d.problems @> '[{"code": "unknown_rate"}]', false) as rateless,
      jsonb_path_query_array(d.body, '$.Line[*].**.ItemRef.value') as items,
      (select jsonb_agg(jsonb_build_array(l.external_id, p.home_amount::text)) from postings p join ledger_accounts l on l.id = p.ledger_account_id where p.transaction_id = t.id) as postings
    from transactions t join source_documents d on d.account_id = t.account_id and d.entity = t.entity and d.external_id = t.external_id
    where t.account_id = ${session.account.id} and t.transaction_date between ${from} and ${to} and not t.is_deleted and t.entity not in ('Opening', ${PROVIDER})`);
  return new Map(rows.map((row) => [row.key, { currency: row.currency, items: row.items ?? [], unknownRate: row.rateless, postings: row.postings ?? [] }]));
}

export type Kept = { from: string; to: string; entries: readonly ProviderEntry[]; progress: Progress };

/**
 * Keeps what QuickBooks posts by itself in a span of days, in place of what was kept there. Entries without a document are
 * transactions of their own. The version of the books moves only when something changed.
 */
export async function keepProvider(ctx: SyncCtx, session: Session, { from, to, entries, progress }: Kept): Promise<void> {
  const named = entries.map((entry) => ({ ...entry, document: entry.document ?? `${PROVIDER}:${ownId(entry)}` }));
  const own = named.filter(({ document }) => document.startsWith(`${PROVIDER}:`));
  if (own.length > 0) await writeStep(ctx, session, { rows: own.map((entry) => ownRow(ctx, session, entry)), progress: session.progress });
  const lines = named.flatMap(({ document, date, lines: parts }) => {
    const colon = document.indexOf(":");
    return parts.map((part, index) => ({
      e: document.slice(0, colon),
      x: document.slice(colon + 1),
      n: LINES_FROM + index,
      d: date,
      a: part.accountId,
      h: part.homeAmount,
      k: part.cause,
      m: part.memo,
    }));
  });
  const { rows } = await ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute<{ held: string }>(statement(ctx, session, { from, to, lines, progress }));
  if (rows[0]?.held !== "1") throw new Superseded();
  session.calls = 0;
  session.progress = progress;
}

/** QuickBooks gives such entries no id that stays: the day and the kind name them. */
function ownId({ date, type }: ProviderEntry): string {
  return `${date}:${type.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 28)}`;
}

function ownRow(ctx: SyncCtx, session: Session, { document, date, type }: ProviderEntry & { document: string }): Row {
  const currency = session.account.homeCurrency ?? "USD";
  const transaction = {
    date,
    amount: "0",
    currency,
    kind: "adjustment",
    movedCash: false,
    category: null,
    categoryAccountId: null,
    counterparty: null,
    description: type,
    memo: null,
    docNumber: null,
    status: "posted",
  } as const;
  const known = { entity: PROVIDER, externalId: document.slice(PROVIDER.length + 1), version: null, updatedAt: ctx.now().toISOString(), deleted: false };
  return rowOf({ ...known, transaction, postings: [], problems: [] }, { date, type }, readingOf(ctx, session));
}

type Written = Pick<Kept, "from" | "to" | "progress"> & { lines: readonly object[] };

function statement(ctx: SyncCtx, session: Session, { from, to, lines, progress }: Written): SQL {
  const now = ctx.now();
  const at = now.toISOString();
  return sql`with run as (
    update sync_runs set phase = ${progress.phase}, cursor = ${json(progress.cursor)}, counts = ${json(progress.counts)}, reason = null, attempts = 0, claimed_until = ${new Date(now.getTime() + LEASE_MS).toISOString()}
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning user_id, account_id
  ), used as (
    insert into provider_usage as u (account_id, month, user_id, calls) select account_id, ${at.slice(0, 7)}, user_id, ${session.calls}::int from run where ${session.calls}::int > 0
    on conflict (account_id, month) do update set calls = u.calls + excluded.calls
  ), lines as materialized (
    select run.user_id, run.account_id, t.id as transaction_id, l.id as ledger_account_id, k.* from run cross join jsonb_to_recordset(${json(lines)}) as k(e text, x text, n int, d date, a text, h numeric, k text, m text)
      join transactions t on t.account_id = run.account_id and t.entity = k.e and t.external_id = k.x and not t.is_deleted
      left join ledger_accounts l on l.account_id = run.account_id and l.external_id = k.a
  ), kept as (
    insert into provider_postings as p (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, home_amount, currency, cause, memo)
    select transaction_id, n, user_id, account_id, ledger_account_id, d, h, ${session.account.homeCurrency ?? "USD"}, k, m from lines
    on conflict (transaction_id, line) do update set ledger_account_id = excluded.ledger_account_id, posting_date = excluded.posting_date, home_amount = excluded.home_amount, currency = excluded.currency, cause = excluded.cause, memo = excluded.memo
      where (p.ledger_account_id, p.posting_date, p.home_amount, p.cause, p.memo) is distinct from (excluded.ledger_account_id, excluded.posting_date, excluded.home_amount, excluded.cause, excluded.memo)
    returning 1
  ), dropped as (
    delete from provider_postings p using run where p.account_id = run.account_id and p.posting_date between ${from} and ${to}
      and not exists (select 1 from lines l where l.transaction_id = p.transaction_id and l.n = p.line) returning 1
  ), over as (
    update source_documents d set is_deleted = true, body = null from run where d.account_id = run.account_id and d.entity = ${PROVIDER} and not d.is_deleted and d.document_date between ${from} and ${to}
      and not exists (select 1 from lines l where l.e = d.entity and l.x = d.external_id) returning d.account_id, d.entity, d.external_id
  ), gone as (
    update transactions t set is_deleted = true, updated_at = ${at} from over o where t.account_id = o.account_id and t.entity = o.entity and t.external_id = o.external_id and not t.is_deleted returning 1
  ), bump as (
    update users u set data_version = u.data_version + 1 from run where u.id = run.user_id and (exists (select 1 from kept) or exists (select 1 from dropped) or exists (select 1 from gone))
  ) select count(*) as held from run`;
}
