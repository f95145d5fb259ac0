import { aging } from "./aging.ts";
import { cashFlow, forecastCash, runway } from "./cash.ts";
import { comparePeriods } from "./compare.ts";
import { listAccounts, listEntities, searchEntities } from "./entities.ts";
import { dataFreshness } from "./freshness.ts";
import { listTransactions } from "./list.ts";
import { findDuplicates, findOutliers, recurringPayments } from "./patterns.ts";
import { resolvePeriodTool } from "./period.ts";
import { balanceAt, profitAndLoss } from "./statements.ts";
import { sumTransactions, topN } from "./sums.ts";
import type { Tool } from "./tool.ts";

/** All that the model can do: read the books of whoever asks. */
export const TOOLS: readonly Tool[] = [
  resolvePeriodTool,
  searchEntities,
  listEntities,
  listAccounts,
  listTransactions,
  sumTransactions,
  comparePeriods,
  topN,
  profitAndLoss,
  balanceAt,
  cashFlow,
  runway,
  aging,
  findDuplicates,
  findOutliers,
  recurringPayments,
  forecastCash,
  dataFreshness,
];
