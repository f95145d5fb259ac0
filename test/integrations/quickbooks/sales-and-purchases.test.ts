/** What is bought and sold, by its exact postings, so that a flipped sign or a dropped line is seen. */
import { describe, expect, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { ACCOUNTS, type BOOKS, expense, ITEMS, ledger, meaning, ref, sale, subTotal, translated } from "./books.ts";

const itemBought = (item: string, amount: number) => ({
  Amount: amount,
  DetailType: "ItemBasedExpenseLineDetail",
  ItemBasedExpenseLineDetail: { ItemRef: ref(item) },
});
const purchase = (total: number, lines: object[], more: object = {}) =>
  translated("Purchase", { AccountRef: ref("35"), TotalAmt: total, Line: lines, ...more });
const invoice = (total: number, lines: object[], more: object = {}) => translated("Invoice", { CustomerRef: ref("24"), TotalAmt: total, Line: lines, ...more });
const tax = (total: number) => ({ TxnTaxDetail: { TotalTax: total } });

describe("what is bought", () => {
  it("keeps split lines apart and names the account that most was spent on", () => {
    const result = purchase(30, [expense("13", 10), expense("8", 15), expense("13", 5.01, { Description: "tea" }), expense("64", -0.01)]);
    expect(ledger(result)).toEqual(["35 -30.00", "13 10.00", "8 15.00", "13 5.01", "64 -0.01"]);
    expect(meaning(result)).toBe("purchase -30.00 cash 13");
    expect(result.transaction?.description).toBe("tea");
  });

  it("gives back what a card credit gives back", () => {
    const result = purchase(12.5, [expense("13", 12.5)], { AccountRef: ref("42"), Credit: true });
    expect(ledger(result)).toEqual(["42 12.50", "13 -12.50"]);
    expect(meaning(result)).toBe("purchase 12.50 cash 13");
  });

  it("counts only what leaves all money at hand where lines name other bank and card accounts", () => {
    const result = purchase(100, [expense("42", 80), expense("8", 20)]);
    expect(ledger(result)).toEqual(["35 -100.00", "42 80.00", "8 20.00"]);
    expect(meaning(result)).toBe("purchase -20.00 cash 8");
  });

  it("sees money move on a line although the header holds none", () => {
    const result = purchase(100, [expense("35", 100)], { AccountRef: ref("88"), Credit: true });
    expect(ledger(result)).toEqual(["88 100.00", "35 -100.00"]);
    expect(meaning(result)).toBe("purchase -100.00 cash -");
  });

  it("means the same where no cash moves at all", () => {
    expect(meaning(purchase(5, [expense("13", 5)], { AccountRef: ref("88") }))).toBe("purchase -5.00 no cash 13");
    expect(meaning(purchase(5, [expense("13", 5)], { AccountRef: ref("88"), Credit: true }))).toBe("purchase 5.00 no cash 13");
    const paid = { VendorRef: ref("1"), CheckPayment: { BankAccountRef: ref("88") }, TotalAmt: 5, Line: [] };
    expect(meaning(translated("BillPayment", paid))).toBe("bill_payment -5.00 no cash -");
    expect(meaning(translated("Payment", { DepositToAccountRef: ref("88"), TotalAmt: 5 }))).toBe("payment 5.00 no cash -");
    expect(ledger(translated("Payment", { TotalAmt: 5 }))).toEqual(["4 5.00", "84 -5.00"]);
  });

  it("debits recoverable tax", () => {
    expect(ledger(purchase(12, [expense("13", 10)], tax(2)))).toEqual(["35 -12.00", "13 10.00", "89 2.00"]);
    expect(ledger(purchase(12, [expense("13", 10)], { ...tax(2), Credit: true }))).toEqual(["35 12.00", "13 -10.00", "89 -2.00"]);
  });

  it("books stock as an asset, services as their expense, and what is only sold against its income", () => {
    expect(ledger(purchase(31, [itemBought("11", 10), itemBought("10", 20), itemBought("3", 1)]))).toEqual(["35 -31.00", "81 10.00", "64 20.00", "48 1.00"]);
  });

  it("takes bills and vendor credits to the payable of their currency when they name none", () => {
    expect(ledger(translated("Bill", { VendorRef: ref("1"), TotalAmt: 12, Line: [expense("13", 10)], ...tax(2) }))).toEqual([
      "33 -12.00",
      "13 10.00",
      "89 2.00",
    ]);
    expect(ledger(translated("VendorCredit", { VendorRef: ref("1"), TotalAmt: 12, Line: [expense("13", 10)], ...tax(2) }))).toEqual([
      "33 12.00",
      "13 -10.00",
      "89 -2.00",
    ]);
  });

  it("names the payee as the document does", () => {
    expect(purchase(1, [expense("13", 1)], { EntityRef: { value: "55", name: "Emily", type: "Employee" } })).toMatchObject({
      transaction: { counterparty: { id: "55", name: "Emily", type: "employee" }, description: "Emily" },
      postings: [{ entityId: "employee:55" }, { entityId: null }],
    });
    expect(purchase(1, [expense("13", 1)], { EntityRef: ref("9") }).transaction?.counterparty).toEqual({ id: "9", name: null, type: "other" });
  });

  it("names no category for what only settles a claim", () => {
    expect(meaning(purchase(5, [expense("33", 5)]))).toBe("purchase -5.00 cash -");
    expect(meaning(purchase(5, [expense("84", 4), expense("13", 1)]))).toBe("purchase -5.00 cash 13");
  });

  it("falls back from the account an item lacks to the one it has", () => {
    const [item] = ITEMS;
    const only = (type: string, accounts: object) =>
      createBooks({ homeCurrency: "USD", accounts: ACCOUNTS, items: item ? [{ ...item, id: "1", type, incomeAccountId: null, ...accounts }] : [] });
    const bought = (books: typeof BOOKS) => ledger(translated("Purchase", { AccountRef: ref("35"), TotalAmt: 1, Line: [itemBought("1", 1)] }, books));
    expect(bought(only("Inventory", { expenseAccountId: "80" }))).toEqual(["35 -1.00", "80 1.00"]);
    expect(bought(only("Service", { assetAccountId: "81" }))).toEqual(["35 -1.00", "81 1.00"]);
  });

  it("pays nothing and settles nothing when only a vendor credit is applied", () => {
    const result = translated("BillPayment", {
      VendorRef: ref("1"),
      PayType: "Check",
      TotalAmt: 0,
      Line: [{ Amount: 5, LinkedTxn: [{ TxnId: "1", TxnType: "Bill" }] }],
    });
    expect([ledger(result), meaning(result)]).toEqual([[], "bill_payment 0.00 no cash -"]);
  });
});

describe("what is sold", () => {
  const bundle = (amount: number, members: object[]) => ({
    Amount: amount,
    DetailType: "GroupLineDetail",
    GroupLineDetail: { GroupItemRef: ref("9"), Line: members },
  });
  const discount = (amount: number, account?: string) => ({
    Amount: amount,
    DetailType: "DiscountLineDetail",
    DiscountLineDetail: { PercentBased: true, DiscountPercent: 10, ...(account ? { DiscountAccountRef: ref(account) } : {}) },
  });

  it("posts a bundle's members and not the bundle", () => {
    expect(ledger(invoice(30, [bundle(30, [sale("3", 10), sale("4", 20)]), subTotal(30)]))).toEqual(["84 30.00", "48 -10.00", "82 -20.00"]);
  });

  it("debits a discount, to the account it names or to discounts given", () => {
    expect(ledger(invoice(90, [sale("4", 100), subTotal(100), discount(10)]))).toEqual(["84 90.00", "82 -100.00", "86 10.00"]);
    expect(ledger(invoice(90, [sale("4", 100), discount(10, "87")]))).toEqual(["84 90.00", "82 -100.00", "87 10.00"]);
    expect(ledger(translated("RefundReceipt", { DepositToAccountRef: ref("35"), TotalAmt: 90, Line: [sale("4", 100), discount(10)] }))).toEqual([
      "35 -90.00",
      "82 100.00",
      "86 -10.00",
    ]);
  });

  it("returns tax with a refund and a credit memo", () => {
    expect(ledger(translated("RefundReceipt", { TotalAmt: 11, Line: [sale("4", 10)], ...tax(1) }))).toEqual(["4 -11.00", "82 10.00", "89 1.00"]);
    expect(ledger(translated("CreditMemo", { TotalAmt: 11, Line: [sale("4", 10)], ...tax(1) }))).toEqual(["84 -11.00", "82 10.00", "89 1.00"]);
  });

  it("keeps a receipt without an account in undeposited funds, where it counts as money at hand", () => {
    const result = translated("SalesReceipt", { TotalAmt: 11, Line: [sale("4", 10)], ...tax(1) });
    expect(ledger(result)).toEqual(["4 11.00", "82 -10.00", "89 -1.00"]);
    expect(meaning(result)).toBe("sales_receipt 11.00 cash 82");
  });

  it("prefers the line's own account, then the item's, then that of the items above it", () => {
    const own = { Amount: 1, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: ref("4"), ItemAccountRef: ref("54") } };
    expect(ledger(invoice(3, [own, sale("4", 1), sale("21", 1)]))).toEqual(["84 3.00", "54 -1.00", "82 -1.00", "45 -1.00"]);
  });

  it("reads detail types however they are spelled", () => {
    const shouted = { Amount: 5, DetailType: "SALES_ITEM_LINE_DETAIL", SalesItemLineDetail: { ItemRef: ref("4") } };
    const note = { DetailType: "DESCRIPTION_ONLY", Description: "thanks" };
    const older = { DetailType: "DescriptionLineDetail", DescriptionLineDetail: {} };
    const billed = { Amount: 2, DetailType: "ReimburseLineDetail", ReimburseLineDetail: { ItemAccountRef: ref("45") } };
    expect(ledger(invoice(2, [older, billed]))).toEqual(["84 2.00", "45 -2.00"]);
    expect(ledger(invoice(5, [shouted, { Amount: 5, DetailType: "SUB_TOTAL_LINE_DETAIL" }, note]))).toEqual(["84 5.00", "82 -5.00"]);
  });

  it("takes the deposit that came with an invoice for money and not for a claim", () => {
    const result = invoice(100, [sale("4", 100)], { Deposit: 30, DepositToAccountRef: ref("35") });
    expect(ledger(result)).toEqual(["84 70.00", "35 30.00", "82 -100.00"]);
    expect(meaning(result)).toBe("invoice 30.00 cash 82");
  });

  it("names the largest account whichever way its lines point", () => {
    expect(meaning(invoice(30, [sale("3", 10), sale("4", 20)]))).toBe("invoice 30.00 no cash 82");
    expect(meaning(invoice(30, [sale("4", 20), sale("3", 10)]))).toBe("invoice 30.00 no cash 82");
    expect(ledger(invoice(10, [sale("4", 10)], { Deposit: 4 }))).toEqual(["84 6.00", "4 4.00", "82 -10.00"]);
  });

  it("is not moved by free lines", () => {
    expect(ledger(invoice(5, [sale("3", 0), sale("4", 5)]))).toEqual(["84 5.00", "82 -5.00"]);
  });
});

describe("tax", () => {
  const lines = (first: number, second: number) => [sale("4", first, "TAX"), sale("3", second, "TAX"), sale("10", 50)];

  it("keeps net amounts of a tax-inclusive document", () => {
    const net = { ...sale("4", 100), SalesItemLineDetail: { ItemRef: ref("4"), TaxInclusiveAmt: 120, TaxCodeRef: ref("S") } };
    expect(ledger(invoice(120, [net], { ...tax(20), GlobalTaxCalculation: "TaxInclusive" }))).toEqual(["84 120.00", "82 -100.00", "89 -20.00"]);
  });

  it("takes the tax out of gross amounts, from taxed lines only, to the cent", () => {
    const result = invoice(150, lines(66.67, 33.33), { ...tax(16.67), GlobalTaxCalculation: "TaxInclusive" });
    expect(ledger(result)).toEqual(["84 150.00", "82 -55.56", "48 -27.77", "54 -50.00", "89 -16.67"]);
  });

  it("adds up tax lines where no total is stated, and takes what is left where a taxed document states nothing", () => {
    expect(ledger(invoice(12, [sale("4", 10)], { TxnTaxDetail: { TaxLine: [{ Amount: 1.5 }, { Amount: 0.5 }] } }))).toEqual([
      "84 12.00",
      "82 -10.00",
      "89 -2.00",
    ]);
    expect(ledger(invoice(12, [sale("4", 10)], { TxnTaxDetail: { TxnTaxCodeRef: ref("2") } }))).toEqual(["84 12.00", "82 -10.00", "89 -2.00"]);
    expect(meaning(invoice(12, [sale("4", 10)], { TxnTaxDetail: {} }))).toBe("unbalanced");
    expect(meaning(invoice(10, [sale("4", 10)], tax(2)))).toBe("unbalanced");
    expect(ledger(invoice(10, [sale("4", 10)], { ...tax(2), GlobalTaxCalculation: "NotApplicable" }))).toEqual(["84 10.00", "82 -10.00"]);
  });

  it("gives each agency its own where its account is known", () => {
    const books = createBooks({ homeCurrency: "USD", accounts: ACCOUNTS, items: ITEMS, taxAccounts: new Map([["7", "93"]]) });
    const line = (rate: string, amount: number) => ({ Amount: amount, TaxLineDetail: { TaxRateRef: ref(rate) } });
    const document = { TotalAmt: 13, Line: [sale("4", 10)], TxnTaxDetail: { TotalTax: 3, TaxLine: [line("7", 2), line("8", 1)] } };
    expect(ledger(translated("SalesReceipt", document, books))).toEqual(["4 13.00", "82 -10.00", "93 -2.00", "89 -1.00"]);
    const overridden = { ...document, TotalAmt: 14, TxnTaxDetail: { ...document.TxnTaxDetail, TotalTax: 4 } };
    expect(ledger(translated("SalesReceipt", overridden, books))).toEqual(["4 14.00", "82 -10.00", "89 -4.00"]);
  });
});
