import type { myAccounts } from "../../../db/schema/views.ts";

/** How a linked service stands. `needs_reconnect`, `paused` and `held` come with a reason; data stays in all of them. */
export type AccountStatus = "linking" | "connected" | "needs_reconnect" | "paused" | "held" | "disconnected" | "erasing";

export type Account = {
  id: string;
  service: string;
  displayName: string;
  status: AccountStatus;
  statusReason: string | null;
  homeCurrency: string | null;
  fiscalYearStart: number;
  syncFrom: string | null;
  lastSyncedAt: string | null;
  nextSyncAt: string | null;
  createdAt: string;
};

/** Calls to the provider in a month of UTC, `2026-11`: Intuit meters reads. */
export type AccountInFull = Account & { usage: { month: string; calls: number }[] };

/** A linked service without its tokens and ids: they never leave the row. */
export function toAccount(row: typeof myAccounts.$inferSelect): Account {
  const { id, displayName, statusReason, homeCurrency, fiscalYearStart, syncFrom, lastSyncedAt, nextSyncAt, createdAt } = row;
  return {
    id,
    service: row.serviceName,
    displayName,
    status: row.status as AccountStatus,
    statusReason,
    homeCurrency,
    fiscalYearStart,
    syncFrom,
    lastSyncedAt,
    nextSyncAt,
    createdAt,
  };
}

/** Where the parts of an account are sealed: a value moved to another row or field does not open. */
export const placeOf = (userId: string, accountId: string, field: "realm" | "access" | "refresh" | "key") => [userId, accountId, field] as const;
