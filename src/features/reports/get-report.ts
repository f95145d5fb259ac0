import { eq } from "drizzle-orm";
import { myReports } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { type Report, toReport } from "./report.ts";

/** One report of the caller's, with a fresh link when its file is ready. */
export async function getReport(ctx: Ctx<"db">, id: string): Promise<Report> {
  const [row] = await ctx.db.select().from(myReports).where(eq(myReports.id, id));
  if (!row) throw new Problem("not_found");
  return toReport(ctx, row);
}
