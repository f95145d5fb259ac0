import type { Figures, Parameters } from "./report.ts";

/** A report that is being made, by the one who holds its fencing number. */
export type Claim = { id: string; fence: number; parameters: Parameters; progress: unknown; rowsExpected: number | null };
export type Written = { objectKey: string; rows: number; bytes: number; dataVersion: number | null; figures: Figures | null };

/** Until when nobody else takes up a report that is being made; extended with each page. */
export const LEASE_MS = 90_000;

/** A report that was taken up so often and never came to an end does not: it is given up. */
export const CLAIMS_MOST = 30;
