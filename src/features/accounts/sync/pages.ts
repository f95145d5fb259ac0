import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import type { Condition, Entity } from "../../../integrations/quickbooks/statement.ts";
import { callQuickBooks } from "./call.ts";
import type { Session, SyncCtx } from "./session.ts";

/** `more`: the page was full, so another one may follow it. */
export type PageRead = { rows: unknown[]; more: boolean };

/**
 * One page of an entity, oldest id first. A page whose documents are so large that the reply is refused is asked for again
 * by quarters, and so are those that follow it in this message.
 */
export async function readPage(ctx: SyncCtx, session: Session, entity: Entity, where: readonly Condition[], startPosition: number): Promise<PageRead> {
  for (;;) {
    const maxResults = session.pageSize;
    try {
      const { rows } = await callQuickBooks(ctx, session, (at) =>
        ctx.quickbooks.query(at, entity, { where, orderBy: { property: "Id" }, startPosition, maxResults }),
      );
      return { rows, more: rows.length >= maxResults };
    } catch (error) {
      if (!(error instanceof QuickBooksFault) || error.code !== "reply_too_large" || maxResults === 1) throw error;
      session.pageSize = Math.ceil(maxResults / 4);
    }
  }
}
