/** What must hold when the faults have stopped: our copy is the company's books, to the cent. */
import type { World } from "./world.ts";

const ENTITIES = [
  "Purchase",
  "Bill",
  "BillPayment",
  "Invoice",
  "Payment",
  "SalesReceipt",
  "RefundReceipt",
  "CreditMemo",
  "VendorCredit",
  "Deposit",
  "Transfer",
  "JournalEntry",
  "CreditCardPayment",
];

/** Everything that is wrong, in words; empty when all is well. */
export async function faultsOf(world: World, userId: string): Promise<string[]> {
  const wrong: string[] = [];
  const { rows: accounts } = await world.machine.owner.query<{ id: string; status: string; sync_from: string }>(
    "select id, status, sync_from::text from accounts where user_id = $1",
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
  const { rows: sums } = await world.machine.owner.query<{ n: string }>(
    "select count(*) as n from (select transaction_id from postings where account_id = $1 group by 1 having sum(home_amount) <> 0) as x",
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

async function documents(world: World, accountId: string, from: string): Promise<string[]> {
  const wrong: string[] = [];
  const { rows } = await world.machine.owner.query<{ entity: string; external_id: string; version: string }>(
    "select entity, external_id, version::text from source_documents where account_id = $1 and not is_deleted and document_date >= $2 and entity <> 'Opening'",
    [accountId, from],
  );
  const ours = new Map(rows.map((row) => [`${row.entity}:${row.external_id}`, row.version]));
  for (const entity of ENTITIES) {
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
