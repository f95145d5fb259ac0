import { sql } from "drizzle-orm";
import type { Ctx } from "../../runtime.ts";

export type ManualEntry = { transactionId: string; transactionDate: string; amount: string; currency: string; category: string | null };

/**
 * The statements that give a manual transaction its double entry: cash against its category, in a ledger of the user's
 * own, whose accounts are made as they are needed. To stand in the same batch as the transaction itself.
 */
export function manualPostings(ctx: Ctx<"db">, entry: ManualEntry) {
  const { userId } = ctx.actor;
  const category = entry.category ?? "Uncategorized";
  const account = sql`(select id from accounts where user_id = ${userId} and service_name = 'manual')`;
  const isIncome = !entry.amount.startsWith("-");
  const ledger = (externalId: string, name: string, classification: string, type: string) => sql`
    insert into ledger_accounts (id, user_id, account_id, external_id, name, full_name, classification, account_type, currency)
    values (${ctx.id()}, ${userId}, ${account}, ${externalId}, ${name.slice(0, 200)}, ${name}, ${classification}, ${type}, ${entry.currency})
    on conflict (account_id, external_id) do nothing`;
  const cashId = `cash:${entry.currency}`;
  const categoryId = `category:${hash(`${isIncome}|${category}|${entry.currency}`)}`;
  return [
    ctx.db.execute(ledger(cashId, `Cash (${entry.currency})`, "Asset", "Bank")),
    ctx.db.execute(ledger(categoryId, category, isIncome ? "Revenue" : "Expense", isIncome ? "Income" : "Expense")),
    ctx.db.execute(sql`delete from postings where transaction_id = ${entry.transactionId}`),
    ctx.db.execute(sql`
      insert into postings (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount)
      select ${entry.transactionId}::uuid, side.line, ${userId}::uuid, l.account_id, l.id, ${entry.transactionDate}::date, side.amount, ${entry.currency}, side.amount
      from (values (1, ${cashId}, ${entry.amount}::numeric), (2, ${categoryId}, -(${entry.amount}::numeric))) as side(line, external_id, amount)
      join ledger_accounts l on l.account_id = ${account} and l.external_id = side.external_id`),
  ] as const;
}

/** FNV-1a, 64 bits: a short, stable name. Nothing secret rests on it. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return value.toString(36);
}
