import { sql } from "drizzle-orm";
import type { Changes } from "../../../integrations/quickbooks/client.ts";
import { type Entity, MAX_IDS } from "../../../integrations/quickbooks/statement.ts";
import { Envelope, isTombstone } from "../../../integrations/quickbooks/translate/document.ts";
import { callQuickBooks } from "./call.ts";
import type { Session, SyncCtx } from "./session.ts";
import { POSTING } from "./state.ts";

type Key = { e: string; x: string };

/** Deletions of documents among the changes, but for those that our copy knows of: overlapping windows repeat them. */
export async function newDeletions(ctx: SyncCtx, session: Session, changes: readonly Changes[]): Promise<Key[]> {
  const keys = changes.filter(({ entity }) => POSTING.includes(entity)).flatMap(({ entity, rows }) => rows.flatMap((row) => deletionOf(entity, row)));
  if (keys.length === 0) return [];
  const { rows: known } = await ctx.db.execute<Key>(sql`
    select k.e, k.x from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as k(e text, x text)
      join source_documents o on o.account_id = ${session.account.id} and o.entity = k.e and o.external_id = k.x and o.is_deleted`);
  const gone = new Set(known.map(nameOf));
  return keys.filter((key) => !gone.has(nameOf(key)));
}

/**
 * The changes with each deletion confirmed: QuickBooks has been seen to report documents as deleted that exist. It is asked
 * for them by id, and what it then shows stands in place of the deletion. Deletions that are none of `asked` are left out.
 */
export async function confirmDeletions(ctx: SyncCtx, session: Session, changes: readonly Changes[], asked: readonly Key[]): Promise<Changes[]> {
  const alive = new Map<string, unknown>();
  for (const entity of new Set(asked.map(({ e }) => e))) {
    const ids = asked.filter(({ e, x }) => e === entity && /^\d{1,20}$/.test(x)).map(({ x }) => x);
    for (let from = 0; from < ids.length; from += MAX_IDS) {
      const where = [{ property: "Id", op: "IN", value: ids.slice(from, from + MAX_IDS) } as const];
      const selection = { where, orderBy: { property: "Id" }, startPosition: 1, maxResults: MAX_IDS } as const;
      const { rows } = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.query(at, entity as Entity, selection));
      for (const row of rows) alive.set(nameOf({ e: entity, x: idOf(row) }), row);
    }
  }
  const wanted = new Set(asked.map(nameOf));
  return changes.map((change) => ({
    ...change,
    rows: change.rows.flatMap((row) => {
      const [key] = POSTING.includes(change.entity) ? deletionOf(change.entity, row) : [];
      if (!key) return [row];
      return wanted.has(nameOf(key)) ? [alive.get(nameOf(key)) ?? row] : [];
    }),
  }));
}

function deletionOf(entity: string, row: unknown): Key[] {
  const envelope = Envelope.safeParse(row);
  return envelope.success && isTombstone(envelope.data) ? [{ e: entity, x: envelope.data.Id }] : [];
}

function idOf(row: unknown): string {
  return Envelope.safeParse(row).data?.Id ?? "";
}

const nameOf = ({ e, x }: Key): string => `${e}:${x}`;
