import { sql } from "drizzle-orm";
import type { Ctx } from "../../runtime.ts";

/**
 * The statements that give transactions of the user's own (entered by hand, or from a bank's file) their double entry:
 * cash against each part's category, in a ledger of the user's own whose accounts are made as they are needed. They read
 * the rows as they stand in the batch, so that two changes at once leave postings of the rows and of nothing else.
 */
export function manualPostings(ctx: Ctx<"db">, transactionIds: readonly string[]) {
  const ids = sql`(select value::uuid from jsonb_array_elements_text(${JSON.stringify(transactionIds)}::jsonb))`;
  const sides = sql`
    select t.id, t.user_id, t.account_id, t.transaction_date as day, t.currency, side.*,
      md5(t.account_id::text || '|' || side.external_id)::uuid as ledger_account_id
    from transactions t
      left join lateral jsonb_to_recordset(t.splits) as part(category text, amount numeric, memo text) on true
      cross join lateral (select coalesce(part.amount, t.amount) as amount, coalesce(part.category, t.category, 'Uncategorized') as category) p
      cross join lateral (values
        ('cash:' || t.currency, 'Cash (' || t.currency || ')', 'Asset', 'Bank', p.amount, null),
        ('cat:' || md5((p.amount >= 0)::text || '|' || p.category || '|' || t.currency), p.category,
          case when p.amount >= 0 then 'Revenue' else 'Expense' end, case when p.amount >= 0 then 'Income' else 'Expense' end, -p.amount, part.memo)
      ) as side(external_id, full_name, classification, account_type, amount, memo)
    where t.id in ${ids} and t.user_id = ${ctx.actor.userId} and t.source in ('manual', 'import') and not t.is_deleted`;
  return [
    ctx.db.execute(sql`
      insert into ledger_accounts (id, user_id, account_id, external_id, name, full_name, classification, account_type, currency, data_version)
      select distinct on (ledger_account_id) ledger_account_id, s.user_id, account_id, external_id, left(full_name, 200), full_name, classification, account_type, s.currency, u.data_version
      from (${sides}) s join users u on u.id = s.user_id order by ledger_account_id
      on conflict (account_id, external_id) do nothing`),
    ctx.db.execute(sql`delete from postings where transaction_id in ${ids}`),
    ctx.db.execute(sql`
      insert into postings (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount, memo)
      select s.id, row_number() over (partition by s.id order by s.amount, s.external_id, s.memo), s.user_id, s.account_id, l.id, s.day, s.amount, s.currency, s.amount, s.memo
      from (${sides}) s join ledger_accounts l on l.account_id = s.account_id and l.external_id = s.external_id`),
  ] as const;
}
