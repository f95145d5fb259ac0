/** Foreign currency: rounding, rates of what is settled, and what happens when one is missing. */
import { describe, expect, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { ratesNeeded } from "../../../src/integrations/quickbooks/translate/payments.ts";
import { ACCOUNTS, expense, ITEMS, ledger, meaning, ref, sale, translated } from "./books.ts";

const invoice = (total: number, lines: object[], more: object = {}) => translated("Invoice", { CustomerRef: ref("24"), TotalAmt: total, Line: lines, ...more });

describe("foreign currency", () => {
  const eur = (rate?: number) => ({ CurrencyRef: ref("EUR"), ...(rate === undefined ? {} : { ExchangeRate: rate }) });
  const withRates = (rates: [string, string][]) => createBooks({ homeCurrency: "USD", accounts: ACCOUNTS, items: ITEMS, rates: new Map(rates) });
  const link = (type: string, id: string, amount: number) => ({ Amount: amount, LinkedTxn: [{ TxnId: id, TxnType: type }] });

  it("rounds each line by itself, as QuickBooks does, and the cents that this leaves are exchange gain or loss", () => {
    const result = invoice(10, [sale("4", 3.33), sale("3", 3.33), sale("10", 3.34)], eur(1.1));
    expect(ledger(result)).toEqual(["85 10.00 = 11.00", "82 -3.33 = -3.66", "48 -3.33 = -3.66", "54 -3.34 = -3.67", "90 0.00 = -0.01"]);
    expect(result.transaction).toMatchObject({ amount: "10.00", currency: "EUR" });
  });

  it("believes QuickBooks' own home total within rounding, and nothing beyond", () => {
    expect(ledger(invoice(10, [sale("4", 5), sale("3", 5)], { ...eur(1.111), HomeTotalAmt: 11.1 }))).toEqual([
      "85 10.00 = 11.10",
      "82 -5.00 = -5.56",
      "48 -5.00 = -5.56",
      "90 0.00 = 0.02",
    ]);
    expect(meaning(invoice(10, [sale("4", 10)], { ...eur(1.1), HomeTotalAmt: 12 }))).toBe("unbalanced");
  });

  it("believes it with the sign that the document has, and only for the whole of it", () => {
    const goods = { TotalAmt: 10, HomeTotalAmt: 11.1, Line: [sale("4", 5), sale("3", 5)], ...eur(1.111) };
    expect(ledger(translated("CreditMemo", goods))).toEqual(["85 -10.00 = -11.10", "82 5.00 = 5.56", "48 5.00 = 5.56", "90 0.00 = -0.02"]);
    expect(ledger(translated("Invoice", { ...goods, Deposit: 4, DepositToAccountRef: ref("91") }))).toEqual([
      "85 6.00 = 6.67",
      "91 4.00 = 4.44",
      "82 -5.00 = -5.56",
      "48 -5.00 = -5.56",
      "90 0.00 = 0.01",
    ]);
  });

  it("uses the account in home currency where there is none in the document's, even an older one in a third", () => {
    const older = ACCOUNTS.map((account) => (account.id === "85" ? { ...account, id: "7" } : account));
    const books = createBooks({ homeCurrency: "USD", accounts: older, items: ITEMS });
    expect(ledger(translated("Invoice", { TotalAmt: 1, Line: [sale("4", 1)], CurrencyRef: ref("GBP"), ExchangeRate: 2 }, books))).toEqual([
      "84 1.00 = 2.00",
      "82 -1.00 = -2.00",
    ]);
  });

  it("uses the payable of the currency", () => {
    expect(ledger(translated("Bill", { TotalAmt: 2, Line: [expense("13", 2)], ...eur(1.25) }))).toEqual(["92 -2.00 = -2.50", "13 2.00 = 2.50"]);
  });

  it("does not guess a rate", () => {
    expect(invoice(10, [sale("4", 10)], eur())).toMatchObject({ transaction: null, problems: [{ code: "unreadable" }] });
    expect(meaning(invoice(10, [sale("4", 10)], eur(0)))).toBe("unreadable");
    expect(meaning(invoice(10, [sale("4", 10)], { CurrencyRef: ref("USD"), ExchangeRate: 1 }))).toBe("invoice 10.00 no cash 82");
  });

  const payment = {
    CustomerRef: ref("24"),
    DepositToAccountRef: ref("91"),
    TotalAmt: 100,
    UnappliedAmt: 20,
    Line: [link("Invoice", "70", 90), link("CreditMemo", "71", 10)],
    ...eur(1.2),
  };

  it("leaves each claim at the rate it was booked at, and the difference as exchange gain or loss", () => {
    const books = withRates([
      ["Invoice:70", "1.1"],
      ["CreditMemo:71", "1.15"],
    ]);
    const result = translated("Payment", payment, books);
    expect(ledger(result)).toEqual(["91 100.00 = 120.00", "85 -90.00 = -99.00", "85 10.00 = 11.50", "85 -20.00 = -24.00", "90 0.00 = -8.50"]);
    expect([meaning(result), result.problems]).toEqual(["payment 100.00 cash -", []]);
  });

  it("leaves nothing of a claim that is paid in parts, whatever rounding did to each", () => {
    const third = (id: string, before: string) =>
      translated(
        "Payment",
        { Id: id, TotalAmt: 0.05, Line: [link("Invoice", "70", 0.05)], DepositToAccountRef: ref("91"), ...eur(1.11) },
        createBooks({
          homeCurrency: "USD",
          accounts: ACCOUNTS,
          items: ITEMS,
          rates: new Map([["Invoice:70", "1.11"]]),
          settledBefore: new Map([[`Invoice:70<Payment:${id}`, before]]),
        }),
      );
    // 0.15 at 1.11 is 0.17, three times 0.05 by itself would be 0.18
    expect([third("1", "0"), third("2", "0.05"), third("3", "0.1")].map((one) => ledger(one)[1])).toEqual(["85 -0.05 = -0.06", "85 -0.05", "85 -0.05 = -0.06"]);
  });

  it("says which rates it lacked, and posts at the payment's own", () => {
    const result = translated("Payment", payment);
    expect(ledger(result)).toEqual(["91 100.00 = 120.00", "85 -90.00 = -108.00", "85 10.00 = 12.00", "85 -20.00 = -24.00"]);
    expect(result.problems.map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      "unknown_rate the rate of Invoice 70 is not known",
      "unknown_rate the rate of CreditMemo 71 is not known",
    ]);
    expect(ratesNeeded(payment, "USD")).toEqual([
      { entity: "Invoice", id: "70" },
      { entity: "CreditMemo", id: "71" },
    ]);
    expect(ratesNeeded({ Line: payment.Line }, "USD")).toEqual([]);
    expect(ratesNeeded({ CurrencyRef: ref("EUR") }, "USD")).toEqual([]);
    expect(ratesNeeded(payment, "EUR")).toEqual([]);
  });

  it("does the same for bills and deposits", () => {
    const books = withRates([
      ["Bill:5", "1.1"],
      ["VendorCredit:6", "1.05"],
      ["Payment:9", "1.3"],
      ["Purchase:8", "1"],
    ]);
    const paid = {
      VendorRef: ref("1"),
      CheckPayment: { BankAccountRef: ref("91") },
      TotalAmt: 30,
      Line: [link("Bill", "5", 40), link("VendorCredit", "6", 6), link("Expense", "8", 4)],
      ...eur(1.2),
    };
    expect(ledger(translated("BillPayment", paid, books))).toEqual([
      "91 -30.00 = -36.00",
      "92 40.00 = 44.00",
      "92 -6.00 = -6.30",
      "92 -4.00",
      "90 0.00 = 2.30",
    ]);
    expect(ledger(translated("Deposit", { DepositToAccountRef: ref("91"), TotalAmt: 10, Line: [link("Payment", "9", 10)], ...eur(1.2) }, books))).toEqual([
      "91 10.00 = 12.00",
      "4 -10.00 = -13.00",
      "90 0.00 = 1.00",
    ]);
  });

  it("pays one entry in home currency whatever is linked", () => {
    expect(ledger(translated("Payment", { ...payment, DepositToAccountRef: ref("35"), CurrencyRef: ref("USD"), ExchangeRate: 1 }))).toEqual([
      "35 100.00",
      "84 -100.00",
    ]);
  });

  it("writes home amounts with the home currency's digits", () => {
    const books = createBooks({ homeCurrency: "JPY", accounts: ACCOUNTS.map((account) => ({ ...account, currency: "JPY" })), items: ITEMS });
    const result = translated(
      "SalesReceipt",
      { DepositToAccountRef: ref("35"), TotalAmt: 10.01, Line: [sale("4", 5), sale("3", 5.01)], CurrencyRef: ref("USD"), ExchangeRate: 151.37 },
      books,
    );
    expect(ledger(result)).toEqual(["35 10.01 = 1515", "82 -5.00 = -757", "48 -5.01 = -758"]);
  });
});
