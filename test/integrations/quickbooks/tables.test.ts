/** What the translation knows by heart: Intuit's names of accounts, forms and fields, each written down here a second time. */
import { describe, it } from "vitest";
import { accountOfRole, createBooks, ROLES, type Role } from "../../../src/integrations/quickbooks/translate/books.ts";
import { entityOfLink } from "../../../src/integrations/quickbooks/translate/document.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";
import { ACCOUNTS, BOOKS, ENVELOPE, expense, ITEMS, ledger, ref, translated } from "./books.ts";
import { COST, found, held, lines, SALE } from "./ledger-lines.ts";

describe("an account that QuickBooks posts to without naming it", () => {
  it.for<[role: Role, name: string, classification: string, accountType: string, subTypes: string[]]>([
    ["accounts_receivable", "Accounts Receivable (A/R)", "Asset", "Accounts Receivable", []],
    ["accounts_payable", "Accounts Payable (A/P)", "Liability", "Accounts Payable", []],
    ["undeposited_funds", "Undeposited Funds", "Asset", "Other Current Asset", ["UndepositedFunds"]],
    ["sales_tax_payable", "Sales Tax Payable", "Liability", "Other Current Liability", ["SalesTaxPayable", "GlobalTaxPayable"]],
    ["discounts", "Discounts given", "Revenue", "Income", ["DiscountsRefundsGiven"]],
    ["exchange_gain_or_loss", "Exchange Gain or Loss", "Expense", "Other Expense", ["ExchangeGainOrLoss"]],
  ])("is, as %s, what Intuit's chart has", ([role, name, classification, accountType, subTypes], { expect }) => {
    expect(ROLES[role]).toEqual({ name, classification, accountType, subTypes });
  });

  const taxes = (...accounts: [id: string, subType: string, active?: boolean][]) =>
    accountOfRole(
      createBooks({
        homeCurrency: "USD",
        items: [],
        accounts: accounts.map(([id, accountSubType, active = true]) => ({
          id,
          name: id,
          fullyQualifiedName: id,
          accountType: "Other Current Liability",
          accountSubType,
          classification: "Liability",
          currency: "USD",
          active,
        })),
      }),
      "sales_tax_payable",
      "USD",
    );

  it("is the oldest of its kind, in whichever order the list comes; an active one before, the better kind before that", ({ expect }) => {
    expect(taxes(["89", "SalesTaxPayable"], ["93", "SalesTaxPayable"])).toBe("89");
    expect(taxes(["93", "SalesTaxPayable"], ["89", "SalesTaxPayable"])).toBe("89");
    expect(taxes(["100", "SalesTaxPayable"], ["93", "SalesTaxPayable"])).toBe("93");
    expect(taxes(["89", "SalesTaxPayable", false], ["93", "SalesTaxPayable"])).toBe("93");
    expect(taxes(["89", "GlobalTaxPayable"], ["93", "SalesTaxPayable"])).toBe("93");
    expect(taxes(["89", "GlobalTaxPayable"])).toBe("89");
    expect(taxes(["89", "Other"])).toBe("role:sales_tax_payable");
  });
});

describe("the title of a line in QuickBooks' ledger", () => {
  it.for([
    ["Invoice", "Invoice"],
    ["Bill", "Bill"],
    ["Check", "Purchase"],
    ["Cheque", "Purchase"],
    ["Expense", "Purchase"],
    ["Cash Expense", "Purchase"],
    ["Credit Card Expense", "Purchase"],
    ["Credit Card Credit", "Purchase"],
    ["Sales Receipt", "SalesReceipt"],
    ["Refund", "RefundReceipt"],
    ["Credit Memo", "CreditMemo"],
    ["Vendor Credit", "VendorCredit"],
    ["Payment", "Payment"],
    ["Bill Payment (Check)", "BillPayment"],
    ["Bill Payment (Cheque)", "BillPayment"],
    ["Bill Payment (Credit Card)", "BillPayment"],
    ["Deposit", "Deposit"],
    ["Transfer", "Transfer"],
    ["Journal Entry", "JournalEntry"],
    ["Credit Card Payment", "CreditCardPayment"],
  ] as const)("%s means %s, where another document has the same id", ([title, entity], { expect }) => {
    const other = entity === "Invoice" ? "Bill:7" : "Invoice:7";
    const copy = new Map([...held(`${entity}:7`, SALE), ...held(other, [["35", 1]])]);
    expect(found(lines(title, "7", ...SALE, ...COST), copy, BOOKS)).toEqual([[`${entity}:7`, "cogs 80 120.00", "cogs 81 -120.00"]]);
  });

  it.for(["SalesReceipt", "RefundReceipt", "CreditMemo", "VendorCredit", "Payment", "BillPayment", "Deposit", "Transfer", "JournalEntry", "CreditCardPayment"])(
    "in another language means the one document that has the id: a %s",
    (entity, { expect }) => {
      expect(found(lines("Etwas", "7", ...SALE, ...COST), held(`${entity}:7`, SALE), BOOKS)).toHaveLength(1);
    },
  );
});

describe("the form that a link names", () => {
  it.for([
    ["Expense", "Purchase"],
    ["Check", "Purchase"],
    ["CreditCardCredit", "Purchase"],
    ["BillPaymentCheck", "BillPayment"],
    ["BillPaymentCreditCard", "BillPayment"],
    ["Invoice", "Invoice"],
  ] as const)("%s is a %s", ([form, entity], { expect }) => {
    expect(entityOfLink(form)).toBe(entity);
  });

  const EUR = { CurrencyRef: ref("EUR"), ExchangeRate: 1.3 };
  const link = (TxnId: string, TxnType: string, Amount: number) => ({ Amount, LinkedTxn: [{ TxnId, TxnType }] });
  const rates = new Map(["Invoice:72", "Bill:72", "CreditMemo:71", "Deposit:71", "Purchase:71", "VendorCredit:71"].map((key) => [key, "1"]));
  const books = { ...createBooks({ homeCurrency: "USD", accounts: ACCOUNTS, items: ITEMS }), rates };

  it.for(["CreditMemo", "Deposit", "CreditCardCredit"])("%s pays a customer's claim and is not paid", (credit, { expect }) => {
    const lines = [link("72", "Invoice", 4), link("71", credit, 1)];
    const entries = ledger(translated("Payment", { ...EUR, DepositToAccountRef: ref("91"), TotalAmt: 3, Line: lines }, books));
    expect(entries).toEqual(["91 3.00 = 3.90", "85 -4.00", "85 1.00", "90 0.00 = -0.90"]);
  });

  it.for(["VendorCredit", "Check", "Expense"])("%s pays a bill and is not paid", (credit, { expect }) => {
    const lines = [link("72", "Bill", 4), link("71", credit, 1)];
    const entries = ledger(translated("BillPayment", { ...EUR, CheckPayment: { BankAccountRef: ref("91") }, TotalAmt: 3, Line: lines }, books));
    expect(entries).toEqual(["91 -3.00 = -3.90", "92 4.00", "92 -1.00", "90 0.00 = 0.90"]);
  });
});

describe("a document", () => {
  it.for(["Estimate", "PurchaseOrder", "TimeActivity"])("that posts nothing by nature, %s, lacks nothing", (entity, { expect }) => {
    const { transaction, postings, problems } = translate(entity, ENVELOPE, BOOKS);
    expect([transaction, postings, problems]).toEqual([null, [], []]);
  });

  it.for<[what: string, document: object]>([
    ["a line's id that is no text", { Line: [expense("13", 1, { Id: {} })] }],
    ["a line's description that is no text", { Line: [expense("13", 1, { Description: {} })] }],
    ["a line's kind that is no text", { Line: [expense("13", 1, { DetailType: ["AccountBasedExpenseLineDetail"] })] }],
    ["a link without an id", { Line: [expense("13", 1, { LinkedTxn: [{ TxnType: "Bill" }] })] }],
    ["an instant that no calendar has", { Line: [expense("13", 1)], MetaData: { LastUpdatedTime: "2026-13-04T10:00:00Z" } }],
    ["a day that no calendar has", { Line: [expense("13", 1)], TxnDate: "2026-02-30" }],
    ["a card payment's account that is no reference", { Line: [expense("13", 1)], CreditCardPayment: { CCAccountRef: "42" } }],
  ])("with %s is unreadable, and says so", ([, document], { expect }) => {
    const { transaction, problems } = translated("Purchase", { PaymentType: "Cash", AccountRef: ref("35"), TotalAmt: 1, ...document });
    expect([transaction, problems.map(({ code }) => code)]).toEqual([null, ["unreadable"]]);
  });

  it.for<[entity: string, document: object, entries: string[]]>([
    ["Payment", { ARAccountRef: ref("44"), DepositToAccountRef: ref("35") }, ["35 1.00", "44 -1.00"]],
    ["BillPayment", { APAccountRef: ref("44"), CheckPayment: { BankAccountRef: ref("35") } }, ["35 -1.00", "44 1.00"]],
    ["Bill", { APAccountRef: ref("44"), Line: [expense("13", 1)] }, ["44 -1.00", "13 1.00"]],
  ])("that names the account of its claim has it there: a %s", ([entity, document, entries], { expect }) => {
    expect(ledger(translated(entity, { TotalAmt: 1, ...document }))).toEqual(entries);
  });

  it("may leave out what a part of it could have", ({ expect }) => {
    const whole = { PaymentType: "Cash", AccountRef: ref("35"), TotalAmt: 1, Line: [expense("13", 1)] };
    for (const part of [{ CheckPayment: {} }, { CreditCardPayment: {} }, { CashBack: {} }, { TxnTaxDetail: { TaxLine: [{ Amount: 0, TaxLineDetail: {} }] } }])
      expect(ledger(translated("Purchase", { ...whole, ...part }))).toEqual(["35 -1.00", "13 1.00"]);
  });
});
