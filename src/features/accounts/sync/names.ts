import { sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import type { Session, SyncCtx } from "./session.ts";

/**
 * Shows each transaction under the name that its customer or vendor has now, in one statement under the run's fencing
 * number. QuickBooks does so when a document is read, and says of none that it changed; what is right already stays as it is.
 */
export async function bringNames(ctx: SyncCtx, session: Session): Promise<void> {
  // names in one object and a look-up for each document: a join is planned as every document with every other row while a first copy has no statistics
  await ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute(sql`with run as (
    select user_id, account_id from sync_runs where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null
  ), named as materialized (
    select coalesce(jsonb_object_agg(o.entity || ':' || o.external_id, coalesce(o.body->>'FullyQualifiedName', o.body->>'DisplayName')), '{}') as names
    from run join source_documents o on o.account_id = run.account_id where o.entity in ('Customer', 'Vendor') and o.body is not null
  ), shown as materialized (
    select d.account_id, d.entity, d.external_id, named.names->>(case when d.body->'VendorRef' is not null then 'Vendor:' when d.body->'CustomerRef' is not null then 'Customer:' else (d.body->'EntityRef'->>'type') || ':' end
      || (coalesce(d.body->'VendorRef', d.body->'CustomerRef', d.body->'EntityRef')->>'value')) as name
    from run cross join named join source_documents d on d.account_id = run.account_id where d.body is not null
  ), stale as materialized (
    select t.id, s.name from shown s cross join lateral (
      select t.id, t.counterparty from transactions t where t.account_id = s.account_id and t.entity = s.entity and t.external_id = s.external_id and not t.is_deleted limit 1
    ) t where t.counterparty <> s.name
  ), bump as materialized (
    update users u set data_version = u.data_version + 1 from run where u.id = run.user_id and exists (select 1 from stale) returning u.data_version as n
  )
  update transactions t set counterparty = s.name, description = case when t.description = t.counterparty then s.name else t.description end,
    data_version = bump.n, updated_at = ${ctx.now().toISOString()}
  from stale s cross join bump where t.id = s.id`);
}
