import { sql } from "drizzle-orm";
import { go } from "./begin.ts";
import { finish } from "./finish.ts";
import { readingOf } from "./lists.ts";
import { prepare, type Row, type ChartRow } from "./prepare.ts";
import { ratesFor } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
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
  if (!troubled) return following === "done" ? finish(ctx, session, null) : go(session, following, cursor);
  const { rows: found } = await ctx.db.execute<Troubled>(sql`
    select entity, external_id, body from source_documents
    where account_id = ${session.account.id} and problems is not null and body is not null and not is_deleted and entity || ':' || external_id > ${cursor.after ?? ""}
    order by entity || ':' || external_id limit ${MOST}`);
  const last = found.at(-1);
  if (!last) return following === "done" ? finish(ctx, session, null) : go(session, following, { ...cursor, after: "" });
  const all: { rows: Row[]; chart: ChartRow[] } = { rows: [], chart: [] };
  for (const entity of new Set(found.map((row) => row.entity))) {
    const documents = found.filter((row) => row.entity === entity).map((row) => row.body);
    const prepared = prepare(entity, documents, readingOf(ctx, session, await ratesFor(ctx, session, entity, documents)));
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

const PROVE_EVERY_MS = 24 * 3600_000;

/** Daily, and when a change before the window moved the opening. */
function proofDue(ctx: SyncCtx, session: Session): boolean {
  const proven = session.copy?.provenAt ?? null;
  return session.progress.cursor.openingMoved === true || proven === null || ctx.now().getTime() - Date.parse(proven) >= PROVE_EVERY_MS;
}
