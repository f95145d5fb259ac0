import { and, asc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import { me, myTransactions as t } from "../../../db/schema/views.ts";
import { csvLine } from "../../core/csv.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { type Claim, LEASE_MS, type Written } from "./claim.ts";
import type { Parameters } from "./report.ts";

const PAGE = 4_000;
/** Of one part of an upload: R2 wants all but the last to be alike, and none smaller. */
const PART = 5 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
const HEADER = csvLine(["date", "amount", "currency", "category", "counterparty", "description", "kind", "source", "id"]);
const CONTENT_TYPE = "text/csv; charset=utf-8";

/** Which rows a list of transactions has: those that moved cash. */
export function exportScope(parameters: Parameters): SQL | undefined {
  const account = parameters.accountId === undefined ? undefined : eq(t.accountId, parameters.accountId);
  return and(sql`not ${t.isDeleted}`, sql`${t.movedCash}`, gte(t.transactionDate, parameters.from), lte(t.transactionDate, parameters.to), account);
}

/**
 * Where a file stands: its upload, the parts that are kept, the page in which the next part begins, and how many bytes of
 * that page are in parts already. Valid for one version of the books: after a change the file is begun anew.
 */
type Progress = { uploadId: string; dataVersion: number; etags: string[]; after: [string, string] | null; rowsBefore: number; skip: number; rows: number };

type Deps = Ctx<"dbAs" | "files">;

/**
 * Writes the rows page by page into an upload in parts: at no time more than a page and a part are held, however many rows
 * there are. Nothing can be read before the last part is there. An interrupted file goes on behind its last part, or is
 * begun anew when the books have changed. Returns null when another has taken over.
 */
export async function exportTransactions(ctx: Deps, claim: Claim): Promise<Written | null> {
  const db = ctx.dbAs(ctx.actor.userId, TIMEOUT_MS);
  const file = `reports/${claim.id}.csv`;
  const progress = await begin(ctx, db, claim, file);
  let after = progress.after;
  let rows = progress.rowsBefore;
  let drop = progress.skip;
  let [held, heldBytes] = [[] as Uint8Array[], 0];
  for (;;) {
    const page = await nextPage(ctx, db, claim, { ...progress, rows }, after);
    if (!page) return null;
    const text = (after === null ? HEADER : "") + page.map(lineOf).join("");
    let bytes = new TextEncoder().encode(text);
    const whole = bytes.length;
    bytes = bytes.subarray(drop);
    held.push(bytes);
    heldBytes += bytes.length;
    drop = 0;
    while (heldBytes >= PART) {
      const all = joined(held, heldBytes);
      progress.etags.push(await ctx.files.addPart(ctx.actor.userId, file, progress.uploadId, progress.etags.length + 1, all.subarray(0, PART)));
      [held, heldBytes] = [[all.slice(PART)], all.length - PART];
      Object.assign(progress, { after, rowsBefore: rows, skip: whole - heldBytes });
    }
    rows += page.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = [last.date, last.id];
  }
  progress.etags.push(await ctx.files.addPart(ctx.actor.userId, file, progress.uploadId, progress.etags.length + 1, joined(held, heldBytes)));
  const { bytes } = await ctx.files.finish(ctx.actor.userId, file, progress.uploadId, progress.etags);
  return { objectKey: file, rows, bytes, dataVersion: progress.dataVersion, figures: null };
}

/** Takes up what was kept, or begins: an upload of an older version of the books is given up. */
async function begin(ctx: Deps, db: ReturnType<Deps["dbAs"]>, claim: Claim, file: string): Promise<Progress> {
  const [[user], [size]] = await db.batch([
    db.select({ version: me.dataVersion }).from(me),
    db
      .select({ n: sql<number>`count(*)::int` })
      .from(t)
      .where(exportScope(claim.parameters)),
  ]);
  const dataVersion = user?.version ?? 0;
  const kept = claim.progress as Progress | null;
  if (kept?.dataVersion === dataVersion) return kept;
  if (kept) await ctx.files.abandon(ctx.actor.userId, file, kept.uploadId);
  await db
    .update(reports)
    .set({ rowsExpected: size?.n ?? 0 })
    .where(eq(reports.id, claim.id));
  const uploadId = await ctx.files.begin(ctx.actor.userId, file, CONTENT_TYPE);
  return { uploadId, dataVersion, etags: [], after: null, rowsBefore: 0, skip: 0, rows: 0 };
}

type Row = {
  id: string;
  date: string;
  amount: string;
  currency: string;
  category: string | null;
  counterparty: string | null;
  description: string | null;
  kind: string;
  source: string;
};

/** Keeps the progress under the fence, extends the lease and reads the next page, in one call. Null when the fence is another's. */
async function nextPage(ctx: Deps, db: ReturnType<Deps["dbAs"]>, claim: Claim, progress: Progress, after: [string, string] | null): Promise<Row[] | null> {
  const until = new Date(ctx.now().getTime() + LEASE_MS).toISOString();
  const beyond = after ? sql`(${t.transactionDate}, ${t.id}) > (${after[0]}::date, ${after[1]}::uuid)` : undefined;
  const [held, page] = await db.batch([
    db
      .update(reports)
      .set({ progress, leaseUntil: until })
      .where(and(eq(reports.id, claim.id), eq(reports.fence, claim.fence), eq(reports.status, "running")))
      .returning({ id: reports.id }),
    db
      .select({
        id: t.id,
        date: t.transactionDate,
        amount: t.amount,
        currency: t.currency,
        category: t.shownCategory,
        counterparty: t.counterparty,
        description: sql<string | null>`coalesce(${t.ownDescription}, ${t.description})`,
        kind: t.kind,
        source: t.source,
      })
      .from(t)
      .where(and(exportScope(claim.parameters), beyond))
      .orderBy(asc(t.transactionDate), asc(t.id))
      .limit(PAGE),
  ]);
  return held.length === 0 ? null : page;
}

function lineOf(row: Row): string {
  return csvLine([
    row.date,
    { number: format(row.amount, row.currency) },
    row.currency,
    row.category,
    row.counterparty,
    row.description,
    row.kind,
    row.source,
    row.id,
  ]);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
