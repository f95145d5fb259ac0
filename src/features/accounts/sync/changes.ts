import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { Envelope } from "../../../integrations/quickbooks/translate/document.ts";
import { type Entity, LIST_ENTITIES, POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import type { Changes, ChangeSet } from "../../../integrations/quickbooks/client.ts";
import { ALL_ENTITIES, go } from "./begin.ts";
import { implausible } from "./brake.ts";
import { callQuickBooks } from "./call.ts";
import { countRows } from "./documents.ts";
import { confirmDeletions, newDeletions } from "./deletions.ts";
import { stop } from "./finish.ts";
import { absorb, readingOf } from "./lists.ts";
import { readPage } from "./pages.ts";
import { type ChartRow, prepare, type Row } from "./prepare.ts";
import { settlingOf } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import { type Cursor, LISTS } from "./state.ts";
import { writeStep } from "./write.ts";

/**
 * One reading of what changed: all entities at once, then those of which one reply could not hold everything, each from
 * its newest time on. Lists are taken in before documents, whatever the order they came in.
 */
export async function readChanges(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const [pending, ...rest] = cursor.pending ?? [];
  if (pending?.scan) return scanEntity(ctx, session, pending.entity as Entity, rest);
  const since = new Date(pending?.since ?? cursor.since ?? ctx.now().toISOString());
  const entities = pending ? [pending.entity as Entity] : ALL_ENTITIES;
  const found = await askForChanges(ctx, session, entities, since);
  if (found === null) return readInParts(session, since, pending !== undefined);
  const deletions = await newDeletions(ctx, session, found.changes);
  if (await implausible(ctx, session, deletions.length)) return stop(ctx, session, "removals_held", "held");
  const { rows, chart } = await prepareChanges(ctx, session, await confirmDeletions(ctx, session, found.changes, deletions));
  const left = [...rest, ...found.changes.filter((change) => change.truncated).map((change) => goOn(change, since, pending !== undefined))];
  const counts = found.changes.reduce(
    (sum, { entity }) => countRows(sum, entity, { rows: rows.filter((row) => row.e === entity), chart: [] }),
    session.progress.counts,
  );
  const next: Cursor = {
    ...cursor,
    pending: left,
    listsChanged: cursor.listsChanged === true || chart.length > 0,
    namesChanged: cursor.namesChanged === true || rows.some((row) => row.e === "Customer" || row.e === "Vendor"),
    openingMoved: cursor.openingMoved === true || rows.some((row) => row.del || beforeWindow(session, row)),
    ...(pending && cursor.reached !== undefined ? {} : { reached: found.time.toISOString() }),
  };
  const incomplete = session.progress.incomplete || rows.some((row) => row.p !== null);
  const phase = left.length > 0 ? "changes" : "relink";
  if (rows.length === 0) {
    session.progress = { phase, cursor: next, counts, incomplete };
    return false;
  }
  await writeStep(ctx, session, { rows, chart, progress: { phase, cursor: next, counts, incomplete }, scan: true });
  return false;
}

/** Null when the changes are so large that the reply was refused. */
function askForChanges(ctx: SyncCtx, session: Session, entities: readonly Entity[], since: Date): Promise<ChangeSet | null> {
  return callQuickBooks(ctx, session, (at) => ctx.quickbooks.cdc(at, entities, since)).catch((error: unknown) => {
    if (error instanceof QuickBooksFault && error.code === "reply_too_large") return null;
    throw error;
  });
}

/** Each entity by itself; when one alone is too large, everything is read by pages, which bring deletions by their absence. */
function readInParts(session: Session, since: Date, alone: boolean): false {
  const { cursor } = session.progress;
  if (alone) return go(session, "company", { ...cursor, mode: "full", full: true, pending: [] });
  return go(session, "changes", { ...cursor, pending: ALL_ENTITIES.map((entity) => ({ entity, since: since.toISOString() })) });
}

export async function prepareChanges(ctx: SyncCtx, session: Session, changes: readonly Changes[]): Promise<{ rows: Row[]; chart: ChartRow[] }> {
  const known = new Set<string>([...LIST_ENTITIES, ...POSTING_ENTITIES]);
  const ordered = changes.filter(({ entity }) => known.has(entity)).sort((a, b) => Number(LISTS.includes(b.entity)) - Number(LISTS.includes(a.entity)));
  const all: { rows: Row[]; chart: ChartRow[] } = { rows: [], chart: [] };
  for (const { entity, rows } of ordered) {
    absorb(session, entity, rows);
    const prepared = prepare(entity, rows, readingOf(ctx, session, await settlingOf(ctx, session, entity, rows)));
    all.rows.push(...prepared.rows);
    all.chart.push(...prepared.chart);
  }
  return all;
}

/** A deletion does not say its date: it may have been one of these. */
function beforeWindow(session: Session, row: Row): boolean {
  return row.d !== null && session.account.syncFrom !== null && row.d < session.account.syncFrom;
}

/** From where to ask again for an entity whose changes did not fit. When time does not move on, the whole entity is read. */
function goOn(change: Changes, since: Date, alone: boolean): NonNullable<Cursor["pending"]>[number] {
  const newest = change.rows.reduce<number>((latest, row) => Math.max(latest, changedAt(row)), 0);
  if (!alone) return { entity: change.entity, since: since.toISOString() };
  if (newest <= since.getTime()) return { entity: change.entity, since: since.toISOString(), scan: true };
  return { entity: change.entity, since: new Date(newest).toISOString() };
}

function changedAt(row: unknown): number {
  const envelope = Envelope.safeParse(row);
  return envelope.success ? Date.parse(envelope.data.MetaData.LastUpdatedTime) : 0;
}

/** So many changes at one instant that a window cannot be moved: the entity is paged whole. Its deletions came with the window. */
async function scanEntity(ctx: SyncCtx, session: Session, entity: Entity, rest: NonNullable<Cursor["pending"]>): Promise<boolean> {
  const { cursor, counts } = session.progress;
  const isList = LISTS.includes(entity);
  const from = session.account.syncFrom;
  const where = isList
    ? [{ property: "Active", op: "IN", value: [true, false] } as const]
    : from === null
      ? []
      : [{ property: "TxnDate", op: ">=", value: from } as const];
  const startPosition = cursor.position ?? 1;
  const page = await readPage(ctx, session, entity, where, startPosition);
  const prepared = await prepareChanges(ctx, session, [{ entity, rows: page.rows, truncated: false }]);
  const namesChanged = cursor.namesChanged === true || isList;
  const next: Cursor = { ...cursor, namesChanged, ...(page.more ? { position: startPosition + page.rows.length } : { pending: rest, position: 1 }) };
  const incomplete = session.progress.incomplete || prepared.rows.some((row) => row.p !== null);
  const done = !page.more && rest.length === 0;
  if (page.rows.length === 0) return go(session, done ? "relink" : "changes", next);
  await writeStep(ctx, session, {
    ...prepared,
    progress: { phase: done ? "relink" : "changes", cursor: next, counts: countRows(counts, entity, prepared), incomplete },
    scan: true,
  });
  return false;
}
