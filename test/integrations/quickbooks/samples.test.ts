/** Intuit's own sample documents, word for word, and the postings each must become. */
import { describe, expect, it } from "vitest";
import { parseExact } from "../../../src/core/money.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";
import { BOOKS, ledger, meaning } from "./books.ts";

const meta = (time: string) => `"MetaData":{"CreateTime":"${time}","LastUpdatedTime":"${time}"}`;
const from = (entity: string, text: string) => translate(entity, parseExact(text), BOOKS);

describe("purchases", () => {
  const cash = `{"Id":"252","SyncToken":"0","domain":"QBO","sparse":false,"PaymentType":"Cash","TxnDate":"2015-07-27",
    "AccountRef":{"value":"35","name":"Checking"},"TotalAmt":10.0,"CustomField":[],
    "Line":[{"Id":"1","Amount":10.0,"DetailType":"AccountBasedExpenseLineDetail","ProjectRef":{"value":"39298034"},
      "AccountBasedExpenseLineDetail":{"AccountRef":{"value":"13","name":"Meals and Entertainment"},"TaxCodeRef":{"value":"NON"},"BillableStatus":"NotBillable"}}],
    "PurchaseEx":{"any":[{"name":"{http://schema.intuit.com/finance/v3}NameValue","value":{"Name":"TxnType","Value":"54"},"nil":false,"globalScope":true}]},
    ${meta("2015-07-27T10:37:26-07:00")}}`;

  it("translates a cash purchase whole", () => {
    expect(from("Purchase", cash)).toStrictEqual({
      externalId: "252",
      entity: "Purchase",
      version: "0",
      updatedAt: "2015-07-27T17:37:26.000Z",
      deleted: false,
      transaction: {
        date: "2015-07-27",
        amount: "-10.00",
        currency: "USD",
        kind: "purchase",
        movedCash: true,
        category: "Meals and Entertainment",
        categoryAccountId: "13",
        counterparty: null,
        description: "purchase",
        memo: null,
        docNumber: null,
        status: "posted",
      },
      postings: [
        { line: 0, accountId: "35", amount: "-10.00", currency: "USD", homeAmount: "-10.00", memo: null, entityId: null },
        { line: 1, accountId: "13", amount: "10.00", currency: "USD", homeAmount: "10.00", memo: null, entityId: null },
      ],
      problems: [],
    });
  });

  it("takes a card credit with a bank line for the card payment it is", () => {
    const result = from(
      "Purchase",
      `{"Id":"139","SyncToken":"0","PaymentType":"CreditCard","Credit":true,"TxnDate":"2014-09-01","AccountRef":{"value":"42","name":"Visa"},"TotalAmt":900,
      "Line":[{"Id":"1","Amount":900,"Description":"Monthly Payment","DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{"AccountRef":{"value":"35","name":"Checking"}}}],
      "PurchaseEx":{"any":[{"value":{"Name":"TxnType","Value":"11"}}]},${meta("2014-09-01T10:00:00-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["42 900.00", "35 -900.00"]);
    expect(meaning(result)).toBe("transfer 900.00 no cash -");
    expect(result.transaction?.description).toBe("Monthly Payment");
  });
});

describe("bills", () => {
  it("owes what a bill says", () => {
    const result = from(
      "Bill",
      `{"Id":"25","SyncToken":"2","TxnDate":"2014-11-06","DueDate":"2014-12-06","TotalAmt":103.55,"Balance":0,
      "VendorRef":{"value":"46","name":"Norton Lumber and Building Materials"},"APAccountRef":{"value":"33","name":"Accounts Payable (A/P)"},
      "SalesTermRef":{"value":"3"},"CurrencyRef":{"value":"USD","name":"United States Dollar"},"LinkedTxn":[{"TxnId":"118","TxnType":"BillPaymentCheck"}],
      "Line":[{"Id":"1","Amount":103.55,"Description":"Lumber","DetailType":"AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail":{"AccountRef":{"value":"64","name":"Job Expenses:Job Materials:Decks and Patios"},"BillableStatus":"Billable","CustomerRef":{"value":"26","name":"Travis Waldron"},"TaxCodeRef":{"value":"TAX"}}}],
      "MetaData":{"CreateTime":"2014-11-06T15:37:25-08:00","LastUpdatedTime":"2015-02-09T10:11:11-08:00"}}`,
    );
    expect(ledger(result)).toEqual(["33 -103.55", "64 103.55"]);
    expect(result.postings.map(({ entityId, memo }) => [entityId, memo])).toEqual([
      ["vendor:46", null],
      ["customer:26", "Lumber"],
    ]);
    expect(meaning(result)).toBe("bill -103.55 no cash 64");
    expect(result.transaction?.counterparty).toEqual({ id: "46", name: "Norton Lumber and Building Materials", type: "vendor" });
    expect([result.version, result.updatedAt]).toEqual(["2", "2015-02-09T18:11:11.000Z"]);
  });

  it("pays a bill from the bank, and from the card", () => {
    const paid = (how: string) => `{"Id":"236","SyncToken":"0","TxnDate":"2015-07-14","VendorRef":{"value":"56","name":"Bob's Burger Joint"},${how},
      "TotalAmt":200.0,"PrivateNote":"Acct. 1JK90","Line":[{"Amount":200.0,"LinkedTxn":[{"TxnId":"234","TxnType":"Bill"}]}],${meta("2015-07-14T12:34:04-07:00")}}`;
    const bank = from("BillPayment", paid(`"PayType":"Check","CheckPayment":{"PrintStatus":"NeedToPrint","BankAccountRef":{"value":"35","name":"Checking"}}`));
    const card = from("BillPayment", paid(`"PayType":"CreditCard","CreditCardPayment":{"CCAccountRef":{"value":"42"}}`));
    expect(ledger(bank)).toEqual(["35 -200.00", "33 200.00"]);
    expect(ledger(card)).toEqual(["42 -200.00", "33 200.00"]);
    expect(meaning(bank)).toBe("bill_payment -200.00 cash -");
    expect(bank.transaction).toMatchObject({ memo: "Acct. 1JK90", description: "Acct. 1JK90" });
  });

  it("takes a vendor credit as a bill backwards", () => {
    const result = from(
      "VendorCredit",
      `{"Id":"255","SyncToken":"0","TxnDate":"2014-12-23","VendorRef":{"value":"30","name":"Books by Bessie"},"APAccountRef":{"value":"33","name":"Accounts Payable (A/P)"},"TotalAmt":90.0,
      "Line":[{"Id":"1","Amount":90.0,"DetailType":"AccountBasedExpenseLineDetail","AccountBasedExpenseLineDetail":{"AccountRef":{"value":"8","name":"Bank Charges"},"BillableStatus":"Billable","CustomerRef":{"value":"1","name":"Amy's Bird Sanctuary"},"TaxCodeRef":{"value":"TAX"}}}],
      ${meta("2014-12-23T12:00:00-08:00")}}`,
    );
    expect(ledger(result)).toEqual(["33 90.00", "8 -90.00"]);
    expect(meaning(result)).toBe("vendor_credit 90.00 no cash 8");
  });
});

describe("sales", () => {
  it("earns an invoice's lines, owes its tax, and finds the receivable that it does not name", () => {
    const result = from(
      "Invoice",
      `{"Id":"130","SyncToken":"0","DocNumber":"1037","TxnDate":"2014-09-19","DueDate":"2014-10-19","CustomerRef":{"value":"24","name":"Sonnenschein Family Store"},
      "Line":[{"Id":"1","LineNum":1,"Amount":275.0,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"5","name":"Rock Fountain"},"UnitPrice":275,"Qty":1,"TaxCodeRef":{"value":"TAX"}}},
        {"Id":"2","LineNum":2,"Amount":12.75,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"11","name":"Pump"},"UnitPrice":12.75,"Qty":1,"TaxCodeRef":{"value":"TAX"}}},
        {"Id":"3","LineNum":3,"Amount":47.5,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"3","name":"Concrete"},"UnitPrice":9.5,"Qty":5,"TaxCodeRef":{"value":"TAX"}}},
        {"Amount":335.25,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}],
      "TxnTaxDetail":{"TxnTaxCodeRef":{"value":"2"},"TotalTax":26.82,"TaxLine":[{"Amount":26.82,"DetailType":"TaxLineDetail","TaxLineDetail":{"TaxRateRef":{"value":"3"},"PercentBased":true,"TaxPercent":8,"NetAmountTaxable":335.25}}]},
      "TotalAmt":362.07,"Balance":362.07,"ApplyTaxAfterDiscount":false,"LinkedTxn":[{"TxnId":"100","TxnType":"Estimate"}],${meta("2014-09-19T13:16:17-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["84 362.07", "48 -275.00", "48 -12.75", "48 -47.50", "89 -26.82"]);
    expect(result.postings[0]?.entityId).toBe("customer:24");
    expect(meaning(result)).toBe("invoice 362.07 no cash 48");
    expect(result.transaction?.docNumber).toBe("1037");
  });

  it("receives a sales receipt", () => {
    const result = from(
      "SalesReceipt",
      `{"Id":"11","SyncToken":"0","DocNumber":"1003","TxnDate":"2014-09-14","CustomerRef":{"value":"6","name":"Dylan Sollfrank"},
      "DepositToAccountRef":{"value":"35","name":"Checking"},"PaymentMethodRef":{"value":"2","name":"Check"},"PaymentRefNum":"10264","TotalAmt":337.5,"Balance":0,
      "Line":[{"Id":"1","LineNum":1,"Amount":337.5,"Description":"Custom Design","DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"4","name":"Design"},"Qty":4.5,"UnitPrice":75,"TaxCodeRef":{"value":"NON"}}},
        {"Amount":337.5,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}],
      "TxnTaxDetail":{"TotalTax":0},${meta("2014-09-16T14:59:48-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["35 337.50", "82 -337.50"]);
    expect(meaning(result)).toBe("sales_receipt 337.50 cash 82");
    expect(result.transaction?.description).toBe("Custom Design");
  });

  it("pays a refund out, though its numbers are positive", () => {
    const result = from(
      "RefundReceipt",
      `{"Id":"66","DocNumber":"1020","TxnDate":"2014-09-17","DepositToAccountRef":{"value":"35","name":"Checking"},"PaymentMethodRef":{"value":"2","name":"Check"},"TotalAmt":87.5,
      "Line":[{"Amount":87.5,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"10","name":"Pest Control"},"Qty":2.5,"UnitPrice":35,"TaxCodeRef":{"value":"NON"}}},
        {"Amount":87.5,"DetailType":"SubTotalLineDetail"}],"Balance":0,"CustomerRef":{"value":"15","name":"Pye's Cakes"},${meta("2014-09-17T12:00:00-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["35 -87.50", "54 87.50"]);
    expect(meaning(result)).toBe("refund_receipt -87.50 cash 54");
    expect(result.version).toBeNull();
  });

  it("takes a credit memo as an invoice backwards", () => {
    const result = from(
      "CreditMemo",
      `{"Id":"73","SyncToken":"3","DocNumber":"1026","TxnDate":"2014-09-02","TotalAmt":100.0,"RemainingCredit":0,"Balance":0,"CustomerRef":{"value":"1","name":"Amy's Bird Sanctuary"},
      "Line":[{"Amount":100.0,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"10"}}},{"Amount":100.0,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}],${meta("2014-09-02T12:00:00-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["84 -100.00", "54 100.00"]);
    expect(meaning(result)).toBe("credit_memo -100.00 no cash 54");
  });
});

describe("payments and deposits", () => {
  it("settles the receivable with a payment, the unapplied part of it too", () => {
    const result = from(
      "Payment",
      `{"Id":"163","SyncToken":"0","TxnDate":"2015-01-16","CustomerRef":{"value":"20","name":"Red Rock Diner"},"DepositToAccountRef":{"value":"4"},"TotalAmt":65.0,"UnappliedAmt":10.0,"ProcessPayment":false,
      "Line":[{"Amount":55.0,"LinkedTxn":[{"TxnId":"70","TxnType":"Invoice"}],
        "LineEx":{"any":[{"value":{"Name":"txnId","Value":"70"}},{"value":{"Name":"txnOpenBalance","Value":"71.00"}},{"value":{"Name":"txnReferenceNumber","Value":"1024"}}]}}],${meta("2015-01-16T15:08:12-08:00")}}`,
    );
    expect(ledger(result)).toEqual(["4 65.00", "84 -65.00"]);
    expect(meaning(result)).toBe("payment 65.00 cash -");
    expect(result.postings.map(({ entityId }) => entityId)).toEqual(["customer:20", "customer:20"]);
  });

  const linked = (
    amount: string,
  ) => `{"Id":"148","SyncToken":"0","TxnDate":"2014-12-22","DepositToAccountRef":{"value":"35","name":"Checking"},"TotalAmt":1675.52,
    "Line":[{"Amount":${amount},"LinkedTxn":[{"TxnLineId":"0","TxnId":"120","TxnType":"Payment"}]}],${meta("2014-12-22T12:46:52-08:00")}}`;

  it("banks what was received before as a transfer", () => {
    const result = from("Deposit", linked("1675.52"));
    expect(ledger(result)).toEqual(["35 1675.52", "4 -1675.52"]);
    expect(meaning(result)).toBe("transfer 1675.52 no cash -");
  });

  it("says that Intuit's own deposit sample does not add up, instead of guessing", () => {
    expect(from("Deposit", linked("1675"))).toMatchObject({
      transaction: null,
      postings: [],
      problems: [{ code: "unbalanced", detail: "debits and credits differ by 0.52 USD" }],
    });
  });

  it("takes a direct deposit line as income", () => {
    const result = from(
      "Deposit",
      `{"Id":"9","SyncToken":"0","TxnDate":"2014-12-22","DepositToAccountRef":{"value":"35"},"TotalAmt":20.0,
      "Line":[{"Id":"1","LineNum":1,"Amount":20.0,"DetailType":"DepositLineDetail","DepositLineDetail":{"AccountRef":{"value":"87","name":"Unapplied Cash Payment Income"},"Entity":{"value":"7","name":"Freeman","type":"CUSTOMER"},"CheckNum":"17"}}],${meta("2014-12-22T12:46:52-08:00")}}`,
    );
    expect(ledger(result)).toEqual(["35 20.00", "87 -20.00"]);
    expect(meaning(result)).toBe("deposit 20.00 cash 87");
    expect(result.transaction?.counterparty).toEqual({ id: "7", name: "Freeman", type: "customer" });
  });
});

describe("transfers and journals", () => {
  it("moves money between own accounts", () => {
    const result = from(
      "Transfer",
      `{"Id":"148","SyncToken":"0","TxnDate":"2016-02-11","Amount":250.00,"FromAccountRef":{"value":"36","name":"Savings"},"ToAccountRef":{"value":"35","name":"Checking"},"PrivateNote":"rent","CurrencyRef":{"value":"USD","name":"United States Dollar"},${meta("2016-02-11T06:00:44-08:00")}}`,
    );
    expect(ledger(result)).toEqual(["35 250.00", "36 -250.00"]);
    expect(meaning(result)).toBe("transfer 250.00 no cash -");
  });

  it("pays the card from the bank, under the key that replies use", () => {
    const result = from(
      "CreditCardPaymentTxn",
      `{"Id":"29","SyncToken":"0","TxnDate":"2016-02-11","Amount":100.0,"BankAccountRef":{"value":"35"},"CreditCardAccountRef":{"value":"42"},"Memo":"February","VendorRef":{"value":"5"},${meta("2016-02-11T06:00:44-08:00")}}`,
    );
    expect(ledger(result)).toEqual(["42 100.00", "35 -100.00"]);
    expect(result).toMatchObject({
      entity: "CreditCardPayment",
      transaction: { kind: "transfer", amount: "100.00", memo: "February", counterparty: { id: "5", name: null, type: "vendor" } },
    });
  });

  it("writes a journal entry as it stands, whatever its total says", () => {
    const result = from(
      "JournalEntry",
      `{"Id":"227","SyncToken":"0","TxnDate":"2015-06-29","Adjustment":false,"TotalAmt":0,"TxnTaxDetail":{},
      "Line":[{"Id":"0","Amount":25.54,"Description":"Four sprinkler heads damaged","DetailType":"JournalEntryLineDetail",
        "JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"65"},"Entity":{"Type":"Customer","EntityRef":{"value":"1","name":"Amy's Bird Sanctuary"}}}},
        {"Id":"1","Amount":25.54,"DetailType":"JournalEntryLineDetail","JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"44","name":"Notes Payable"},"Entity":{"Type":"Vendor","EntityRef":{"value":"2"}}}}],
      ${meta("2015-06-29T12:33:57-07:00")}}`,
    );
    expect(ledger(result)).toEqual(["65 25.54", "44 -25.54"]);
    expect(result.postings.map(({ entityId }) => entityId)).toEqual(["customer:1", "vendor:2"]);
    expect(meaning(result)).toBe("journal -25.54 no cash 65");
    expect(result.transaction?.counterparty).toBeNull();
  });
});
