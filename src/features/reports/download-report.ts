import { eq } from "drizzle-orm";
import { myReports } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { type Parameters, readDownloadToken } from "./report.ts";

export type Download = { body: ReadableStream; size: number; contentType: string; fileName: string };

/** The file behind a signed link. 404 to whoever changes a character of it, 410 when it has expired. */
export async function downloadReport(ctx: OpenCtx<"dbAs" | "files">, id: string, token: string): Promise<Download> {
  const link = await readDownloadToken(ctx, id, token);
  if (!link) throw new Problem("not_found");
  if (link.expired) throw new Problem("gone", { detail: "The link has expired. Read the report again for a fresh one." });
  const [row] = await ctx.dbAs(link.userId).select().from(myReports).where(eq(myReports.id, id));
  const file = row?.objectKey ? await ctx.files.get(link.userId, row.objectKey) : null;
  if (!row || !file) throw new Problem("not_found");
  const { type, from, to } = row.parameters as Parameters;
  return { ...file, fileName: `finhelm-${type}-${from}-${to}.csv` };
}
