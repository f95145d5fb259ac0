import type { Config } from "../../env.ts";
import type { Limit } from "../../objects/gcra.ts";

/** What a request of a known user costs, in units. */
export const COSTS = { read: 1, write: 2, report: 10, question: 20 } as const;
export type Budget = keyof typeof COSTS;

/** Per user, as configured: 600 units a minute and 120 at once, unless told otherwise. */
export function userLimit(config: Config): Limit {
  return { perMinute: config.USER_UNITS_PER_MINUTE, burst: Math.floor(config.USER_UNITS_PER_MINUTE / 5) };
}

/** Per address, for routes without a user. Each is a bucket of its own. `none` is for what touches nothing. */
export const ADDRESS_LIMITS = {
  credentials: { perMinute: 10, burst: 10 },
  callback: { perMinute: 60, burst: 30 },
  meta: { perMinute: 600, burst: 120 },
} as const satisfies Record<string, Limit>;
export type OpenBudget = keyof typeof ADDRESS_LIMITS | "none";

/** Log-ins per account, before any hash is computed: 10 in 15 minutes. */
export const LOGIN_LIMIT: Limit = { perMinute: 10 / 15, burst: 10 };

/** Wrong passwords in a row, over any time, before only a known device or a reset gets in: NIST 800-63B. */
export const LOGIN_FAILURES_MOST = 100;

/** Codes of the second factor, and passwords asked of somebody logged in: ten tries in 15 minutes. */
export const CODE_LIMIT: Limit = { perMinute: 10 / 15, burst: 10 };

/** API keys that no gate remembers, per address: each costs a look-up, and none of it is the user's budget. */
export const UNPROVED_LIMIT: Limit = { perMinute: 60, burst: 20 };
