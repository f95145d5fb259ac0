import type { mySyncRuns } from "../../../db/schema/views.ts";
import type { Counts } from "./sync/state.ts";

export type SyncRun = {
  id: string;
  accountId: string;
  trigger: string;
  phase: string;
  counts: Counts;
  incomplete: boolean;
  reason: string | null;
  /** What to do about the reason; null when there is nothing to do. */
  nextAction: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
};

/** Progress is read from the row that was written with the data it speaks of, so it is never wrong. */
export function toSyncRun(row: typeof mySyncRuns.$inferSelect): SyncRun {
  const { id, accountId, trigger, phase, incomplete, reason, createdAt, startedAt, finishedAt } = row;
  return {
    id,
    accountId,
    trigger,
    phase,
    counts: row.counts as Counts,
    incomplete,
    reason,
    nextAction: reason === null ? null : (NEXT_ACTIONS[reason as Reason] ?? null),
    createdAt,
    startedAt,
    finishedAt,
  };
}

/** Why a run waits, stopped, or is incomplete: closed, each with what to do. */
export const NEXT_ACTIONS = {
  throttled: "None: QuickBooks asked us to wait, and the run goes on by itself.",
  provider_unavailable: "None: QuickBooks did not answer, and the run goes on by itself.",
  unexpected_reply: "None at once: the next sync tries again. If it stays, report the run's id.",
  access_revoked: "Connect the company again.",
  forbidden: "Connect the company again as an administrator of it.",
  company_inactive: "Renew the company's QuickBooks subscription; the sync goes on by itself.",
  removals_held: "Look whether so much was really removed in QuickBooks, then start a sync with removals=accept.",
  documents_not_posted: "Read the run's counts: problems are documents that are kept and not in the figures.",
  cancelled: "None.",
} as const;
export type Reason = keyof typeof NEXT_ACTIONS;
