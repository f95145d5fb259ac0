import { and, eq, isNotNull } from "drizzle-orm";
import { myAiQueries } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import type { Insight } from "./insight.ts";
import { open, openTranscript, type Transcript } from "./open-insight.ts";

export type Called = { name: string; resultHash: string };

/** One answer of the caller's, with exactly what was sent to the model for it. */
export async function getInsight(ctx: Ctx<"db">, id: string): Promise<Insight & { tools: Called[]; transcript: Transcript | null }> {
  const [row] = await ctx.db
    .select()
    .from(myAiQueries)
    .where(and(eq(myAiQueries.id, id), isNotNull(myAiQueries.response)));
  if (!row) throw new Problem("not_found");
  return { ...(await open(ctx, row)), tools: (row.tools ?? []) as Called[], transcript: await openTranscript(ctx, row) };
}
