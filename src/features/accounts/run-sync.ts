import { MAX_RESULTS } from "../../integrations/quickbooks/statement.ts";
import { wakeSync } from "./start-sync.ts";
import { claimRun } from "./sync/claim.ts";
import { type Session, Superseded, type SyncCtx } from "./sync/session.ts";
import { putDown, settle } from "./sync/settle.ts";
import { nextUnit } from "./sync/units.ts";

const UNITS_MOST = 200;
const MS_MOST = 10 * 60_000;

/**
 * Works a run from where its row says it stands: unit after unit, each one call to QuickBooks and one to the database,
 * until it is over, or 200 units or 10 minutes are spent and another message goes on. Delivered twice, late, or after
 * its run was superseded it changes nothing; killed at any moment it goes on from the last unit that was written.
 */
export async function runSync(ctx: SyncCtx, runId: string): Promise<void> {
  const claimed = await claimRun(ctx, runId);
  if (!claimed) return;
  const session: Session = { ...claimed, token: null, calls: 0, refreshes: 0, pageSize: MAX_RESULTS };
  const started = ctx.now().getTime();
  try {
    for (let unit = 1; ; unit++) {
      const last = unit >= UNITS_MOST || ctx.now().getTime() - started >= MS_MOST;
      if (await nextUnit(ctx, session)) return;
      if (last) break;
    }
    await putDown(ctx, session, null, 0);
  } catch (error) {
    if (error instanceof Superseded) return;
    return settle(ctx, session, error);
  }
  await wakeSync(ctx, ctx.actor.userId, runId);
}
