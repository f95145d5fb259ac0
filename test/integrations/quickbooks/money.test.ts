/** Deposits, transfers, journals and opening balances, by their exact postings. */
import { describe, expect, it } from "vitest";
import { translateOpening } from "../../../src/integrations/quickbooks/translate/opening.ts";
import { BOOKS, expense, ledger, meaning, ref, translated } from "./books.ts";

const journalLine = (side: string, account: string, amount: number, more: object = {}) => ({
  Amount: amount,
  DetailType: "JournalEntryLineDetail",
  JournalEntryLineDetail: { PostingType: side, AccountRef: ref(account), ...more },
});
const tax = (total: number) => ({ TxnTaxDetail: { TotalTax: total } });

describe("deposits", () => {
  const linked = (amount: number, type = "Payment", more: object = {}) => ({ Amount: amount, LinkedTxn: [{ TxnId: "120", TxnType: type }], ...more });
  const direct = (amount: number, account: string, more: object = {}) => ({
    Amount: amount,
    DetailType: "DepositLineDetail",
    DepositLineDetail: { AccountRef: ref(account), ...more },
  });
  const deposit = (total: number, lines: object[], more: object = {}) =>
    translated("Deposit", { DepositToAccountRef: ref("35"), TotalAmt: total, Line: lines, ...more });

  it("books a processor's fee beside the payments it was taken from", () => {
    const result = deposit(97, [linked(100), direct(-3, "8")]);
    expect(ledger(result)).toEqual(["35 97.00", "4 -100.00", "8 3.00"]);
    expect(meaning(result)).toBe("deposit -3.00 cash 8");
  });

  it("takes cash back out, whether or not the total already does", () => {
    const back = { CashBack: { AccountRef: ref("88"), Amount: 20, Memo: "till" } };
    expect(ledger(deposit(80, [direct(100, "82")], back))).toEqual(["35 80.00", "82 -100.00", "88 20.00"]);
    expect(ledger(deposit(100, [direct(100, "82")], back))).toEqual(["35 80.00", "82 -100.00", "88 20.00"]);
    expect(deposit(80, [direct(100, "82")], back).postings[2]?.memo).toBe("till");
  });

  it("tells cash back from tax", () => {
    const document = { CashBack: { AccountRef: ref("88"), Amount: 20 }, ...tax(2) };
    expect(ledger(deposit(102, [direct(100, "82")], document))).toEqual(["35 82.00", "82 -100.00", "89 -2.00", "88 20.00"]);
    expect(ledger(deposit(82, [direct(100, "82")], document))).toEqual(["35 82.00", "82 -100.00", "89 -2.00", "88 20.00"]);
  });

  it("follows a linked line to the account it names", () => {
    expect(ledger(deposit(10, [linked(10, "JournalEntry", { DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref("88") } })]))).toEqual([
      "35 10.00",
      "88 -10.00",
    ]);
  });

  it("credits tax on a deposit", () => {
    expect(ledger(deposit(12, [direct(10, "82")], tax(2)))).toEqual(["35 12.00", "82 -10.00", "89 -2.00"]);
  });

  it("names a party only when all lines agree on it", () => {
    const of = (id: string, type: string) => ({ Entity: { value: id, type } });
    expect(deposit(3, [direct(1, "82", of("7", "CUSTOMER")), direct(2, "82", of("7", "CUSTOMER"))]).transaction?.counterparty?.id).toBe("7");
    expect(deposit(3, [direct(1, "82", of("7", "CUSTOMER")), direct(2, "82", of("7", "VENDOR"))]).transaction?.counterparty).toBeNull();
    expect(deposit(3, [direct(1, "82", of("7", "CUSTOMER")), direct(2, "82", of("8", "CUSTOMER"))]).transaction?.counterparty).toBeNull();
  });

  it("does not take a line for nothing when it is neither linked nor detailed", () => {
    expect(meaning(deposit(1, [{ Amount: 1 }]))).toBe("unknown_line");
    expect(meaning(deposit(1, [expense("13", 1)]))).toBe("unknown_line");
  });
});

describe("transfers and journals", () => {
  const journal = (lines: object[], more: object = {}) => translated("JournalEntry", { TotalAmt: 0, Line: lines, ...more });

  it("is a transfer too where neither account holds cash", () => {
    expect(meaning(translated("Transfer", { Amount: 7, FromAccountRef: ref("88"), ToAccountRef: ref("44") }))).toBe("transfer 7.00 no cash -");
    expect(meaning(translated("CreditCardPayment", { TotalAmt: 7, BankAccountRef: ref("88"), CreditCardAccountRef: ref("44") }))).toBe(
      "transfer 7.00 no cash -",
    );
    expect(ledger(translated("CreditCardPayment", { TotalAmt: 7, BankAccountRef: ref("35"), CreditCardAccountRef: ref("42") }))).toEqual([
      "42 7.00",
      "35 -7.00",
    ]);
    expect(meaning(translated("Transfer", { Amount: 7, FromAccountRef: ref("35"), ToAccountRef: ref("44") }))).toBe("transfer -7.00 cash -");
  });

  it("counts a journal's cash lines, and shows the account that earned or spent", () => {
    const result = journal([journalLine("Debit", "80", 1000), journalLine("Credit", "35", 800), journalLine("Credit", "44", 200)]);
    expect(ledger(result)).toEqual(["80 1000.00", "35 -800.00", "44 -200.00"]);
    expect(meaning(result)).toBe("journal -800.00 cash 80");
  });

  it("takes a journal between own accounts for a transfer", () => {
    expect(meaning(journal([journalLine("Debit", "42", 70), journalLine("Credit", "35", 70)]))).toBe("transfer 70.00 no cash -");
  });

  it("shows what a journal does to profit, else how much it moves", () => {
    expect(meaning(journal([journalLine("DEBIT", "44", 5), journalLine("CREDIT", "82", 5)]))).toBe("journal 5.00 no cash 82");
    expect(meaning(journal([journalLine("Debit", "44", 5), journalLine("Credit", "37", 5)]))).toBe("journal 5.00 no cash 44");
  });

  it("posts the tax of journal lines on their own side", () => {
    const lines = [journalLine("Debit", "13", 10, { TaxAmount: 2 }), journalLine("Credit", "35", 12)];
    expect(ledger(journal(lines))).toEqual(["13 10.00", "35 -12.00", "89 2.00"]);
  });

  it("reads a party in each of the spellings that lines have", () => {
    const party = (entity: object) => journal([journalLine("Debit", "13", 1, { Entity: entity }), journalLine("Credit", "35", 1)]).transaction?.counterparty;
    expect(party({ EntityRef: { value: "3", type: "Customer" } })).toEqual({ id: "3", name: null, type: "customer" });
    expect(party({ Type: "EMPLOYEE", value: "4", name: "Ann" })).toEqual({ id: "4", name: "Ann", type: "employee" });
    expect(party({ type: "Vendor", value: "5" })).toEqual({ id: "5", name: null, type: "vendor" });
    expect(party({ Type: "Vendor" })).toBeNull();
  });

  it("names the only party of a journal, and ignores texts", () => {
    const of = (id: string) => ({ Entity: { Type: "Vendor", EntityRef: ref(id, "Ann") } });
    const text = { DetailType: "DescriptionOnly", Description: "see file" };
    expect(journal([journalLine("Debit", "13", 1, of("3")), journalLine("Credit", "33", 1, of("3")), text]).transaction).toMatchObject({
      counterparty: { id: "3", name: "Ann", type: "vendor" },
      description: "see file",
    });
  });

  it("refuses sides and lines that it does not know", () => {
    expect(meaning(journal([{ Amount: 5, DetailType: "DescriptionOnly" }, journalLine("Debit", "13", 1), journalLine("Credit", "35", 1)]))).toBe(
      "unknown_line",
    );
    expect(
      meaning(
        journal([{ Amount: 1, DetailType: "TDSLineDetail", TDSLineDetail: { PostingType: "Debit", AccountRef: ref("13") } }, journalLine("Credit", "35", 1)]),
      ),
    ).toBe("unknown_line");
    expect(meaning(journal([journalLine("Sideways", "13", 1), journalLine("Credit", "35", 1)]))).toBe("unknown_line");
    expect(meaning(journal([{ ...journalLine("Debit", "13", 1), DetailType: "NewLineDetail" }]))).toBe("unknown_line");
    expect(meaning(journal([journalLine("Debit", "13", 1), journalLine("Credit", "35", 2)]))).toBe("unbalanced");
  });
});

describe("opening balances", () => {
  const at = { date: "2024-02-29", readAt: new Date("2026-03-01T00:00:00Z") };
  const row = (accountId: string | null, debit: string, credit: string) => ({ accountId, name: accountId ?? "?", debit, credit });

  it("is one transaction of every balance", () => {
    const result = translateOpening(
      [row("35", "100.00", "0.00"), row("44", "0.00", "60.00"), row("37", "0.00", "0.00"), row("82", "0.00", "40.00")],
      at,
      BOOKS,
    );
    expect(ledger(result)).toEqual(["35 100.00", "44 -60.00", "82 -40.00"]);
    expect(result).toMatchObject({
      entity: "Opening",
      updatedAt: "2026-03-01T00:00:00.000Z",
      transaction: { kind: "opening", date: "2024-02-29", amount: "0.00", movedCash: false },
    });
  });

  it("says what is wrong with it", () => {
    const problems = (rows: Parameters<typeof translateOpening>[0]) => translateOpening(rows, at, BOOKS).problems;
    expect(problems([row("35", "3.00", "0.00"), row("44", "0.00", "1.00")])).toEqual([{ code: "unbalanced", detail: "debits and credits differ by 2.00 USD" }]);
    expect(problems([row("999", "1.00", "0.00"), row(null, "0.00", "1.00")]).map(({ detail }) => detail)).toEqual([
      "account 999 is not in the chart of accounts",
      "account ? is not in the chart of accounts",
    ]);
    expect(translateOpening([row("35", "1.00", "0.00")], at, BOOKS)).toMatchObject({ transaction: null, postings: [] });
  });
});
