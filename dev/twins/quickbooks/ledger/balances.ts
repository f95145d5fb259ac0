import type { Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import { accountFor } from "../company/roles.ts";
import { addDays } from "../pacific.ts";
import { entries } from "./entries.ts";
import type { Basis } from "./posting.ts";

/** What each account moved on each day, in home currency, debit positive. */
export type Movements = ReadonlyMap<string, ReadonlyMap<string, Cents>>;

const cache = new WeakMap<Company, Map<Basis, { version: number; movements: Movements }>>();

/** Kept until the books change. */
export function movements(company: Company, basis: Basis): Movements {
  const kept = cache.get(company) ?? new Map<Basis, { version: number; movements: Movements }>();
  cache.set(company, kept);
  const hit = kept.get(basis);
  if (hit?.version === company.version) return hit.movements;
  const made = add(company, basis);
  kept.set(basis, { version: company.version, movements: made });
  return made;
}

function add(company: Company, basis: Basis): Movements {
  const sums = new Map<string, Map<string, Cents>>();
  for (const entry of entries(company, basis)) {
    for (const { account, amount } of entry.postings) {
      const days = sums.get(account) ?? new Map<string, Cents>();
      sums.set(account, days);
      days.set(entry.date, (days.get(entry.date) ?? 0) + amount);
    }
  }
  return sums;
}

/** Sums between two dates, both included. Accounts without any movement there are left out. */
export function sums(company: Company, basis: Basis, from: string | null, to: string): Map<string, Cents> {
  const found = new Map<string, Cents>();
  for (const [account, days] of movements(company, basis)) {
    let [total, moved] = [0, false];
    for (const [date, amount] of days) {
      if (date > to || (from !== null && date < from)) continue;
      total += amount;
      moved = true;
    }
    if (moved) found.set(account, total);
  }
  return found;
}

/** The first day of the fiscal year that `date` is in. */
export function fiscalYearStart(company: Company, date: string): string {
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  const start = company.profile.fiscalStart;
  return `${month < start ? year - 1 : year}-${String(start).padStart(2, "0")}-01`;
}

export function isProfitAndLoss(company: Company, account: string): boolean {
  const classification = company.get("Account", account)?.body.Classification;
  return classification === "Revenue" || classification === "Expense";
}

/**
 * Balances at the end of a day as QuickBooks shows them: income and expense of the fiscal year, and what earlier years
 * earned in retained earnings, though no entry ever closed them.
 */
export function closedBalances(company: Company, basis: Basis, date: string): Map<string, Cents> {
  const start = fiscalYearStart(company, date);
  const [before, all] = [sums(company, basis, null, addDays(start, -1)), sums(company, basis, null, date)];
  const retained = accountFor(company, "retained");
  let earned = 0;
  for (const [account, amount] of before) {
    if (!isProfitAndLoss(company, account)) continue;
    earned += amount;
    all.set(account, (all.get(account) ?? 0) - amount);
  }
  if (earned !== 0) all.set(retained, (all.get(retained) ?? 0) + earned);
  return new Map([...all].filter(([, amount]) => amount !== 0));
}

/** The account's balance today, as its list row shows it: debit positive turned to its own side. */
export function balanceOf(company: Company, account: string): Cents {
  let total = 0;
  for (const amount of movements(company, "Accrual").get(account)?.values() ?? []) total += amount;
  return total;
}
