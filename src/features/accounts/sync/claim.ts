import { eq, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import { accounts, syncCursors } from "../../../../db/schema/accounts.ts";
import { unseal } from "../../../core/secret.ts";
import { type Books, createBooks, type LedgerAccount, type Item } from "../../../integrations/quickbooks/translate/books.ts";
import { parseAccount, parseItem } from "../../../integrations/quickbooks/lists.ts";
import { placeOf } from "../account.ts";
import type { Settling } from "./rates.ts";
import type { Claimed, SyncCtx } from "./session.ts";
import type { Counts, Cursor, Phase } from "./state.ts";

/** For how long a run belongs to the Worker that claimed it; every write prolongs it. */
export const LEASE_MS = 2 * 60_000;

type RunRow = { id: string; account_id: string; fence: number; phase: Phase; cursor: Cursor; counts: Counts; incomplete: boolean; attempts: number };
type ListRow = { entity: string; body: unknown };

/**
 * Takes an open run for this Worker in one call: its place, a fencing number of its own, the sealed tokens, and the lists
 * that documents are read with. Null when there is nothing to do: the run is over, or another Worker has it.
 */
export async function claimRun(ctx: SyncCtx, runId: string): Promise<Claimed | null> {
  const now = ctx.now();
  const until = new Date(now.getTime() + LEASE_MS).toISOString();
  const at = now.toISOString();
  const db = ctx.dbAs(ctx.actor.userId, TIMEOUTS.page);
  const mine = sql`(select r.account_id from sync_runs r where r.id = ${runId})`;
  const [claimed, found, cursors, lists] = await db.batch([
    db.execute(sql`update sync_runs set fence = fence + 1, claimed_until = ${until}, started_at = coalesce(started_at, ${at})
      where id = ${runId} and finished_at is null and (claimed_until is null or claimed_until <= ${at})
      returning id, account_id, fence, phase, cursor, counts, incomplete, attempts`),
    db.select().from(accounts).where(eq(accounts.id, mine)),
    db.select().from(syncCursors).where(eq(syncCursors.accountId, mine)),
    db.execute(listsOf(mine)),
  ]);
  const run = claimed.rows[0] as RunRow | undefined;
  const account = found[0];
  if (!run || !account) return null;
  const realm = account.externalAccountId && (await unseal(ctx.config.SEALING_KEYS, placeOf(account.userId, account.id, "realm"), account.externalAccountId));
  const { id, fence, phase, cursor, counts, incomplete, attempts } = run;
  return {
    run: { id, fence, attempts },
    progress: { phase, cursor, counts, incomplete },
    account,
    realmId: realm ?? "",
    copy: cursors[0] ?? null,
    ...readLists(lists.rows as ListRow[], account.homeCurrency ?? "USD"),
  };
}

/** Of each account and item only what reading a document needs. */
function listsOf(account: ReturnType<typeof sql>) {
  const fields = [
    "Id",
    "SyncToken",
    "Name",
    "FullyQualifiedName",
    "Active",
    "AccountType",
    "AccountSubType",
    "Classification",
    "CurrencyRef",
    "Type",
    "ParentRef",
    "IncomeAccountRef",
    "ExpenseAccountRef",
    "AssetAccountRef",
  ];
  const pairs = sql.join(
    fields.map((name) => sql`${sql.raw(`'${name}'`)}, d.body->${sql.raw(`'${name}'`)}`),
    sql`, `,
  );
  return sql`select d.entity, jsonb_strip_nulls(jsonb_build_object(${pairs})) as body from source_documents d
    where d.account_id = ${account} and d.entity in ('Account', 'Item') and d.body is not null`;
}

function readLists(rows: readonly ListRow[], homeCurrency: string): { accounts: Map<string, LedgerAccount>; items: Map<string, Item> } {
  const accounts = new Map<string, LedgerAccount>();
  const items = new Map<string, Item>();
  for (const row of rows) {
    if (row.entity === "Account") keep(accounts, () => parseAccount(row.body, homeCurrency));
    else keep(items, () => parseItem(row.body));
  }
  return { accounts, items };
}

/** A row that cannot be read is counted where it was written; here it is only absent. */
function keep<T extends { id: string }>(into: Map<string, T>, read: () => T): void {
  try {
    const value = read();
    into.set(value.id, value);
  } catch {
    return;
  }
}

/** The lists as a document is read with them. */
export function booksOf(claimed: Claimed, settling?: Settling): Books {
  return createBooks({
    homeCurrency: claimed.account.homeCurrency ?? "USD",
    accounts: claimed.accounts.values(),
    items: claimed.items.values(),
    ...settling,
  });
}
