import { sql } from "drizzle-orm";
import { MAX_IDS, POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { finish } from "./finish.ts";
import { readingOf } from "./lists.ts";
import { prepare, type Row, type ChartRow } from "./prepare.ts";
import { inOneReply } from "./relink.ts";
import { bringNames } from "./names.ts";
import { missingLinks, settlingOf } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import type { Cursor } from "./state.ts";
import { writeStep } from "./write.ts";

const MOST = 500;
type Troubled = { entity: string; external_id: string; body: unknown };

/**
 * Tries documents again that could not be posted: the account or the rate that they lacked may have come since. Only where
 * this run met a problem or new accounts.
 */
export async function repair(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor, counts } = session.progress;
  const following = cursor.mode === "full" ? "sweep" : proofDue(ctx, session) ? "opening" : "done";
  const troubled = cursor.listsChanged === true || Object.values(counts).some((count) => count.problems > 0);
  if (!troubled) return leave(ctx, session, following, cursor);
  const { rows: found } = await ctx.db.execute<Troubled>(sql`
    with chosen as (
      select entity, external_id, body from source_documents
      where account_id = ${session.account.id} and problems is not null and body is not null and not is_deleted and entity || ':' || external_id > ${cursor.after ?? ""}
      order by entity || ':' || external_id limit ${MOST}
    ) ${inOneReply(sql`s.entity, s.external_id, s.body`)}`);
  const last = found.at(-1);
  if (!last) return leave(ctx, session, following, { ...cursor, after: "" });
  await fetchMissing(
    ctx,
    session,
    found.map((row) => row.body),
  );
  const all: { rows: Row[]; chart: ChartRow[] } = { rows: [], chart: [] };
  for (const entity of new Set(found.map((row) => row.entity))) {
    const documents = found.filter((row) => row.entity === entity).map((row) => row.body);
    const prepared = prepare(entity, documents, readingOf(ctx, session, await settlingOf(ctx, session, entity, documents)));
    all.rows.push(...prepared.rows.filter((row) => row.p === null));
    all.chart.push(...prepared.chart);
  }
  await writeStep(ctx, session, {
    ...all,
    progress: { ...session.progress, phase: "repair", cursor: { ...cursor, after: `${last.entity}:${last.external_id}` } },
    force: true,
  });
  return false;
}

/** Every document is written: what changed of names is brought to all of them. */
async function leave(ctx: SyncCtx, session: Session, following: "sweep" | "opening" | "done", cursor: Cursor): Promise<boolean> {
  if (cursor.namesChanged === true) await bringNames(ctx, session);
  return following === "done" ? finish(ctx, session, null) : go(session, following, cursor);
}

/** Documents from before the window that others settle are kept for their rates, and not posted: the opening holds them. */
async function fetchMissing(ctx: SyncCtx, session: Session, documents: readonly unknown[]): Promise<void> {
  const missing = await missingLinks(ctx, session, documents);
  for (const entity of POSTING_ENTITIES) {
    const ids = missing.filter((link) => link.e === entity && /^\d{1,20}$/.test(link.x)).map((link) => link.x);
    for (let from = 0; from < ids.length; from += MAX_IDS) {
      const where = [{ property: "Id", op: "IN", value: ids.slice(from, from + MAX_IDS) } as const];
      const page = await callQuickBooks(ctx, session, (at) =>
        ctx.quickbooks.query(at, entity, { where, orderBy: { property: "Id" }, startPosition: 1, maxResults: MAX_IDS }),
      );
      await writeStep(ctx, session, { ...prepare(entity, page.rows, readingOf(ctx, session)), progress: session.progress });
    }
  }
}

const PROVE_EVERY_MS = 24 * 3600_000;

/** Daily, and when a change before the window moved the opening. */
function proofDue(ctx: SyncCtx, session: Session): boolean {
  const proven = session.copy?.provenAt ?? null;
  return session.progress.cursor.openingMoved === true || proven === null || ctx.now().getTime() - Date.parse(proven) >= PROVE_EVERY_MS;
}
