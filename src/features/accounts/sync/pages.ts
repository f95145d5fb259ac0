import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { type Condition, type Entity, MAX_RESULTS } from "../../../integrations/quickbooks/statement.ts";
import { callQuickBooks } from "./call.ts";
import type { Session, SyncCtx } from "./session.ts";

/** `more`: the page was full, so another one may follow it. */
export type PageRead = { rows: unknown[]; more: boolean };

/**
 * One page of an entity, oldest id first. A page whose documents are so large that the reply is refused is asked for again
 * by quarters, and so are those that follow it in this message. One that no reply can hold comes as no more than its name:
 * it is kept as a document that cannot be read, and the company goes on.
 */
export async function readPage(ctx: SyncCtx, session: Session, entity: Entity, where: readonly Condition[], startPosition: number): Promise<PageRead> {
  const read = async (maxResults: number, bare: boolean): Promise<PageRead> => {
    const selection = { where, orderBy: { property: "Id" } as const, startPosition, maxResults, bare };
    const { rows } = await callQuickBooks(ctx, session, (at) => ctx.quickbooks.query(at, entity, selection));
    return { rows, more: rows.length >= maxResults };
  };
  for (;;) {
    const maxResults = session.pageSize;
    try {
      return await read(maxResults, false);
    } catch (error) {
      if (!(error instanceof QuickBooksFault) || error.code !== "reply_too_large") throw error;
      session.pageSize = maxResults === 1 ? MAX_RESULTS : Math.ceil(maxResults / 4);
      if (maxResults === 1) return read(1, true);
    }
  }
}
