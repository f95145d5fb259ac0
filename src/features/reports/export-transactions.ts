import { and, asc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { reports } from "../../../db/schema/reports.ts";
import { me, myTransactions as t } from "../../../db/schema/views.ts";
import { csvLine } from "../../core/csv.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { type Claim, LEASE_MS, type Written } from "./claim.ts";
import type { Parameters } from "./report.ts";

const PAGE = 2_000;
/** Of one part of an upload: R2 wants all but the last to be alike, and none smaller. */
const PART = 5 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
/** So often a file is begun for the sake of one version of the books. */
const BEGUN_MOST = 3;
const HEADER = csvLine(["date", "amount", "currency", "category", "counterparty", "description", "kind", "source", "id"]);
const CONTENT_TYPE = "text/csv; charset=utf-8";

/** Which rows a list of transactions has: those that moved cash. */
export function exportScope(parameters: Parameters): SQL | undefined {
  const account = parameters.accountId === undefined ? undefined : eq(t.accountId, parameters.accountId);
  return and(sql`not ${t.isDeleted}`, sql`${t.movedCash}`, gte(t.transactionDate, parameters.from), lte(t.transactionDate, parameters.to), account);
}

/**
 * Where a file stands: its upload, the parts that are kept, the page in which the next part begins, and how many bytes of
 * that page are in parts already. It goes on only over the books of which it was begun; `mixed` says that they changed.
 */
type Progress = {
  objectKey: string;
  uploadId: string;
  dataVersion: number;
  begun: number;
  mixed: boolean;
  etags: string[];
  after: [string, string] | null;
  rowsBefore: number;
  skip: number;
  rows: number;
};

type Deps = Ctx<"dbAs" | "files">;
type Job = { ctx: Deps; db: ReturnType<Deps["dbAs"]>; claim: Claim };

/**
 * Writes the rows page by page into an upload in parts: at no time more than a page and a part are held, however many rows
 * there are. Nothing can be read before the last part is there. An interrupted file goes on behind its last part; where
 * storage does not have the upload any more, or the books have changed, it is begun anew. After {@link BEGUN_MOST} times it
 * is written over changing books, as a list is paged: rows that did not change are in it once, and it is of no version.
 * Returns null when another has taken over.
 */
export async function exportTransactions(ctx: Deps, claim: Claim): Promise<Written | null> {
  const job = { ctx, db: ctx.dbAs(ctx.actor.userId, TIMEOUT_MS), claim };
  const kept = claim.progress as Progress | null;
  let written = kept && (await isCurrent(job, kept)) ? await write(job, kept, true) : ANEW;
  for (let progress = kept; written === ANEW;) {
    if (progress) await discard(ctx, progress);
    progress = await begin(job, (progress?.begun ?? 0) + 1);
    written = await write(job, progress, false);
  }
  return written;
}

const ANEW = "anew";

async function isCurrent({ db }: Job, kept: Progress): Promise<boolean> {
  const [user] = await db.select({ version: me.dataVersion }).from(me);
  return !kept.mixed && kept.dataVersion === user?.version;
}

/** What a file that is begun anew leaves behind: its upload, or the whole file of one who died before saying so. */
async function discard(ctx: Deps, kept: Progress): Promise<void> {
  await ctx.files.abandon(ctx.actor.userId, kept.objectKey, kept.uploadId);
  await ctx.files.remove(ctx.actor.userId, kept.objectKey);
}

/** The key holds the fencing number: whoever lost the report cannot write into the file of whoever has it. */
async function begin({ ctx, db, claim }: Job, begun: number): Promise<Progress> {
  const [[user], [size]] = await db.batch([
    db.select({ version: me.dataVersion }).from(me),
    db
      .select({ n: sql<number>`count(*)::int` })
      .from(t)
      .where(exportScope(claim.parameters)),
  ]);
  await db
    .update(reports)
    .set({ rowsExpected: size?.n ?? 0 })
    .where(and(eq(reports.id, claim.id), eq(reports.fence, claim.fence)));
  const objectKey = `reports/${claim.id}.${claim.fence}.csv`;
  const uploadId = await ctx.files.begin(ctx.actor.userId, objectKey, CONTENT_TYPE);
  return { objectKey, uploadId, dataVersion: user?.version ?? 0, begun, mixed: false, etags: [], after: null, rowsBefore: 0, skip: 0, rows: 0 };
}

/** From where the progress stands to the end. `resumed`: an upload that fails may be gone for good, and is begun anew. */
async function write(job: Job, progress: Progress, resumed: boolean): Promise<Written | null | typeof ANEW> {
  const { ctx } = job;
  const { objectKey, uploadId, etags } = progress;
  const user = ctx.actor.userId;
  const stored = <T>(work: Promise<T>) => (resumed ? work.catch(() => null) : work);
  // one buffer for every part: what is held does not grow with the rows, nor with their number
  const part = new Uint8Array(PART);
  let size = 0;
  const keep = async () => {
    const etag = await stored(ctx.files.addPart(user, objectKey, uploadId, etags.length + 1, part.subarray(0, size)));
    size = 0;
    return etag !== null && etags.push(etag) > 0;
  };
  let { after, rowsBefore: rows, skip } = progress;
  for (let isLast = false; !isLast;) {
    const page = await nextPage(job, { ...progress, rows }, after);
    if (!page) return null;
    if (isMixed(progress, page) && progress.begun < BEGUN_MOST) return ANEW;
    const bytes = new TextEncoder().encode((after === null ? HEADER : "") + page.rows.map(lineOf).join(""));
    for (let at = skip; at < bytes.length;) {
      const piece = bytes.subarray(at, at + PART - size);
      part.set(piece, size);
      [at, size] = [at + piece.length, size + piece.length];
      if (size < PART) continue;
      if (!(await keep())) return ANEW;
      Object.assign(progress, { after, rowsBefore: rows, skip: at });
    }
    skip = 0;
    rows += page.rows.length;
    const last = page.rows.at(-1);
    isLast = !last || page.rows.length < PAGE;
    if (last) after = [last.date, last.id];
  }
  if ((size > 0 || etags.length === 0) && !(await keep())) return ANEW;
  const finished = await stored(ctx.files.finish(user, objectKey, uploadId, etags));
  return finished === null ? ANEW : { objectKey, rows, bytes: finished.bytes, dataVersion: progress.mixed ? null : progress.dataVersion, figures: null };
}

/** Whether the books have changed since the file was begun; once said, it stays so. */
function isMixed(progress: Progress, page: Page): boolean {
  progress.mixed ||= page.version !== progress.dataVersion;
  return progress.mixed;
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

type Page = { rows: Row[]; version: number };

/**
 * Keeps the progress under the fence, extends the lease and reads the next page and then the version of the books, in one
 * call. Null when the fence is another's.
 */
async function nextPage({ ctx, db, claim }: Job, progress: Progress, after: [string, string] | null): Promise<Page | null> {
  const until = new Date(ctx.now().getTime() + LEASE_MS).toISOString();
  const beyond = after ? sql`(${t.transactionDate}, ${t.id}) > (${after[0]}::date, ${after[1]}::uuid)` : undefined;
  const [held, rows, [user]] = await db.batch([
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
    db.select({ version: me.dataVersion }).from(me),
  ]);
  return held.length === 0 ? null : { rows, version: user?.version ?? 0 };
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
