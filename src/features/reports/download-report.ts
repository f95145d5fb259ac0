import { eq } from "drizzle-orm";
import { myReports } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { type LinkKind, type Parameters, readLink } from "./report.ts";

export type Span = { first: number; last: number };
export type Download = { body: ReadableStream; size: number; span: Span | null; contentType: string; fileName: string; etag: string };

type Range = { range?: string | undefined; ifRange?: string | undefined };

/**
 * The file behind a signed link, or the range of it that is asked for (the whole one when what the asker has is of another).
 * 404 to whoever changes a character of the link, 410 when it has expired.
 */
export async function downloadReport(ctx: OpenCtx<"dbAs" | "files">, id: string, token: string, { range, ifRange }: Range): Promise<Download> {
  const row = await linkedReport(ctx, "download", id, token);
  const size = row.bytes ?? 0;
  const etag = `"${row.id}-${size}"`;
  const span = range === undefined || (ifRange !== undefined && ifRange !== etag) ? null : spanOf(range, size);
  const file = row.objectKey
    ? await ctx.files.get(row.userId, row.objectKey, span ? { offset: span.first, length: span.last - span.first + 1 } : undefined)
    : null;
  if (!file) throw new Problem("not_found");
  const { type, from, to } = row.parameters as Parameters;
  return { body: file.body, size, span, contentType: file.contentType, fileName: `finhelm-${type}-${from}-${to}.csv`, etag };
}

/** The report that a signed link opens, in its user's own context. */
export async function linkedReport(ctx: OpenCtx<"dbAs">, kind: LinkKind, id: string, token: string) {
  const link = await readLink(ctx, kind, id, token);
  if (!link) throw new Problem("not_found");
  if (link.expired) throw new Problem("gone", { detail: "The link has expired. Read the report again for a fresh one." });
  const [row] = await ctx.dbAs(link.userId).select().from(myReports).where(eq(myReports.id, id));
  if (row?.status !== "ready") throw new Problem("not_found");
  return row;
}

/** The one range of a Range header that can be served; anything else asks for the whole file. */
export function spanOf(header: string, size: number): Span | null {
  const match = /^bytes=(\d{0,12})-(\d{0,12})$/.exec(header.trim());
  const [from, to] = [match?.[1] ?? "", match?.[2] ?? ""];
  if (!match || (from === "" && to === "")) return null;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last && first < size ? { first, last } : null;
}
