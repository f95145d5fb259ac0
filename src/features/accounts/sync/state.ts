/** What a run is at: the whole of its memory, so that any Worker can go on with it. */
import { LIST_ENTITIES, POSTING_ENTITIES } from "../../../integrations/quickbooks/statement.ts";

export type Phase =
  | "queued"
  | "company"
  | "lists"
  | "documents"
  | "changes"
  | "relink"
  | "repair"
  | "sweep"
  | "opening"
  | "proof"
  | "ledger"
  | "bisect"
  | "slice"
  | "revoke"
  | "erase"
  | "done"
  | "stopped";

export type Cursor = {
  /** `full` reads everything in the window, `changes` what moved since the last run, `removal` takes the company away. */
  mode?: "full" | "changes" | "removal";
  /** The run began as a full one, whatever it reads now. */
  full?: boolean;
  /** Which entity of the phase, and the first row of its next page. */
  entity?: number;
  position?: number;
  /** Of a full read: how often this entity was begun again because rows were missing. */
  again?: number;
  /** QuickBooks' clock when reading began: what changed since is read afterwards. */
  since?: string;
  /** QuickBooks' clock at the newest reading of changes: the next run starts there. */
  reached?: string;
  /** Entities of which one reply could not hold all changes, and from when to go on; `scan` where time does not help. */
  pending?: { entity: string; since: string; scan?: boolean }[];
  /** Whether accounts or items changed, so that documents that could not be posted are tried again. */
  listsChanged?: boolean;
  /** Whether customers or vendors changed: what was copied before may show a name that they no longer have. */
  namesChanged?: boolean;
  /** Something before the window changed: the opening balances moved. */
  openingMoved?: boolean;
  /** After which document relinking or the repair goes on. */
  after?: string;
  acceptRemovals?: boolean;
  /** Of a drift: at the end of `low` the books agreed, at the end of `high` they did not. */
  low?: string;
  high?: string;
  /** Months that were found out of step and read again in this run. */
  sliced?: string[];
  /** Days of QuickBooks' own ledger that are still to be read, so many months at a time. */
  ledger?: { from: string; to: string; months?: number };
  /** What was tried against a difference so far: see `prove`. */
  round?: number;
  /** Of a removal: the token to revoke, sealed where it was in the account, and whether the data goes too. */
  refreshToken?: string | null;
  erase?: boolean;
};

export type Count = { expected: number | null; pages: number; rows: number; transactions: number; problems: number; removed: number };
export type Counts = Record<string, Count>;

/** Where a run stands, and what it has counted. Written in the same statement as the rows it speaks of. */
export type Progress = { phase: Phase; cursor: Cursor; counts: Counts; incomplete: boolean };

export const POSTING: readonly string[] = POSTING_ENTITIES;
export const LISTS: readonly string[] = LIST_ENTITIES;

/** The counts with one entity's raised. */
export function tally(counts: Counts, entity: string, add: Partial<Count>): Counts {
  const old = counts[entity] ?? { expected: null, pages: 0, rows: 0, transactions: 0, problems: 0, removed: 0 };
  const raised: Count = {
    expected: add.expected ?? old.expected,
    pages: old.pages + (add.pages ?? 0),
    rows: old.rows + (add.rows ?? 0),
    transactions: old.transactions + (add.transactions ?? 0),
    problems: old.problems + (add.problems ?? 0),
    removed: old.removed + (add.removed ?? 0),
  };
  return { ...counts, [entity]: raised };
}
