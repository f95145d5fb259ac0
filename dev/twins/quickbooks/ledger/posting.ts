import type { Cents } from "../cents.ts";
import type { Ref } from "../company/body.ts";

/** Why a posting exists: `document` where a payload shows it, else what QuickBooks posts by itself. */
export type Cause = "document" | "exchange" | "rounding" | "cogs" | "revaluation" | "opening-stock";

/** One side of an entry in home currency: debit positive. */
export type Posting = {
  readonly account: string;
  readonly amount: Cents;
  readonly cause: Cause;
  readonly memo?: string | undefined;
  readonly name?: Ref | undefined;
};

/** All postings of one transaction. They add up to zero. */
export type Entry = {
  readonly entity: string;
  readonly id: string;
  readonly date: string;
  readonly type: string;
  readonly number: string;
  readonly memo: string;
  readonly name: Ref | undefined;
  readonly created: number;
  readonly updated: number;
  readonly postings: readonly Posting[];
};

export type Basis = "Accrual" | "Cash";
