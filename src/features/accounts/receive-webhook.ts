import { sql } from "drizzle-orm";
import { Problem } from "../../core/errors.ts";
import { parseWebhook, verifyWebhook, type WebhookEvent } from "../../integrations/quickbooks/webhooks.ts";
import type { OpenCtx } from "../../runtime.ts";
import { companyMac } from "./complete-link.ts";
import { wakeSync } from "./start-sync.ts";

/** Of one delivery; Intuit sends at most a hundred events. */
const COMPANIES_MOST = 100;
const RUNS_MOST = 200;

/**
 * Takes QuickBooks' word that something changed, and nothing else from it: what changed is fetched. A wrong signature is
 * refused. All work is done after the answer; if it is lost, the next planned sync brings the same.
 */
export async function receiveWebhook(ctx: OpenCtx<"dbAs" | "queue" | "later">, body: Uint8Array, signature: string | null): Promise<void> {
  if (!(await verifyWebhook(body, signature, ctx.config.QUICKBOOKS_WEBHOOK_TOKEN)))
    throw new Problem("unauthenticated", { detail: "The signature is not QuickBooks'." });
  const events = parseWebhook(body);
  if (events.length > 0) ctx.later(fanOut(ctx, events));
}

/**
 * Opens a run for every connection of the companies that are named, in one statement. A company that nobody linked, and an
 * event older than what was read already, open nothing: a delivery repeated a hundred times is one run.
 */
export async function fanOut(ctx: OpenCtx<"dbAs" | "queue">, events: readonly WebhookEvent[]): Promise<number> {
  const newest = new Map<string, string>();
  for (const { realmId, at } of events) if (at > (newest.get(realmId) ?? "")) newest.set(realmId, at);
  const hints = await Promise.all([...newest].slice(0, COMPANIES_MOST).map(async ([realmId, at]) => ({ mac: await companyMac(ctx, realmId), at })));
  const ids = `{${Array.from({ length: RUNS_MOST }, () => ctx.id()).join(",")}}`;
  const { rows } = await ctx
    .dbAs(null)
    .execute<{ user_id: string; run_id: string }>(
      sql`select user_id, run_id from wake_companies(${JSON.stringify(hints)}::jsonb, ${ctx.now().toISOString()}, ${ids}::uuid[])`,
    );
  for (const run of rows) await wakeSync(ctx, run.user_id, run.run_id);
  ctx.log("info", "webhook", { events: events.length, companies: newest.size, runs: rows.length });
  return rows.length;
}
