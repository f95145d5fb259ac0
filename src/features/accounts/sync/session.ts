import type { accounts, syncCursors } from "../../../../db/schema/accounts.ts";
import type { Item, LedgerAccount } from "../../../integrations/quickbooks/translate/books.ts";
import type { Ctx } from "../../../runtime.ts";
import type { Progress } from "./state.ts";

/** All that a sync touches. */
export type SyncCtx = Ctx<"db" | "dbAs" | "files" | "quickbooks" | "queue" | "gates" | "sleep">;

/** A run while one Worker has it: what it knows without asking again. */
export type Claimed = {
  run: { id: string; fence: number; attempts: number };
  progress: Progress;
  account: typeof accounts.$inferSelect;
  realmId: string;
  /** Up to when the copy was complete before this run. */
  copy: typeof syncCursors.$inferSelect | null;
  accounts: Map<string, LedgerAccount>;
  items: Map<string, Item>;
};

export type Session = Claimed & {
  /** The access token in use, and the version of the tokens it belongs to. */
  token: { plain: string; version: number; expiresAt: number } | null;
  /** Calls to QuickBooks that no row has counted yet. */
  calls: number;
  /** Forced refreshes in this message: one, or the connection is dead. */
  refreshes: number;
  /** Rows asked for at once: fewer where documents are large. */
  pageSize: number;
};

/** Another Worker has the run now, or it was ended: whatever this one still does changes nothing. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** The run cannot go on before `seconds` have passed. */
export class Wait extends Error {
  override readonly name = "Wait";
  readonly seconds: number;
  readonly reason: "throttled" | "provider_unavailable";
  constructor(seconds: number, reason: "throttled" | "provider_unavailable") {
    super(`wait ${seconds} s: ${reason}`);
    this.seconds = seconds;
    this.reason = reason;
  }
}
