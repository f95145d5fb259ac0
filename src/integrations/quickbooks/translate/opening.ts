/** What an account held before the window that is synced: one transaction made of QuickBooks' own trial balance. */
import { exponentOf, fromUnits, toUnits } from "../../../core/money.ts";
import type { Books } from "./books.ts";
import type { Translated, TranslationProblem } from "./translated.ts";

/** A row of the trial balance: decimals, one of the two usually zero. */
export type OpeningRow = { readonly accountId: string | null; readonly name: string; readonly debit: string; readonly credit: string };

/**
 * The balances at the end of `date` as one transaction in home currency. It moves no cash: it states where cash already
 * was. Balanced by the same rule as every document, or it says why not.
 */
export function translateOpening(rows: readonly OpeningRow[], at: { date: string; readAt: Date }, books: Books): Translated {
  const problems: TranslationProblem[] = [];
  const currency = books.homeCurrency;
  const held = rows.map((row) => ({ row, units: toUnits(row.debit) - toUnits(row.credit) })).filter(({ units }) => units !== 0n);
  for (const { row } of held) {
    if (row.accountId === null || !books.accounts.has(row.accountId))
      problems.push({ code: "unknown_account", detail: `account ${row.accountId ?? row.name} is not in the chart of accounts` });
  }
  const difference = held.reduce((total, { units }) => total + units, 0n);
  if (difference !== 0n) problems.push({ code: "unbalanced", detail: `debits and credits differ by ${fromUnits(difference)} ${currency}` });
  const written = (units: bigint): string => fromUnits(units, exponentOf(currency));
  const sound = problems.length === 0;
  return {
    externalId: "opening",
    entity: "Opening",
    version: null,
    updatedAt: at.readAt.toISOString(),
    deleted: false,
    transaction: sound
      ? {
          date: at.date,
          amount: written(0n),
          currency,
          kind: "opening",
          movedCash: false,
          category: null,
          categoryAccountId: null,
          counterparty: null,
          description: "Opening balances",
          memo: null,
          docNumber: null,
          status: "posted",
        }
      : null,
    postings: sound
      ? held.map(({ row, units }, line) => ({
          line,
          accountId: row.accountId ?? "",
          amount: written(units),
          currency,
          homeAmount: written(units),
          memo: null,
          entityId: null,
        }))
      : [],
    problems,
  };
}
