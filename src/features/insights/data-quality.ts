import { sql } from "drizzle-orm";
import { readWhole } from "../../../db/client.ts";
import type { Period } from "../../core/period.ts";
import { instant } from "../../core/instant.ts";
import { toUnits } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import type { DataQuality } from "./insight.ts";
import { percentOf } from "./tools/sums.ts";

const STALE_MS = 48 * 3600 * 1000;

type Connection = { name: string; service: string; status: string; synced: string | null };
type Drift = { status: string; currency: string; differences: { account: string; name: string; difference: string }[] };

/** How far the books can be trusted for a period: read in one call, said with every answer. */
export async function dataQuality(ctx: Ctx<"db">, period: Period | null, complete: boolean): Promise<DataQuality> {
  const { from, to } = period ?? { from: "1900-01-01", to: "9999-12-31" };
  const rows = await readWhole<{
    connections: Connection[] | null;
    drift: Drift[] | null;
    newest: string | null;
    uncategorised: string | null;
    spent: string | null;
  }>(
    ctx.db,
    sql`select
    (select json_agg(json_build_object('name', display_name, 'service', service_name, 'status', status, 'synced', last_synced_at) order by display_name) from mine.accounts where service_name <> 'grok') as connections,
    (select json_agg(json_build_object('status', r.status, 'currency', r.currency, 'differences', r.differences)) from (select distinct on (account_id) * from mine.reconciliations order by account_id, created_at desc, id desc) r) as drift,
    (select max(transaction_date)::text from mine.transactions where not is_deleted) as newest,
    sum(p.home_amount) filter (where t.own_category is null and (l.full_name ilike '%uncategori%' or l.full_name ilike 'ask my accountant%')) as uncategorised, sum(p.home_amount) as spent
    from mine.postings p join mine.ledger_accounts l on l.id = p.ledger_account_id join mine.transactions t on t.id = p.transaction_id and not t.is_deleted where l.classification = 'Expense' and p.posting_date between ${from}::date and ${to}::date`,
  );
  const [row] = rows;
  const connected = (row?.connections ?? []).filter((each) => each.service !== "manual");
  const synced = connected.flatMap((each) => instant(each.synced) ?? []).sort();
  const stale = connected.filter((each) => each.status !== "connected" || each.synced === null || ctx.now().getTime() - Date.parse(each.synced) > STALE_MS);
  const spent = row?.spent ?? null;
  return {
    asOf: synced[0] ?? null,
    newestTransaction: row?.newest ?? null,
    uncategorisedShare: spent === null || toUnits(spent) <= 0n ? null : percentOf(row?.uncategorised ?? "0", spent),
    openDrift: (row?.drift ?? [])
      .filter((each) => each.status === "drift")
      .flatMap((each) => each.differences.map(({ account, name, difference }) => ({ account, name, difference, currency: each.currency })))
      .slice(0, 20),
    staleConnections: stale.map((each) => ({ name: each.name, status: each.status, lastSyncedAt: instant(each.synced) })),
    complete,
  };
}
