import type { OpenCtx } from "../../runtime.ts";

/** Has the books looked through, now that they have changed. A lost wake-up is made good by the next run, within the hour. */
export async function wakeDetection(ctx: OpenCtx<"queue">, userId: string, accountId: string): Promise<void> {
  await ctx.queue.work({ type: "detect", userId, requestId: ctx.requestId, accountId });
}
