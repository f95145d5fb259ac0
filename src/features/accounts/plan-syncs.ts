import { sql } from "drizzle-orm";
import type { Services } from "../../runtime.ts";
import { wakeSync } from "./start-sync.ts";

const MOST = 100;
/** Changes are read at least this often; webhooks bring them sooner. It also keeps every token fresh. */
export const SYNC_EVERY_MS = 60 * 60_000;

/** Opens a run for every connection that is due, in one statement, and wakes the queue for each. Overlapping calls plan nothing twice. */
export async function planSyncs(services: Services): Promise<number> {
  const now = services.now();
  const ids = `{${Array.from({ length: MOST }, () => services.id()).join(",")}}`;
  const following = new Date(now.getTime() + SYNC_EVERY_MS).toISOString();
  const { rows } = await services
    .dbAs(null)
    .execute<{ user_id: string; run_id: string }>(sql`select user_id, run_id from claim_due_syncs(${now.toISOString()}, ${following}, ${ids}::uuid[])`);
  for (const due of rows) await wakeSync(services, due.user_id, due.run_id);
  return rows.length;
}
