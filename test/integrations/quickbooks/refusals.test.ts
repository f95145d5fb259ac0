/** What is not posted: unknown, wrong, voided, deleted; and how it says so. */
import { describe, expect, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { ACCOUNTS, expense, ITEMS, ledger, meaning, ref, sale, translated } from "./books.ts";

const purchase = (total: number, lines: object[], more: object = {}) =>
  translated("Purchase", { AccountRef: ref("35"), TotalAmt: total, Line: lines, ...more });
const invoice = (total: number, lines: object[], more: object = {}) => translated("Invoice", { CustomerRef: ref("24"), TotalAmt: total, Line: lines, ...more });
const journalLine = (side: string, account: string, amount: number, more: object = {}) => ({
  Amount: amount,
  DetailType: "JournalEntryLineDetail",
  JournalEntryLineDetail: { PostingType: side, AccountRef: ref(account), ...more },
});
const tax = (total: number) => ({ TxnTaxDetail: { TotalTax: total } });

describe("what cannot be posted says why", () => {
  it("knows what it does not know", () => {
    expect(translated("InventoryAdjustment", {})).toMatchObject({
      externalId: "1",
      transaction: null,
      problems: [{ code: "unknown_entity", detail: "InventoryAdjustment" }],
    });
    expect(translated("constructor", {}).problems[0]?.code).toBe("unknown_entity");
    expect(meaning(purchase(1, [{ Id: "4", Amount: 1, DetailType: "TDSLineDetail", TDSLineDetail: {} }]))).toBe("unknown_line");
    expect(meaning(purchase(0, [{ Amount: 0, DetailType: "FutureLineDetail", FutureLineDetail: { Value: 5 } }]))).toBe("unknown_line");
    expect(meaning(purchase(1, [{ Amount: 1, DetailType: "DescriptionOnly" }]))).toBe("unknown_line");
    expect(meaning(purchase(1, [{ Amount: 1 }]))).toBe("unknown_line");
    expect(meaning(purchase(1, [{ Amount: 1, DetailType: "AccountBasedExpenseLineDetail", AccountBasedExpenseLineDetail: 7 }]))).toBe("unknown_line");
  });

  it("posts to no account that it has not seen", () => {
    expect(purchase(1, [expense("999", 1)])).toMatchObject({
      transaction: null,
      postings: [],
      problems: [{ code: "unknown_account", detail: "account 999 is not in the chart of accounts" }],
    });
    expect(meaning(purchase(1, [expense("13", 1)], { AccountRef: null }))).toBe("unknown_account");
    expect(meaning(invoice(1, [sale("999", 1)]))).toBe("unknown_account");
    expect(invoice(1, [sale("22", 1)]).problems).toEqual([{ code: "unknown_account", detail: "item 22 leads to no account" }]);
    expect(meaning(invoice(1, [sale("23", 1)]))).toBe("unknown_account");
    expect(invoice(1, [{ Amount: 1, DetailType: "SalesItemLineDetail" }]).problems).toEqual([
      { code: "unknown_account", detail: "a line names neither account nor item" },
    ]);
    expect(meaning(invoice(1, [{ ...sale("4", 1), SalesItemLineDetail: { ItemAccountRef: ref("999") } }]))).toBe("unknown_account");
    expect(meaning(translated("BillPayment", { TotalAmt: 1, CheckPayment: {} }))).toBe("unknown_account");
  });

  it("names well-known accounts that the chart lacks by their role", () => {
    const bare = createBooks({ homeCurrency: "USD", accounts: ACCOUNTS.filter(({ id }) => id === "82"), items: ITEMS });
    expect(ledger(translated("Invoice", { TotalAmt: 11, Line: [sale("4", 10)], ...tax(1) }, bare))).toEqual([
      "role:accounts_receivable 11.00",
      "82 -10.00",
      "role:sales_tax_payable -1.00",
    ]);
    const discount = { Amount: 4, DetailType: "DiscountLineDetail", DiscountLineDetail: {} };
    expect(translated("CreditMemo", { TotalAmt: -4, Line: [discount] }, bare).transaction?.category).toBe("role:discounts");
    expect(ledger(translated("SalesReceipt", { TotalAmt: 10, Line: [sale("4", 10)] }, bare))).toEqual(["role:undeposited_funds 10.00", "82 -10.00"]);
  });

  it("prefers the active and the oldest of several accounts for a role", () => {
    const spare = ACCOUNTS.flatMap((account) =>
      account.id === "84"
        ? [
            { ...account, id: "100" },
            { ...account, active: false },
            { ...account, id: "99" },
          ]
        : [account],
    );
    const books = createBooks({ homeCurrency: "USD", accounts: spare, items: ITEMS });
    expect(ledger(translated("Invoice", { TotalAmt: 1, Line: [sale("4", 1)] }, books))[0]).toBe("99 1.00");
  });

  it("does not take an absent amount for zero", () => {
    expect(meaning(translated("Purchase", { AccountRef: ref("35"), Line: [] }))).toBe("unreadable");
    expect(meaning(translated("Transfer", { FromAccountRef: ref("35"), ToAccountRef: ref("36") }))).toBe("unreadable");
  });

  it("rounds noise away to the cent, and posts nothing that then does not add up", () => {
    expect(ledger(purchase(40.7, [expense("13", 40.699999999999996)]))).toEqual(["35 -40.70", "13 40.70"]);
    expect(meaning(purchase(40.7, [expense("13", 20.355555), expense("13", 20.35)]))).toBe("unbalanced");
    expect(ledger(purchase(0.1234, [expense("13", 0.1234)]))).toEqual(["35 -0.1234", "13 0.1234"]);
  });

  it("never throws, and tells fields but not values", () => {
    for (const document of [null, 7, "x", [], {}, { Id: "5" }, { Id: "5", MetaData: { LastUpdatedTime: "2026-01-01T00:00:00" } }]) {
      const result = translated("Purchase", Object(document) as object);
      expect(result.deleted).toBe(false);
    }
    const noZone = translated("Purchase", { Id: "5", MetaData: { LastUpdatedTime: "2026-01-01T00:00:00" } });
    expect(noZone).toMatchObject({ externalId: "5", updatedAt: null, problems: [{ code: "unreadable", detail: "MetaData.LastUpdatedTime: invalid_format" }] });
    expect(translated("Bill", { TotalAmt: "secret" }).problems[0]?.detail).toBe("TotalAmt: custom");
  });
});

describe("voided, deleted, not posting", () => {
  it("keeps a voided document, worth nothing", () => {
    const result = invoice(0, [{ Amount: 0, DetailType: "SALES_ITEM_LINE_DETAIL", SalesItemLineDetail: {} }], {
      PrivateNote: "Voided - order 7",
      DocNumber: "7",
    });
    expect(result).toMatchObject({
      postings: [],
      problems: [],
      transaction: {
        kind: "invoice",
        amount: "0.00",
        status: "voided",
        movedCash: false,
        category: null,
        docNumber: "7",
        memo: "Voided - order 7",
        counterparty: { id: "24" },
      },
    });
    expect(translated("Transfer", { Amount: 0, FromAccountRef: ref("35"), ToAccountRef: ref("36"), PrivateNote: "VOIDED" }).transaction?.status).toBe("voided");
    expect(
      translated("JournalEntry", { TotalAmt: 0, PrivateNote: "Voided", Line: [journalLine("Debit", "13", 0), journalLine("Credit", "35", 0)] }).transaction
        ?.status,
    ).toBe("voided");
    expect(translated("CreditCardPayment", { Amount: 0, BankAccountRef: ref("35"), CreditCardAccountRef: ref("42"), Memo: "Voided" }).transaction?.status).toBe(
      "voided",
    );
    expect(purchase(0, [expense("13", 0)], { status: "Voided" }).transaction?.status).toBe("voided");
  });

  it("does not believe a note alone, nor zero alone", () => {
    expect(purchase(5, [expense("13", 5)], { PrivateNote: "Voided last one, this is the new" }).transaction?.status).toBe("posted");
    expect(
      translated("JournalEntry", { TotalAmt: 0, PrivateNote: "Voided cheque 7", Line: [journalLine("Debit", "13", 1), journalLine("Credit", "35", 1)] })
        .transaction?.status,
    ).toBe("posted");
    expect(purchase(0, [expense("13", 0)], { PrivateNote: "not voided" }).transaction?.status).toBe("posted");
  });

  it("passes a tombstone on", () => {
    expect(translated("Purchase", { Id: "39", SyncToken: null, status: "Deleted", MetaData: { LastUpdatedTime: "2014-12-08T19:36:24-08:00" } })).toEqual({
      externalId: "39",
      entity: "Purchase",
      version: null,
      updatedAt: "2014-12-09T03:36:24.000Z",
      deleted: true,
      transaction: null,
      postings: [],
      problems: [],
    });
  });

  it("finds nothing missing in an estimate", () => {
    expect(translated("Estimate", { TotalAmt: 5 })).toMatchObject({ transaction: null, postings: [], problems: [] });
  });
});
