/** What holds for every document, not only for those that somebody thought of. */
import fc from "../../property.ts";
import { describe, expect, it } from "vitest";
import { fromUnits, toUnits } from "../../../src/core/money.ts";
import { apportion, convert, convertAll, rateOf } from "../../../src/integrations/quickbooks/translate/apportion.ts";
import { createBooks, holdsCash } from "../../../src/integrations/quickbooks/translate/books.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";
import type { Translated } from "../../../src/integrations/quickbooks/translate/translated.ts";
import { ACCOUNTS, BOOKS, ENVELOPE, ITEMS, translated } from "./books.ts";

const ENTITIES = [
  "Purchase",
  "Bill",
  "VendorCredit",
  "BillPayment",
  "Invoice",
  "CreditMemo",
  "SalesReceipt",
  "RefundReceipt",
  "Payment",
  "Deposit",
  "Transfer",
  "CreditCardPayment",
  "JournalEntry",
];

const cents = fc.integer({ min: -5_000_00, max: 100_000_00 });
const positive = fc.integer({ min: 1, max: 100_000_00 });
const amount = cents.map((value) => value / 100);
const account = fc.constantFrom(...ACCOUNTS.map(({ id }) => id));
const strange = fc.constantFrom("999", "");
const ref = (ids: fc.Arbitrary<string>) => ids.map((value) => ({ value }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const accountLine = fc.record({
  Amount: amount,
  DetailType: fc.constant("AccountBasedExpenseLineDetail"),
  AccountBasedExpenseLineDetail: fc.record({ AccountRef: ref(account) }),
});
const itemLine = fc.record({
  Amount: amount,
  DetailType: fc.constant("SalesItemLineDetail"),
  SalesItemLineDetail: fc.record({ ItemRef: ref(fc.constantFrom(...ITEMS.map(({ id }) => id))) }),
});
const discountLine = fc.record({ Amount: amount, DetailType: fc.constant("DiscountLineDetail"), DiscountLineDetail: fc.constant({}) });
const depositLine = fc.record({ Amount: amount, DetailType: fc.constant("DepositLineDetail"), DepositLineDetail: fc.record({ AccountRef: ref(account) }) });
const linkedLine = fc.record({
  Amount: amount,
  LinkedTxn: fc.constantFrom("Invoice", "CreditMemo", "Bill", "VendorCredit", "Payment").map((TxnType) => [{ TxnId: "7", TxnType }]),
});
const journalLine = fc.record({
  Amount: amount,
  DetailType: fc.constant("JournalEntryLineDetail"),
  JournalEntryLineDetail: fc.record({ PostingType: fc.constantFrom("Debit", "Credit"), AccountRef: ref(account) }),
});
const oddLine = fc.record({ Amount: maybe(amount), DetailType: fc.constantFrom("SubTotalLineDetail", "DescriptionOnly", "TDSLineDetail", "GroupLineDetail") });
type DraftLine = { Amount?: number | undefined; DetailType?: string };
const anyLine = fc.oneof(accountLine, itemLine, discountLine, depositLine, linkedLine, journalLine, oddLine);

/** A document whose total mostly, not always, is what its lines come to; some currencies, rates and references are wrong. */
const document = fc
  .record({
    entity: fc.constantFrom(...ENTITIES),
    lines: fc.oneof(...[accountLine, itemLine, linkedLine, journalLine, anyLine].map((line: fc.Arbitrary<DraftLine>) => fc.array(line, { maxLength: 5 }))),
    off: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: cents }),
    tax: maybe(fc.integer({ min: 0, max: 5_000 })),
    head: ref(fc.oneof({ weight: 12, arbitrary: account }, { weight: 1, arbitrary: strange })),
    other: ref(account),
    foreign: maybe(fc.double({ min: 0.0001, max: 200, noNaN: true }).map((rate) => Number(rate.toFixed(6)) || 1)),
    credit: fc.boolean(),
    inclusive: fc.boolean(),
  })
  .map(({ entity, lines, off, tax, head, other, foreign, credit, inclusive }) => {
    const sum = lines.reduce(
      (total: number, line: DraftLine) => total + Math.round((line.Amount ?? 0) * 100) * (line.DetailType === "DiscountLineDetail" ? -1 : 1),
      0,
    );
    return {
      entity,
      body: {
        TotalAmt: (sum + off + (inclusive ? 0 : (tax ?? 0))) / 100,
        Amount: (sum + off) / 100,
        Line: lines,
        Credit: credit,
        ...(tax === undefined ? {} : { TxnTaxDetail: { TotalTax: tax / 100 } }),
        ...(inclusive ? { GlobalTaxCalculation: "TaxInclusive" } : {}),
        ...(foreign === undefined ? {} : { CurrencyRef: { value: "EUR" }, ExchangeRate: foreign }),
        AccountRef: head,
        DepositToAccountRef: head,
        FromAccountRef: head,
        ToAccountRef: other,
        BankAccountRef: head,
        CreditCardAccountRef: other,
        CheckPayment: { BankAccountRef: head },
        CustomerRef: { value: "5" },
        VendorRef: { value: "6" },
      },
    };
  });

const withRates = createBooks({
  homeCurrency: "USD",
  accounts: ACCOUNTS,
  items: ITEMS,
  rates: new Map(["Invoice:7", "Bill:7", "Payment:7"].map((key) => [key, "1.234567"])),
});

const sumOf = (amounts: readonly string[]) => amounts.reduce((total, value) => total + toUnits(value), 0n);

function checkBooks(result: Translated): void {
  const { transaction, postings, problems } = result;
  if (transaction === null) {
    expect(problems.length).toBeGreaterThan(0);
    expect(postings).toEqual([]);
    return;
  }
  expect(sumOf(postings.map(({ homeAmount }) => homeAmount))).toBe(0n);
  expect(sumOf(postings.map(({ amount: value }) => value))).toBe(0n);
  expect(postings.map(({ line }) => line)).toEqual(postings.map((_, index) => index));
  for (const { homeAmount, accountId } of postings) {
    expect(homeAmount).toMatch(/^-?\d+\.\d\d$/);
    expect(BOOKS.accounts.has(accountId) || accountId.startsWith("role:")).toBe(true);
  }
  const cash = sumOf(postings.filter(({ accountId }) => holdsCash(BOOKS.accounts.get(accountId))).map(({ amount: value }) => value));
  expect(transaction.movedCash ? fromUnits(cash) : "0.00").toBe(transaction.movedCash ? transaction.amount : fromUnits(cash));
  if (transaction.kind === "transfer") expect(transaction.category).toBeNull();
}

describe("every document", () => {
  it("balances to the cent, in both currencies, or says why not", () => {
    fc.assert(
      fc.property(document, fc.boolean(), ({ entity, body }, rates) => checkBooks(translated(entity, body, rates ? withRates : BOOKS))),
      { numRuns: 3000 },
    );
  });

  it("is mostly posted: the generator makes real documents, not only broken ones", () => {
    const made = fc.sample(document, { numRuns: 1000, seed: 1 }).map(({ entity, body }) => translated(entity, body));
    const posted = new Set(made.filter(({ transaction }) => transaction !== null).map(({ entity }) => entity));
    expect([...posted].sort()).toEqual([...ENTITIES].sort());
    expect(made.filter(({ transaction }) => transaction !== null).length).toBeGreaterThan(250);
  });

  it("never throws, whatever JSON it is given", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENTITIES), fc.jsonValue(), (entity, value) => {
        expect(translate(entity, value, BOOKS).transaction).toBeNull();
      }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ENTITIES),
        fc.dictionary(fc.constantFrom("Line", "TotalAmt", "AccountRef", "CurrencyRef", "TxnDate", "PrivateNote"), fc.jsonValue()),
        (entity, body) => void translate(entity, { ...ENVELOPE, ...body }, BOOKS),
      ),
    );
  });
});

describe("an oracle that adds up by account", () => {
  const lines = fc.array(fc.tuple(account, positive), { minLength: 1, maxLength: 6 });
  const booked = (result: Translated) => {
    const totals = new Map<string, bigint>();
    for (const { accountId, homeAmount } of result.postings) totals.set(accountId, (totals.get(accountId) ?? 0n) + toUnits(homeAmount, 2));
    return new Map([...totals].filter(([, total]) => total !== 0n));
  };
  const expected = (entries: readonly (readonly [string, number])[]) => {
    const totals = new Map<string, bigint>();
    for (const [id, value] of entries) totals.set(id, (totals.get(id) ?? 0n) + BigInt(value));
    return new Map([...totals].filter(([, total]) => total !== 0n));
  };
  const bought = (chosen: [string, number][]) => ({
    TotalAmt: chosen.reduce((total, [, value]) => total + value, 0) / 100,
    Line: chosen.map(([id, value]) => ({
      Amount: value / 100,
      DetailType: "AccountBasedExpenseLineDetail",
      AccountBasedExpenseLineDetail: { AccountRef: { value: id } },
    })),
  });
  const total = (chosen: [string, number][]) => chosen.reduce((sum, [, value]) => sum + value, 0);

  it.each([
    ["Purchase", { AccountRef: { value: "35" } }, "35", 1],
    ["Purchase", { AccountRef: { value: "42" }, Credit: true }, "42", -1],
    ["Bill", { VendorRef: { value: "1" } }, "33", 1],
    ["VendorCredit", { VendorRef: { value: "1" } }, "33", -1],
  ] as const)("%s with %o", (entity, head, header, sign) => {
    fc.assert(
      fc.property(lines, (chosen) => {
        const entries = [[header, -sign * total(chosen)] as const, ...chosen.map(([id, value]) => [id, sign * value] as const)];
        expect(booked(translated(entity, { ...head, ...bought(chosen) }))).toEqual(expected(entries));
      }),
    );
  });
});

describe("splitting and converting", () => {
  const units = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
  const rate = fc.integer({ min: 1, max: 10_000_000 }).map((value) => rateOf((value / 1_000_000).toFixed(6)));

  it("parts add up to the whole, none off by more than a unit", () => {
    fc.assert(
      fc.property(fc.array(units, { minLength: 1, maxLength: 8 }), rate, (amounts, at) => {
        const target = convert(
          amounts.reduce((sum, value) => sum + value, 0n),
          at,
          2,
        );
        const parts = convertAll(amounts, at, 2, target);
        expect(parts?.reduce((sum, value) => sum + value, 0n)).toBe(target);
        parts?.forEach((part, index) => {
          const difference = part - convert(amounts[index] ?? 0n, at, 2);
          expect(difference <= 100n && difference >= -100n).toBe(true);
        });
      }),
    );
  });

  it("apportions exactly, and knows when it cannot", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
        fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 1, maxLength: 8 }),
        (whole, weights) => {
          expect(apportion(whole, weights)?.reduce((sum, value) => sum + value, 0n)).toBe(whole);
        },
      ),
    );
    expect(apportion(5n, [3n, -3n])).toBeNull();
    expect(apportion(0n, [])).toEqual([]);
    expect(apportion(-100_00n, [-1n, -3n])).toEqual([-25_00n, -75_00n]);
    expect(convertAll([1n], rateOf("1"), 2, 10_000n)).toBeNull();
  });

  it("rounds half away from zero", () => {
    expect([convert(50n, rateOf("1"), 2), convert(-50n, rateOf("1"), 2), convert(49n, rateOf("1"), 2), convert(1_0000n, rateOf("1.005"), 2)]).toEqual([
      100n,
      -100n,
      0n,
      1_0100n,
    ]);
  });

  it("gives what is left over to the amount that rounding treated worst, not to the largest", () => {
    const rate = rateOf("1.001");
    expect(convertAll([100_0000n, 4_0000n, 4_0000n, 3_0000n], rate, 2, convert(111_0000n, rate, 2))).toEqual([100_1000n, 4_0100n, 4_0000n, 3_0000n]);
    expect(convertAll([-100_0000n, -4_0000n, -4_0000n, -3_0000n], rate, 2, -convert(111_0000n, rate, 2))).toEqual([-100_1000n, -4_0100n, -4_0000n, -3_0000n]);
  });
});
