import fc from "fast-check";
import { describe, it } from "vitest";
import type { Filters } from "../../src/features/transactions/filters.ts";
import { listTransactions, type Sort, SORTS } from "../../src/features/transactions/list-transactions.ts";
import type { NewTransaction } from "../../src/features/transactions/own-rows.ts";
import { recordTransactions } from "../../src/features/transactions/record-transactions.ts";
import { removeTransaction } from "../../src/features/transactions/remove-transaction.ts";
import type { Transaction } from "../../src/features/transactions/transaction.ts";
import { updateTransaction } from "../../src/features/transactions/update-transaction.ts";
import { type Desk, deskOf, somebody } from "./reports-desk.ts";

const LONG = process.env["PROVE"] === "1";

// few values of each, so that rows are alike in what they are sorted and found by
const day = fc.integer({ min: 10, max: 15 }).map((n) => `2026-03-${n}`);
const amount = fc.integer({ min: -4, max: 4 }).map((n) => `${n * 5}`);
const CATEGORIES = ["Meals", "Meals:Coffee", "Meals:Coffee:Beans", "Meals:Coffee:Beans:Dark", "Mealsy", "Rent"] as const;
const category = fc.constantFrom(...CATEGORIES);
const currency = fc.constantFrom("USD", "EUR", "JPY");
const counterparty = fc.constantFrom("Blue Bistro", "Corner");
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const word = fc.constantFrom("lunch", "invoice", "late lunch");

const Plain = fc.record({
  transactionDate: day,
  amount,
  currency,
  description: word,
  category: maybe(category),
  counterparty: maybe(counterparty),
  memo: maybe(word),
});
const InParts = fc
  .record({ transactionDate: day, currency, description: word, first: fc.tuple(category, amount), second: fc.tuple(category, amount) })
  .map(({ first, second, ...row }): NewTransaction => ({
    ...row,
    amount: String(Number(first[1]) + Number(second[1])),
    splits: [first, second].map(([name, part]) => ({ category: name, amount: part })),
  }));
const Row: fc.Arbitrary<NewTransaction> = fc.oneof({ weight: 5, arbitrary: Plain }, { weight: 1, arbitrary: InParts });
const Asked = fc.record({
  from: maybe(day),
  to: maybe(day),
  minAmount: maybe(amount),
  maxAmount: maybe(amount),
  category: maybe(category),
  counterparty: maybe(counterparty),
  currency: maybe(currency),
  q: maybe(fc.constantFrom("lunch", "late", "bistro lunch")),
  movedCash: maybe(fc.constantFrom("any" as const, "true" as const)),
  source: maybe(fc.constant("manual")),
  status: maybe(fc.constant("posted")),
  kind: maybe(fc.constant("manual")),
});
/** What others write: new rows, and edits or removals of a row that stands. */
const Write = fc.oneof(
  fc.record({ do: fc.constant("add" as const), rows: fc.array(Row, { minLength: 1, maxLength: 3 }) }),
  fc.record({ do: fc.constant("edit" as const), nth: fc.nat(1_000), change: fc.record({ transactionDate: day, category, description: word }) }),
  fc.record({ do: fc.constant("remove" as const), nth: fc.nat(1_000) }),
);
type Write = typeof Write extends fc.Arbitrary<infer T> ? T : never;
const Case = fc.record({
  rows: fc.array(Row, { minLength: 20, maxLength: 60 }),
  filters: Asked,
  // of all filters at once hardly a row is left
  used: fc.subarray(["from", "to", "minAmount", "maxAmount", "category", "counterparty", "currency", "q", "movedCash", "source", "status", "kind"] as const, {
    maxLength: 3,
  }),
  sort: fc.constantFrom(...SORTS),
  limit: fc.integer({ min: 1, max: 12 }),
  writes: fc.array(fc.array(Write, { maxLength: 2 }), { maxLength: 12 }),
});

/** Whether a row belongs to a list, worked out here and not in SQL. */
function belongs(row: Transaction, filters: Filters): boolean {
  const names = row.splits ? row.splits.map((part) => part.category) : [row.category ?? ""];
  const said = `${row.description ?? ""} ${row.counterparty ?? ""} ${row.memo ?? ""}`.toLowerCase().split(" ");
  const { from = "", to = "9", minAmount = "-99", maxAmount = "99", category: wanted, q = "" } = filters;
  return (
    row.transactionDate >= from &&
    row.transactionDate <= to &&
    Number(row.amount) >= Number(minAmount) &&
    Number(row.amount) <= Number(maxAmount) &&
    (wanted === undefined || names.some((name) => name === wanted || name.startsWith(`${wanted}:`))) &&
    (filters.counterparty === undefined || row.counterparty === filters.counterparty) &&
    (filters.currency === undefined || row.currency === filters.currency) &&
    q.split(" ").every((one) => one === "" || said.includes(one))
  );
}

function inOrder(rows: readonly Transaction[], sort: Sort): Transaction[] {
  const sign = sort.startsWith("-") ? -1 : 1;
  const by = (a: Transaction, b: Transaction) =>
    sort.endsWith("date") ? (a.transactionDate < b.transactionDate ? -1 : Number(a.transactionDate > b.transactionDate)) : Number(a.amount) - Number(b.amount);
  return [...rows].sort((a, b) => sign * (by(a, b) || (a.id < b.id ? -1 : 1)));
}

/** One write of somebody else's; `touched` learns which row it was. */
async function write(desk: Desk, one: Write, standing: Transaction[], touched: Set<string>): Promise<void> {
  if (one.do === "add") return void (await recordTransactions(desk, one.rows));
  const [row] = standing.splice(one.nth % Math.max(1, standing.length), 1);
  if (!row) return;
  touched.add(row.id);
  await (one.do === "edit" ? updateTransaction(desk, row.id, one.change) : removeTransaction(desk, row.id));
}

describe("a list that is paged while others write", () => {
  it("has each row that did not change exactly once and in order, whatever the filters, sort and limit", { timeout: 900_000 }, async ({ expect }) => {
    const seen = { cases: 0, pages: 0, rows: 0, add: 0, edit: 0, remove: 0 };
    await fc.assert(
      fc.asyncProperty(Case, async ({ rows, filters: all, used, sort, limit, writes }) => {
        const filters: Filters = Object.fromEntries(used.map((name) => [name, all[name]]));
        const desk = deskOf((await somebody()).userId);
        const made = await recordTransactions(desk, rows);
        const [standing, touched, got] = [[...made], new Set<string>(), [] as string[]];
        let cursor: string | null | undefined;
        for (let page = 0; cursor !== null && page < 200; page++) {
          const { data, nextCursor }: Awaited<ReturnType<typeof listTransactions>> = await listTransactions(desk, filters, { cursor, limit, sort });
          got.push(...data.map(({ id }) => id));
          cursor = nextCursor;
          seen.pages += 1;
          for (const one of writes[page] ?? []) {
            await write(desk, one, standing, touched);
            seen[one.do] += 1;
          }
        }
        expect(cursor).toBeNull();
        const unchanged = made.filter(({ id }) => !touched.has(id));
        const known = new Set(unchanged.map(({ id }) => id));
        expect(got.filter((id) => known.has(id))).toEqual(
          inOrder(
            unchanged.filter((row) => belongs(row, filters)),
            sort,
          ).map(({ id }) => id),
        );
        seen.cases += 1;
        seen.rows += got.length;
      }),
      { numRuns: LONG ? 400 : 15, seed: LONG ? Math.floor(Date.now() / 1000) : 5 },
    );
    console.log(
      `lists paged under writes: ${seen.cases} lists, ${seen.pages} pages, ${seen.rows} rows; ${seen.add} inserts, ${seen.edit} edits, ${seen.remove} removals between pages; 0 rows skipped, repeated or out of order`,
    );
  });
});
