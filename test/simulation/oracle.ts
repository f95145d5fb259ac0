/** What must hold when the faults have stopped: our copy is the company's books, to the cent. */
import { POSTING_ENTITIES } from "../known.ts";
import type { World } from "./world.ts";

/** Everything that is wrong, in words; empty when all is well. */
export async function faultsOf(world: World, userId: string): Promise<string[]> {
  const wrong: string[] = [];
  const { rows: accounts } = await world.machine.owner.query<Account>(
    "select id, status, sync_from::text, fiscal_year_start from accounts where user_id = $1",
    [userId],
  );
  const account = accounts[0];
  if (!account) return ["no account"];
  if (account.status !== "connected") return [`account is ${account.status}`];
  const { rows: proofs } = await world.machine.owner.query<{ status: string; differences: unknown }>(
    "select status, differences from reconciliations where account_id = $1 order by created_at desc, id desc limit 1",
    [account.id],
  );
  if (proofs[0]?.status !== "balanced" && proofs[0]?.status !== "explained")
    wrong.push(`proof: ${proofs[0]?.status ?? "none"} ${JSON.stringify(proofs[0]?.differences ?? []).slice(0, 600)}`);
  wrong.push(...(await documents(world, account.id, account.sync_from)));
  wrong.push(...(await balances(world, account)));
  const { rows: sums } = await world.machine.owner.query<{ n: string }>(
    `select count(*) as n from (select transaction_id from (${BOOKS}) b group by 1 having sum(home_amount) <> 0) as x`,
    [account.id],
  );
  if (sums[0]?.n !== "0") wrong.push(`${sums[0]?.n} transactions do not balance`);
  const { rows: stray } = await world.machine.owner.query<{ n: string }>(
    "select count(*) as n from transactions t left join source_documents d on d.account_id = t.account_id and d.entity = t.entity and d.external_id = t.external_id where t.account_id = $1 and not t.is_deleted and (d.account_id is null or d.is_deleted)",
    [account.id],
  );
  if (stray[0]?.n !== "0") wrong.push(`${stray[0]?.n} transactions without a document`);
  return wrong;
}

type Account = { id: string; status: string; sync_from: string; fiscal_year_start: number };
const BOOKS =
  "select * from (select transaction_id, account_id, ledger_account_id, posting_date, home_amount from postings union all select transaction_id, account_id, ledger_account_id, posting_date, home_amount from provider_postings) p where p.account_id = $1";

/** Our trial balance of the last day that was proven, by a way of its own: accounts that differ from QuickBooks' ledger. */
async function balances(world: World, account: Account): Promise<string[]> {
  const { rows: proofs } = await world.machine.owner.query<{ as_of: string }>(
    "select as_of::text from reconciliations where account_id = $1 order by created_at desc, id desc limit 1",
    [account.id],
  );
  const date = proofs[0]?.as_of ?? "";
  const [year = 0, month = 1] = date.split("-").map(Number);
  const start = `${month >= account.fiscal_year_start ? year : year - 1}-${String(account.fiscal_year_start).padStart(2, "0")}-01`;
  const { rows } = await world.machine.owner.query<{ id: string; balance: string }>(
    `select case when l.classification in ('Revenue', 'Expense') and b.posting_date < $3 then
       (select r.external_id from ledger_accounts r where r.account_id = $1 and r.account_sub_type = 'RetainedEarnings') else l.external_id end as id, sum(b.home_amount)::numeric(19, 2)::text as balance
     from (${BOOKS}) b join ledger_accounts l on l.id = b.ledger_account_id where b.posting_date <= $2 group by 1 having sum(b.home_amount) <> 0`,
    [account.id, date, start],
  );
  const ours = new Map(rows.map(({ id, balance }) => [id, balance]));
  const wrong: string[] = [];
  for (const { id, name, shown } of world.twin.control.trialBalance(world.realm, { date }).accounts) {
    if ((ours.get(id) ?? "0.00") !== shown) wrong.push(`${name} is ${ours.get(id) ?? "0.00"}, not ${shown}`);
    ours.delete(id);
  }
  return [...wrong, ...[...ours].map(([id, balance]) => `account ${id} is ${balance} and QuickBooks has none`)].slice(0, 10);
}

async function documents(world: World, accountId: string, from: string): Promise<string[]> {
  const wrong: string[] = [];
  const { rows } = await world.machine.owner.query<{ entity: string; external_id: string; version: string }>(
    "select entity, external_id, version::text from source_documents where account_id = $1 and not is_deleted and document_date >= $2 and entity not in ('Opening', 'Provider')",
    [accountId, from],
  );
  const ours = new Map(rows.map((row) => [`${row.entity}:${row.external_id}`, row.version]));
  for (const entity of POSTING_ENTITIES) {
    for (const document of world.twin.control.documents(world.realm, entity).rows as { Id: string; SyncToken: string; TxnDate: string }[]) {
      if (document.TxnDate < from) continue;
      const key = `${entity}:${document.Id}`;
      const version = ours.get(key);
      if (version === undefined) wrong.push(`missing ${key}`);
      else if (version !== document.SyncToken) wrong.push(`${key} is version ${version}, not ${document.SyncToken}`);
      ours.delete(key);
    }
  }
  for (const key of ours.keys()) wrong.push(`extra ${key}`);
  return wrong.slice(0, 10);
}

/** How QuickBooks was treated over the whole history. */
export function mannersOf(world: World): string[] {
  const wrong: string[] = [];
  const counters = world.twin.control.counters(world.realm);
  if (counters.mostPerMinute > 500) wrong.push(`${counters.mostPerMinute} calls in a minute`);
  if (counters.mostPerSecond > 10) wrong.push(`${counters.mostPerSecond} calls in a second`);
  const throttled = counters.throttled;
  if (throttled > 0) wrong.push(`${throttled} calls over the limit`);
  return wrong;
}
