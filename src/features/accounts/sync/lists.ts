import { parseAccount, parseItem } from "../../../integrations/quickbooks/lists.ts";
import { LIST_ENTITIES } from "../../../integrations/quickbooks/statement.ts";
import { go } from "./begin.ts";
import { booksOf } from "./claim.ts";
import { readPage } from "./pages.ts";
import { prepare, type Reading } from "./prepare.ts";
import type { Settling } from "./rates.ts";
import type { Session, SyncCtx } from "./session.ts";
import { tally } from "./state.ts";
import { writeStep } from "./write.ts";

/** One page of one list. Lists come before documents, which are read with them; inactive rows belong in them. */
export async function readLists(ctx: SyncCtx, session: Session): Promise<boolean> {
  const { cursor, counts } = session.progress;
  const index = cursor.entity ?? 0;
  const entity = LIST_ENTITIES[index];
  // a document may show the name of its day, and what an earlier run copied stays as it is when it is read again
  if (entity === undefined) return go(session, "documents", { ...cursor, entity: 0, position: 1, again: 0, namesChanged: true });
  const startPosition = cursor.position ?? 1;
  const where = [{ property: "Active", op: "IN", value: [true, false] }] as const;
  const page = await readPage(ctx, session, entity, where, startPosition);
  absorb(session, entity, page.rows);
  const { rows, chart } = prepare(entity, page.rows, readingOf(ctx, session));
  const next = page.more ? { ...cursor, position: startPosition + page.rows.length } : { ...cursor, entity: index + 1, position: 1 };
  const problems = rows.filter((row) => row.p !== null).length;
  const progress = { ...session.progress, cursor: next, counts: tally(counts, entity, { pages: 1, rows: rows.length, problems }) };
  await writeStep(ctx, session, { rows, chart, progress, scan: true });
  return false;
}

/** Keeps the lists in memory as they will stand in the database. */
export function absorb(session: Session, entity: string, documents: readonly unknown[]): void {
  const homeCurrency = session.account.homeCurrency ?? "USD";
  for (const document of documents) {
    try {
      if (entity === "Account") {
        const account = parseAccount(document, homeCurrency);
        session.accounts.set(account.id, account);
      } else if (entity === "Item") {
        const item = parseItem(document);
        session.items.set(item.id, item);
      }
    } catch {
      // counted where it is prepared
    }
  }
}

export function readingOf(ctx: SyncCtx, session: Session, settling?: Settling): Reading {
  return { books: booksOf(session, settling), from: session.account.syncFrom, now: ctx.now().toISOString(), id: ctx.id };
}
