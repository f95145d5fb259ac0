import { money } from "../cents.ts";
import type { Company } from "../company/company.ts";
import { kindOf } from "../company/entities.ts";
import { render } from "../company/render.ts";
import { closedBalances, isProfitAndLoss, sums } from "../ledger/balances.ts";
import { entries } from "../ledger/entries.ts";
import type { Basis } from "../ledger/posting.ts";

/** The ledger itself, for whoever must know the truth: decimal strings, debit positive. */

function basisOf(given: string | undefined): Basis {
  return given?.toLowerCase() === "cash" ? "Cash" : "Accrual";
}

function account(company: Company, id: string) {
  const body = company.get("Account", id)?.body;
  return { id, name: body?.FullyQualifiedName ?? "", type: body?.AccountType ?? "", classification: body?.Classification ?? "" };
}

/** `balance` is the sum of all postings to the day; `shown` what reports show, earlier years' income closed into equity. */
export function rawTrialBalance(company: Company, { date, basis }: { date: string; basis?: string | undefined }) {
  const [all, shown] = [sums(company, basisOf(basis), null, date), closedBalances(company, basisOf(basis), date)];
  const ids = [...new Set([...all.keys(), ...shown.keys()])].sort((a, b) => Number(a) - Number(b));
  return {
    realm: company.realm,
    date,
    basis: basisOf(basis),
    currency: company.profile.home,
    accounts: ids.map((id) => ({ ...account(company, id), balance: money(all.get(id) ?? 0), shown: money(shown.get(id) ?? 0) })),
  };
}

export function rawProfitAndLoss(company: Company, { from, to, basis }: { from: string; to: string; basis?: string | undefined }) {
  const found = [...sums(company, basisOf(basis), from, to)].filter(([id]) => isProfitAndLoss(company, id));
  const net = found.reduce((sum, [, amount]) => sum - amount, 0);
  return {
    realm: company.realm,
    from,
    to,
    basis: basisOf(basis),
    accounts: found.map(([id, amount]) => ({ ...account(company, id), amount: money(amount) })),
    netIncome: money(net),
  };
}

/** Entries with their postings; `cause` keeps those that have a posting of that cause. */
export function rawPostings(
  company: Company,
  { from, to, basis, cause }: { from?: string | undefined; to?: string | undefined; basis?: string | undefined; cause?: string | undefined },
) {
  const found = [];
  for (const entry of entries(company, basisOf(basis))) {
    if ((from !== undefined && entry.date < from) || (to !== undefined && entry.date > to)) continue;
    if (cause !== undefined && !entry.postings.some((one) => one.cause === cause)) continue;
    const postings = entry.postings.map((one) => ({ account: one.account, amount: money(one.amount), cause: one.cause }));
    found.push({ entity: entry.entity, id: entry.id, date: entry.date, type: entry.type, postings });
  }
  return { realm: company.realm, entries: found };
}

/** Every live object of a kind as the API would send it, and the ids of the deleted ones. */
export function rawDocuments(company: Company, entity: string) {
  const kind = kindOf(entity);
  return {
    realm: company.realm,
    entity: kind.name,
    rows: [...company.table(kind.name).glimpses()].map((one) => render(company, kind, one.row())),
    deleted: [...company.tombstones(kind.name)].map(({ id }) => id),
  };
}
