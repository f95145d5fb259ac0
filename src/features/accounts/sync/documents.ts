import { POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import { go } from "./begin.ts";
import { callQuickBooks } from "./call.ts";
import { readingOf } from "./lists.ts";
import { type PageRead, readPage } from "./pages.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { settlingOf } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import { type Progress, tally } from "./state.ts";
import { writeStep } from "./write.ts";

const AGAIN_MOST = 2;

/**
 * One page of one entity, oldest id first: an edit does not move a row to another page, and what is made meanwhile comes
 * last. Counted first: an entity without rows costs no page, and one of which fewer rows came than were counted (a
 * deletion moved the pages) is read again.
 */
export async function readDocuments(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor } = session.progress;
  const entity = POSTING_ENTITIES[cursor.entity ?? 0];
  if (entity === undefined) return go(session, "changes", { ...cursor, entity: 0, position: 1 });
  const where = session.account.syncFrom === null ? [] : [{ property: "TxnDate", op: ">=", value: session.account.syncFrom } as const];
  const startPosition = cursor.position ?? 1;
  if (startPosition === 1) {
    const expected = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.count(at, entity, where));
    session.progress = { ...session.progress, counts: tally(session.progress.counts, entity, { expected }) };
    if (expected === 0) return go(session, "documents", { ...session.progress.cursor, entity: (cursor.entity ?? 0) + 1, position: 1, again: 0 });
  }
  const page = await readPage(ctx, session, entity, where, startPosition);
  const prepared = prepare(entity, page.rows, readingOf(ctx, session, await settlingOf(ctx, session, entity, page.rows)));
  await writeStep(ctx, session, { ...prepared, progress: after(session, entity, prepared, page), scan: true });
  return false;
}

function after(session: Session, entity: string, prepared: Prepared, page: PageRead): Progress {
  const { cursor, counts, incomplete } = session.progress;
  const counted = counts[entity]?.expected ?? 0;
  const came = page.rows.length;
  const reached = (cursor.position ?? 1) - 1 + came;
  const again = cursor.again ?? 0;
  const short = reached < counted && !page.more;
  const next =
    came > 0 && reached < counted && !short
      ? { position: reached + 1 }
      : short && again < AGAIN_MOST
        ? { position: 1, again: again + 1 }
        : { entity: (cursor.entity ?? 0) + 1, position: 1, again: 0 };
  return {
    phase: "documents",
    cursor: { ...cursor, ...next },
    counts: countRows(counts, entity, prepared),
    incomplete: incomplete || prepared.rows.some((row) => row.p !== null),
  };
}

export function countRows(counts: Progress["counts"], entity: string, { rows }: Prepared): Progress["counts"] {
  const [transactions, problems, removed] = [
    rows.filter((row) => row.t !== null).length,
    rows.filter((row) => row.p !== null).length,
    rows.filter((row) => row.del).length,
  ];
  return tally(counts, entity, { pages: 1, rows: rows.length, transactions, problems, removed });
}
