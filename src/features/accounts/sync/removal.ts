import { sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import { unseal } from "../../../core/secret.ts";
import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { discardSome } from "../../archive/file.ts";
import { placeOf } from "../account.ts";
import { go } from "./begin.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import { json } from "./statement.ts";

const ATTEMPTS_MOST = 20;
const ROWS_MOST = 4_000;

/** Ends our access at Intuit. Until that worked the sealed token waits in this run; a token that is dead already is as good. */
export async function revoke(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const { userId, id } = session.account;
  if (cursor.refreshToken) {
    const token = await unseal(ctx.config.SEALING_KEYS, placeOf(userId, id, "refresh"), cursor.refreshToken);
    await ctx.quickbooks.revoke(token).catch((error: unknown) => {
      const over = error instanceof QuickBooksFault && error.kind === "invalid_grant";
      if (!over && session.run.attempts < ATTEMPTS_MOST) throw error;
    });
  }
  if (cursor.erase) return go(session, "erase", { mode: "removal", refreshToken: null, erase: true });
  return close(ctx, session);
}

/** Erases a bounded number of rows at a time; with the last of them the account itself, and this run with it. */
export async function eraseSome(ctx: SyncCtx, session: Session): Promise<boolean> {
  const db = ctx.dbAs(ctx.actor.userId, TIMEOUTS.page);
  const account = session.account.id;
  const { rows } = await db.execute<{ held: string; gone: string }>(sql`with run as (
    update sync_runs set phase = 'erase', cursor = ${json(session.progress.cursor)}, claimed_until = ${new Date(ctx.now().getTime() + 120_000).toISOString()}
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null returning account_id
  ), t as (
    delete from transactions where id in (select t.id from transactions t join run on t.account_id = run.account_id limit ${ROWS_MOST}) returning 1
  ), d as (
    delete from source_documents where (account_id, entity, external_id) in (select d.account_id, d.entity, d.external_id from source_documents d join run on d.account_id = run.account_id limit ${ROWS_MOST}) returning 1
  ) select (select count(*) from run) as held, (select count(*) from t) + (select count(*) from d) as gone`);
  if (rows[0]?.held !== "1") throw new Superseded();
  if (rows[0].gone !== "0") return false;
  if (await discardSome(ctx, account)) return false;
  await db.execute(
    sql`with bump as (update users set data_version = data_version + 1 where id = ${session.account.userId} returning id) delete from accounts a using bump where a.id = ${account} and a.user_id = bump.id`,
  );
  ctx.log("info", "account.erased", { accountId: account });
  return true;
}

async function close(ctx: SyncCtx, session: Session): Promise<true> {
  await ctx.db
    .execute(sql`update sync_runs set phase = 'done', reason = null, attempts = 0, cursor = '{}'::jsonb, finished_at = ${ctx.now().toISOString()}, claimed_until = null
    where id = ${session.run.id} and fence = ${session.run.fence} and finished_at is null`);
  return true;
}
