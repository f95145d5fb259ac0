import { planSyncs } from "../features/accounts/plan-syncs.ts";
import { purgeExpired } from "../features/operations/purge-expired.ts";
import { wakeDueJobs } from "../features/operations/wake-due-jobs.ts";
import type { Services } from "../runtime.ts";

const NIGHTLY = "17 3 * * *";

/** Cron only plans: it claims what is due and enqueues ids. Overlapping ticks are harmless. */
export async function tick(cron: string, services: Services): Promise<void> {
  const done = cron === NIGHTLY ? { purged: await purgeExpired(services) } : { syncs: await planSyncs(services), woken: await wakeDueJobs(services) };
  services.log("info", "tick", { cron, ...done, hops: services.hops });
}
