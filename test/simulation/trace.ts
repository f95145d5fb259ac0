/**
 * What a sync did, as text that one can read and compare: what it asked QuickBooks for, what it waited for, how often it went to the database,
 * and what stands in the tables afterwards.
 */
import type { LocalMachine } from "./machine.ts";
import type { World } from "./world.ts";

/** Times to the minute: to the millisecond each belongs to a seed and not to a rule. */
const minute = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`;
const digest = (row: string, order: string) => `left(md5(string_agg(${row}::text, '|' order by ${order})), 12)`;

const TABLES: Record<string, string> = {
  account: `select concat_ws(' ', status, status_reason, home_currency, fiscal_year_start, sync_from, 'synced', ${minute("last_synced_at")}, 'next', ${minute("next_sync_at")}, 'tokens', token_version, lease_until is null) from accounts where user_id = $1`,
  cursor: `select concat_ws(' ', 'since', ${minute("changed_since")}, 'full', ${minute("full_at")}, 'proven', ${minute("proven_at")}) from sync_cursors where user_id = $1`,
  run: `select concat_ws(' ', trigger, phase, reason, 'incomplete', incomplete, 'attempts', attempts, 'fence', fence, 'until', ${minute("claimed_until")}, 'finished', ${minute("finished_at")}, cursor - 'refreshToken') from sync_runs where user_id = $1 order by created_at, id`,
  counts: `select concat_ws(' ', ${minute("r.created_at")}, entity, count) from sync_runs r cross join jsonb_each(counts) as c(entity, count) where user_id = $1 order by r.created_at, r.id, entity`,
  calls: "select concat_ws(' ', month, calls) from provider_usage where user_id = $1 order by month",
  proof: "select concat_ws(' ', as_of, basis, status, currency, differences) from reconciliations where user_id = $1 order by created_at, id",
  document: `select concat_ws(' ', entity, count(*), 'gone', count(*) filter (where is_deleted), 'kept', count(body), ${digest("(external_id, version, changed_at, document_date, is_deleted, body)", "external_id")}) from source_documents where user_id = $1 and entity <> 'Opening' group by entity order by entity`,
  opening: "select concat_ws(' ', version, document_date, is_deleted, body) from source_documents where user_id = $1 and entity = 'Opening'",
  problem:
    "select concat_ws(' ', entity, external_id, body is not null, problems) from source_documents where user_id = $1 and problems is not null order by entity, external_id",
  chart: `select concat_ws(' ', count(*), ${digest("(external_id, name, full_name, classification, account_type, account_sub_type, currency, is_active)", "external_id")}) from ledger_accounts where user_id = $1`,
  transaction: `select concat_ws(' ', entity, count(*), 'gone', count(*) filter (where is_deleted), ${digest("(external_id, transaction_date, amount, currency, category, description, counterparty, memo, doc_number, kind, moved_cash, status, is_deleted)", "external_id")}) from transactions where user_id = $1 group by entity order by entity`,
  posting: `select concat_ws(' ', t.entity, count(*), ${digest("(t.external_id, line, l.external_id, posting_date, p.amount, p.currency, home_amount, p.memo)", "t.external_id, line")}) from postings p join transactions t on t.id = p.transaction_id join ledger_accounts l on l.id = p.ledger_account_id where p.user_id = $1 group by t.entity order by t.entity`,
  provider: `select concat_ws(' ', cause, count(*), ${digest("(t.external_id, line, l.external_id, posting_date, home_amount, p.currency, p.memo)", "t.external_id, line")}) from provider_postings p join transactions t on t.id = p.transaction_id join ledger_accounts l on l.id = p.ledger_account_id where p.user_id = $1 group by cause order by cause`,
  mail: "select concat_ws(' ', template, params) from mails where user_id = $1 order by created_at, id",
  books: "select concat_ws(' ', 'version', data_version) from users where id = $1",
};

const told = new WeakMap<World, Set<string>>();

/** What happened since the last look, and what stands in the tables now that did not before. */
export async function traceOf(machine: LocalMachine, world: World, user: string, title: string): Promise<string> {
  const { calls } = await machine.databaseCalls();
  const known = told.get(world) ?? new Set();
  const lines: string[] = [];
  for (const [name, query] of Object.entries(TABLES)) {
    const { rows } = await world.machine.owner.query<{ concat_ws: string }>(query, [user]);
    lines.push(...rows.map((row) => `${name}: ${row.concat_ws}`));
  }
  told.set(world, new Set(lines));
  return [`## ${title}`, ...counted(world.traffic.splice(0)), `database: ${calls} calls`, ...lines.filter((line) => !known.has(line)), ""].join("\n");
}

/** What came several times in a row, once with its number. */
function counted(lines: readonly string[]): string[] {
  const found: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.line === line) last.times += 1;
    else found.push({ line, times: 1 });
  }
  return found.map(({ line, times }) => (times > 1 ? `${line} (${times} times)` : line));
}
