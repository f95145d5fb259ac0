import { and, eq, sql } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import type { Ctx } from "../../runtime.ts";
import { Problem } from "../../core/errors.ts";
import { CLAIMS_MOST, type Claim, LEASE_MS, type Written } from "./claim.ts";
import { isInArchive, LIST_NOTE } from "./archived.ts";
import { categoryFigures } from "./category-figures.ts";
import { exportTransactions } from "./export-transactions.ts";
import { figuresCsv } from "./figures-csv.ts";
import { ledgerFigures } from "./ledger-figures.ts";
import type { Parameters } from "./report.ts";

/**
 * Makes the figures and the file of a report that stands in its row. One at a time has it, under a fencing number: a
 * message delivered twice, late or after another took over changes nothing, and a link is ready only when its file is whole.
 */
export async function makeReport(ctx: Ctx<"db" | "dbAs" | "files">, reportId: string): Promise<void> {
  const claim = await claimReport(ctx, reportId);
  if (!claim) return;
  if (claim.fence > CLAIMS_MOST) return void (await settle(ctx, claim, { status: "failed", failure: "internal" }));
  try {
    const written = claim.parameters.type === "transactions" ? await writeList(ctx, claim) : await writeFigures(ctx, claim);
    const isOurs = written && (await settle(ctx, claim, { ...written, status: "ready", progress: null, generatedAt: ctx.now().toISOString() }));
    if (isOurs === false) await ctx.files.remove(ctx.actor.userId, written?.objectKey ?? "");
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await settle(ctx, claim, { status: "failed", failure: error.code });
    // what may pass is taken up again at once by whoever comes next
    else await settle(ctx, claim, { leaseUntil: ctx.now().toISOString() }).catch(() => undefined);
    throw error;
  }
}

async function claimReport(ctx: Ctx<"db">, id: string): Promise<Claim | null> {
  const now = ctx.now();
  const [row] = await ctx.db
    .update(reports)
    .set({ status: "running", fence: sql`${reports.fence} + 1`, leaseUntil: new Date(now.getTime() + LEASE_MS).toISOString(), startedAt: now.toISOString() })
    .where(and(eq(reports.id, id), sql`(${reports.status} = 'queued' or (${reports.status} = 'running' and ${reports.leaseUntil} <= ${now.toISOString()}))`))
    .returning();
  return row ? { id, fence: row.fence, parameters: row.parameters as Parameters, progress: row.progress, rowsExpected: row.rowsExpected } : null;
}

/** Whether the report was still this claim's, and so was changed. */
async function settle(ctx: Ctx<"db">, claim: Claim, values: Partial<typeof reports.$inferInsert>): Promise<boolean> {
  const changed = await ctx.db
    .update(reports)
    .set(values)
    .where(and(eq(reports.id, claim.id), eq(reports.fence, claim.fence), eq(reports.status, "running")))
    .returning({ id: reports.id });
  return changed.length > 0;
}

/** A list holds what is in the tables; of what is in the archive it says that it lacks it. */
async function writeList(ctx: Ctx<"db" | "dbAs" | "files">, claim: Claim): Promise<Written | null> {
  const written = await exportTransactions(ctx, claim);
  return written && (await isInArchive(ctx, claim.parameters)) ? { ...written, figures: { columns: [], lines: [], totals: [], notes: [LIST_NOTE] } } : written;
}

async function writeFigures(ctx: Ctx<"db" | "dbAs" | "files">, claim: Claim): Promise<Written> {
  const { parameters } = claim;
  // one statement over a company's whole ledger: given the time of a page
  const patient = { ...ctx, db: ctx.dbAs(ctx.actor.userId, 20_000) };
  const { figures, dataVersion } =
    parameters.type === "category_breakdown" ? await categoryFigures(patient, parameters) : await ledgerFigures(patient, parameters);
  const objectKey = `reports/${claim.id}.${claim.fence}.csv`;
  const { bytes } = await ctx.files.put(ctx.actor.userId, objectKey, figuresCsv(figures), "text/csv; charset=utf-8");
  return { objectKey, rows: figures.lines.length + figures.totals.length, bytes, dataVersion, figures };
}
