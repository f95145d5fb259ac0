import { planSyncs } from "../features/accounts/plan-syncs.ts";
import { purgeExpired } from "../features/operations/purge-expired.ts";
import { wakeDueJobs } from "../features/operations/wake-due-jobs.ts";
import { errorFields } from "../core/log.ts";
import { ended } from "../observe.ts";
import type { Services } from "../runtime.ts";

const NIGHTLY = "17 3 * * *";

type Step = (services: Services) => Promise<number>;
const NIGHTLY_STEPS: Record<string, Step> = { purged: purgeExpired };
const STEPS: Record<string, Step> = { syncs: planSyncs, woken: wakeDueJobs };

/**
 * Cron only plans: it claims what is due and enqueues ids. Overlapping ticks are harmless. A step that fails leaves the others
 * their turn; the tick then fails as a whole, so that it is seen.
 */
export async function tick(cron: string, services: Services): Promise<void> {
  const started = services.now().getTime();
  const done: Record<string, number> = {};
  const failures: unknown[] = [];
  for (const [name, step] of Object.entries(cron === NIGHTLY ? NIGHTLY_STEPS : STEPS)) {
    try {
      done[name] = await step(services);
    } catch (error) {
      failures.push(error);
      services.later(services.report(error, { entrance: "cron", name: `${cron} ${name}`, requestId: services.requestId }));
      services.log("error", "tick.failed", { cron, step: name, ...errorFields(error) });
    }
  }
  const outcome = failures.length > 0 ? "failed" : "done";
  ended(
    services,
    failures.length > 0 ? "error" : "info",
    { kind: "tick", name: cron, outcome, ms: services.now().getTime() - started },
    { cron, outcome, ...done },
  );
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} steps of the tick failed`);
}
