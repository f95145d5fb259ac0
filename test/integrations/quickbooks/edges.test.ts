/** What a document becomes where one thing more, or one less, would make it another. */
import { describe, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";
import { ACCOUNTS, BOOKS, ENVELOPE, expense, ITEMS, ledger, meaning, ref, sale, translated } from "./books.ts";

const EUR = { CurrencyRef: ref("EUR"), ExchangeRate: 1.3 };
const link = (TxnId: string, TxnType: string, Amount: number) => ({ Amount, LinkedTxn: [{ TxnId, TxnType }] });
const abroad = {
  ...BOOKS,
  rates: new Map([
    ["Invoice:70", "1.255"],
    ["Invoice:72", "1"],
    ["CreditMemo:71", "1.255"],
  ]),
};

describe("a payment of one foreign document by several lines", () => {
  const payment = (total: number, lines: object[], books = abroad) =>
    ledger(translated("Payment", { ...EUR, DepositToAccountRef: ref("91"), TotalAmt: total, Line: lines }, books));

  it("leaves the claim as if it were one line, to the cent", ({ expect }) => {
    const twice = [link("70", "Invoice", 1), link("70", "Invoice", 1)];
    expect(payment(2, twice)).toEqual(["91 2.00 = 2.60", "85 -1.00 = -1.26", "85 -1.00 = -1.25", "90 0.00 = -0.09"]);
    const later = { ...abroad, settledBefore: new Map([["Invoice:70<Payment:1", "1"]]) };
    expect(payment(2, twice, later)).toEqual(["91 2.00 = 2.60", "85 -1.00 = -1.25", "85 -1.00 = -1.26", "90 0.00 = -0.09"]);
  });

  it("goes at its own rate where a line names no document", ({ expect }) => {
    expect(payment(2, [{ Amount: 2 }])).toEqual(["91 2.00 = 2.60", "85 -2.00 = -2.60"]);
  });

  it("does so with credits too", ({ expect }) => {
    const lines = [link("72", "Invoice", 4), link("71", "CreditMemo", 1), link("71", "CreditMemo", 1)];
    expect(payment(2, lines)).toEqual(["91 2.00 = 2.60", "85 -4.00", "85 1.00 = 1.26", "85 1.00 = 1.25", "90 0.00 = -1.11"]);
  });
});

describe("a home total that QuickBooks sends", () => {
  const lines = { Line: [sale("3", 100)] };
  const bought = { Line: [expense("13", 100)] };
  it.for<[entity: string, document: object, header: string]>([
    ["Invoice", { ...lines, CustomerRef: ref("1") }, "85 100.00 = 130.01"],
    ["CreditMemo", { ...lines, CustomerRef: ref("1") }, "85 -100.00 = -130.01"],
    ["SalesReceipt", { ...lines, DepositToAccountRef: ref("91") }, "91 100.00 = 130.01"],
    ["RefundReceipt", { ...lines, DepositToAccountRef: ref("91") }, "91 -100.00 = -130.01"],
    ["Purchase", { ...bought, AccountRef: ref("91") }, "91 -100.00 = -130.01"],
    ["Bill", { ...bought, APAccountRef: ref("92") }, "92 -100.00 = -130.01"],
    ["Payment", { DepositToAccountRef: ref("91") }, "91 100.00 = 130.01"],
    ["BillPayment", { CheckPayment: { BankAccountRef: ref("91") } }, "91 -100.00 = -130.01"],
    [
      "Deposit",
      { DepositToAccountRef: ref("91"), Line: [{ Amount: 100, DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref("82") } }] },
      "91 100.00 = 130.01",
    ],
  ])("is that of the header of a foreign %s", ([entity, document, header], { expect }) => {
    expect(ledger(translated(entity, { ...EUR, TotalAmt: 100, HomeTotalAmt: 130.01, ...document }))[0]).toBe(header);
  });

  it.for([
    [130.02, true],
    [129.98, true],
    [130.03, false],
    [129.97, false],
  ] as const)("of %d is rounding at a cent an entry, and no more: %s", ([home, fits], { expect }) => {
    const result = translated("Invoice", { ...EUR, CustomerRef: ref("1"), TotalAmt: 100, HomeTotalAmt: home, ...lines });
    expect([result.problems.map(({ code }) => code), result.transaction !== null]).toEqual([fits ? [] : ["unbalanced"], fits]);
  });
});

describe("what is shown", () => {
  it("is the account that most of the lines together are for", ({ expect }) => {
    const lines = [expense("8", 50), expense("13", 30), expense("13", 30)];
    expect(meaning(translated("Purchase", { PaymentType: "Cash", AccountRef: ref("35"), TotalAmt: 110, Line: lines }))).toBe("purchase -110.00 cash 13");
  });

  it("is a transfer's amount above zero, whichever side wrote it", ({ expect }) => {
    const document = { PaymentType: "Check", AccountRef: ref("35"), TotalAmt: 100, Line: [expense("42", 100)] };
    expect(meaning(translated("Purchase", document))).toBe("transfer 100.00 no cash -");
  });

  it("is what a document means where no cash moved, and nothing where it is worth nothing", ({ expect }) => {
    expect(meaning(translated("SalesReceipt", { DepositToAccountRef: ref("37"), TotalAmt: 100, Line: [sale("3", 100)] }))).toBe(
      "sales_receipt 100.00 no cash 48",
    );
    expect(meaning(translated("SalesReceipt", { DepositToAccountRef: ref("35"), TotalAmt: 0, Line: [sale("3", 10), sale("4", -10)] }))).toMatch(
      /^sales_receipt 0\.00 no cash/,
    );
    const line = (Amount: number, account: string) => ({ Amount, DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref(account) } });
    expect(meaning(translated("Deposit", { DepositToAccountRef: ref("35"), TotalAmt: 0, Line: [line(10, "82"), line(-10, "8")] }))).toMatch(
      /^deposit 0\.00 no cash/,
    );
  });

  it("names a document that says nothing by its kind", ({ expect }) => {
    const document = { CheckPayment: { BankAccountRef: ref("35") }, TotalAmt: 5 };
    expect(translated("BillPayment", document).transaction?.description).toBe("bill payment");
  });

  it("has no category where a deposit brings linked money, whatever account that leaves", ({ expect }) => {
    const linked = { ...link("120", "Payment", 10), DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref("82") } };
    expect(meaning(translated("Deposit", { DepositToAccountRef: ref("35"), TotalAmt: 10, Line: [linked] }))).toBe("deposit 10.00 cash -");
    const nowhere = { Amount: 10, DetailType: "DepositLineDetail", DepositLineDetail: {} };
    expect(translated("Deposit", { DepositToAccountRef: ref("35"), TotalAmt: 10, Line: [nowhere] }).problems.map(({ code }) => code)).toContain(
      "unknown_account",
    );
    expect(translated("Deposit", { DepositToAccountRef: ref("35"), TotalAmt: 10, Line: [{ Amount: 10 }] }).problems.map(({ code }) => code)).toContain(
      "unknown_line",
    );
  });

  it("names whom a journal line's reference names, where the line gives no type", ({ expect }) => {
    const detail = (PostingType: string, account: string) => ({
      Amount: 5,
      DetailType: "JournalEntryLineDetail",
      JournalEntryLineDetail: { PostingType, AccountRef: ref(account), Entity: { EntityRef: { value: "9", type: "Vendor" } } },
    });
    expect(translated("JournalEntry", { Line: [detail("Debit", "13"), detail("Credit", "44")] }).transaction?.counterparty).toEqual({
      id: "9",
      name: null,
      type: "vendor",
    });
  });
});

describe("tax", () => {
  const invoice = (document: object) => ledger(translated("Invoice", { CustomerRef: ref("1"), ...document }));
  const inclusive = { GlobalTaxCalculation: "TaxInclusive", TotalAmt: 110, TxnTaxDetail: { TotalTax: 10 } };

  it("that is contained is given up by taxed lines, and never by a discount", ({ expect }) => {
    const discount = { Amount: 10, DetailType: "DiscountLineDetail", DiscountLineDetail: { DiscountAccountRef: ref("86"), TaxCodeRef: ref("TAX") } };
    expect(invoice({ ...inclusive, Line: [sale("3", 120, "TAX"), discount] })).toEqual(["84 110.00", "48 -110.00", "86 10.00", "89 -10.00"]);
  });

  it("that is contained is given up by all lines where none says that it is taxed", ({ expect }) => {
    expect(invoice({ ...inclusive, Line: [sale("3", 110)] })).toEqual(["84 110.00", "48 -100.00", "89 -10.00"]);
  });

  it("of lines that are worth nothing together cannot be shared, and is not posted", ({ expect }) => {
    const result = translated("Invoice", { ...inclusive, CustomerRef: ref("1"), TotalAmt: 0, Line: [sale("3", 10, "TAX"), sale("4", -10, "TAX")] });
    expect(result.problems.map(({ code }) => code)).toEqual(["unbalanced"]);
  });

  it("is none where nothing says so", ({ expect }) => {
    expect(invoice({ TotalAmt: 100, TxnTaxDetail: {}, Line: [sale("3", 100)] })).toEqual(["84 100.00", "48 -100.00"]);
  });

  it("is the sum of its lines where no total is stated", ({ expect }) => {
    const TaxLine = [{ Amount: 2 }, { Amount: 1 }];
    expect(invoice({ TotalAmt: 103, TxnTaxDetail: { TaxLine }, Line: [sale("3", 100, "TAX")] })).toEqual(["84 103.00", "48 -100.00", "89 -3.00"]);
  });
});

describe("a claim", () => {
  it("at home stands at the oldest account of claims where none is in the home currency", ({ expect }) => {
    const pounds = ACCOUNTS.filter(({ id }) => id === "85").map((account) => ({ ...account, id: "185", currency: "GBP" }));
    const books = createBooks({ homeCurrency: "USD", accounts: [...pounds, ...ACCOUNTS.filter(({ id }) => id !== "84")], items: ITEMS });
    expect(ledger(translated("Invoice", { CustomerRef: ref("1"), TotalAmt: 5, Line: [sale("3", 5)] }, books))).toEqual(["85 5.00", "48 -5.00"]);
  });
});

describe("an item", () => {
  const chain = (length: number) =>
    createBooks({
      homeCurrency: "USD",
      accounts: ACCOUNTS,
      items: [
        ...ITEMS,
        ...Array.from({ length }, (_, at) => ({
          id: `c${at}`,
          name: `c${at}`,
          type: "Category",
          parentId: at + 1 < length ? `c${at + 1}` : null,
          incomeAccountId: at + 1 < length ? null : "45",
          expenseAccountId: null,
          assetAccountId: null,
          active: true,
        })),
      ],
    });
  it.for([
    [6, ["84 5.00", "45 -5.00"]],
    [7, []],
  ] as const)("under %d others has their account while QuickBooks could have made them", ([length, posted], { expect }) => {
    expect(ledger(translated("Invoice", { CustomerRef: ref("1"), TotalAmt: 5, Line: [sale("c0", 5)] }, chain(length)))).toEqual(posted);
  });
});

describe("a number", () => {
  it("of more digits than any currency has is rounded to cents once", ({ expect }) => {
    const moved = { FromAccountRef: ref("35"), ToAccountRef: ref("36") };
    expect(ledger(translated("Transfer", { ...moved, Amount: 10.12499 }))).toEqual(["36 10.12", "35 -10.12"]);
    const long = (digits: number) => translate("Transfer", { ...ENVELOPE, ...moved, Amount: `1.${"1".repeat(digits)}` }, BOOKS).problems.length;
    expect([long(20), long(21)]).toEqual([0, 1]);
    const rated = (digits: number) =>
      translate("Transfer", { ...ENVELOPE, ...moved, Amount: "1", CurrencyRef: ref("EUR"), ExchangeRate: `1.${"1".repeat(digits)}` }, BOOKS).problems.length;
    expect([rated(20), rated(21)]).toEqual([0, 1]);
  });
});

describe("a note that says voided", () => {
  it("is not believed while any amount stands", ({ expect }) => {
    const moved = translated("Transfer", { PrivateNote: "Voided", Amount: 5, FromAccountRef: ref("35"), ToAccountRef: ref("36") });
    expect(moved.transaction?.status).toBe("posted");
    expect(translated("Invoice", { PrivateNote: "Voided", TotalAmt: 5, CustomerRef: ref("1"), Line: [] }).problems.map(({ code }) => code)).toEqual([
      "unbalanced",
    ]);
  });
});

describe("what cannot be read", () => {
  it("is kept whole by its id, or without one, and says which fields, five of them", ({ expect }) => {
    const nothing = { entity: "Invoice", version: null, updatedAt: null, deleted: false, transaction: null, postings: [] };
    expect(translate("Invoice", "text", BOOKS)).toStrictEqual({
      ...nothing,
      externalId: "",
      problems: [{ code: "unreadable", detail: "document: invalid_type" }],
    });
    expect(translate("Invoice", { Id: "7" }, BOOKS)).toStrictEqual({
      ...nothing,
      externalId: "7",
      problems: [{ code: "unreadable", detail: "MetaData: invalid_type" }],
    });
    const wrong = { TxnDate: 1, TotalAmt: 1, Amount: 1, HomeTotalAmt: 1, UnappliedAmt: 1, Deposit: 1, PrivateNote: 1 };
    const [problem] = translate("Invoice", { ...ENVELOPE, ...wrong }, BOOKS).problems;
    expect(problem?.detail.split("; ")).toHaveLength(5);
  });

  it("is an entity that is none, however it is called", ({ expect }) => {
    for (const name of ["constructor", "toString"])
      expect(translate(name, { ...ENVELOPE }, BOOKS).problems).toEqual([{ code: "unknown_entity", detail: name }]);
  });
});
