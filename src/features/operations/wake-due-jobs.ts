import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";

const STALE_MS = 2 * 60_000;
const MOST = 200;

/** Wakes every job row that is due and was not started for two minutes: a lost message loses nothing. */
export async function wakeDueJobs(ctx: OpenCtx<"dbAs" | "queue">): Promise<number> {
  const now = ctx.now();
  const { rows } = await ctx
    .dbAs(null)
    .execute<{ kind: string; user_id: string; id: string }>(
      sql`select * from due_jobs(${now.toISOString()}, ${new Date(now.getTime() - STALE_MS).toISOString()}, ${MOST})`,
    );
  for (const job of rows) {
    const base = { userId: job.user_id, requestId: ctx.requestId };
    if (job.kind === "mail") await ctx.queue.work({ type: "mail", ...base, mailId: job.id });
    else if (job.kind === "report") await ctx.queue.work({ type: "report", ...base, reportId: job.id });
    else if (job.kind === "export") await ctx.queue.work({ type: "export", ...base, exportId: job.id });
    else if (job.kind === "erase") await ctx.queue.work({ type: "erase", ...base });
    else if (job.kind === "archive") await ctx.queue.work({ type: "archive", ...base });
    else await ctx.queue.sync({ type: "sync", ...base, runId: job.id });
  }
  return rows.length;
}
