import { describe, expect } from "vitest";
import { behaviour, on, text, type Evidence } from "./harness.ts";

type Books = { realm: string; account: (name: string) => { value: string }; customer: { value: string }; vendor: { value: string }; item: { value: string } };

/** An empty company with one customer, one vendor and one service, and its accounts by name. */
function opened(): Books {
  const { control } = on().twin;
  const { realm } = control.createCompany({ template: "empty" });
  const ids = new Map(control.documents(realm, "Account").rows.map((row) => [text(row["Name"]), text(row["Id"])]));
  const account = (name: string) => ({ value: ids.get(name) ?? "" });
  const made = (entity: string, body: object) => ({ value: idOf(control.write(realm, { entity, body: { ...body } })) });
  return {
    realm,
    account,
    customer: made("Customer", { DisplayName: "Ann" }),
    vendor: made("Vendor", { DisplayName: "Bob" }),
    item: made("Item", { Name: "Work", Type: "Service", IncomeAccountRef: account("Design Income") }),
  };
}

function idOf(reply: object): string {
  const [row] = Object.values(reply) as { Id: string }[];
  return row?.Id ?? "";
}

const write = ({ realm }: Books, entity: string, body: object) => idOf(on().twin.control.write(realm, { entity, body: { TxnDate: "2026-02-03", ...body } }));

/** What each account stands at, zeros left out: debit positive. */
function standing({ realm }: Books, basis: "Accrual" | "Cash" = "Accrual"): Record<string, string> {
  const { accounts } = on().twin.control.trialBalance(realm, { date: "2026-12-31", basis });
  return Object.fromEntries(accounts.filter(({ balance }) => balance !== "0.00").map(({ name, balance }) => [name, balance]));
}

const cost = (AccountRef: { value: string }, Amount: number) => ({
  Amount,
  DetailType: "AccountBasedExpenseLineDetail",
  AccountBasedExpenseLineDetail: { AccountRef },
});
const sold = ({ item }: Books, Amount: number) => ({ Amount, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: item } });
const link = (TxnId: string, TxnType: string, Amount: number) => ({ Amount, LinkedTxn: [{ TxnId, TxnType }] });
const [AR, AP] = ["Accounts Receivable (A/R)", "Accounts Payable (A/P)"];

type Case = readonly [id: string, evidence: Evidence, what: string, act: (books: Books) => void, expected: Record<string, string>];

const CASES: readonly Case[] = [
  [
    "Purchase",
    "captured traffic",
    "takes from the bank and debits its lines",
    (b) =>
      write(b, "Purchase", {
        PaymentType: "Cash",
        AccountRef: b.account("Checking"),
        Line: [cost(b.account("Travel"), 10), cost(b.account("Insurance"), 2.5)],
      }),
    { Checking: "-12.50", Travel: "10.00", Insurance: "2.50" },
  ],
  [
    "Purchase.Credit",
    "captured traffic",
    "turns the other way with Credit: a card payment by its line",
    (b) => write(b, "Purchase", { PaymentType: "CreditCard", Credit: true, AccountRef: b.account("Visa"), Line: [cost(b.account("Checking"), 900)] }),
    { Visa: "900.00", Checking: "-900.00" },
  ],
  [
    "Bill",
    "captured traffic",
    "debits its lines and credits A/P",
    (b) => write(b, "Bill", { VendorRef: b.vendor, Line: [cost(b.account("Travel"), 40)] }),
    { Travel: "40.00", [AP]: "-40.00" },
  ],
  [
    "BillPayment",
    "captured traffic",
    "moves from the bank to A/P, less a vendor credit",
    (b) => {
      const bill = write(b, "Bill", { VendorRef: b.vendor, Line: [cost(b.account("Travel"), 40)] });
      const credit = write(b, "VendorCredit", { VendorRef: b.vendor, Line: [cost(b.account("Travel"), 15)] });
      write(b, "BillPayment", {
        VendorRef: b.vendor,
        PayType: "Check",
        CheckPayment: { BankAccountRef: b.account("Checking") },
        TotalAmt: 25,
        Line: [link(bill, "Bill", 40), link(credit, "VendorCredit", 15)],
      });
    },
    { Travel: "25.00", Checking: "-25.00" },
  ],
  [
    "Invoice",
    "captured traffic",
    "debits A/R, credits income, debits its discount, credits tax",
    (b) =>
      write(b, "Invoice", {
        CustomerRef: b.customer,
        Line: [sold(b, 200), { Amount: 20, DetailType: "DiscountLineDetail", DiscountLineDetail: { PercentBased: false } }],
        TxnTaxDetail: { TotalTax: 14.4 },
      }),
    { [AR]: "194.40", "Design Income": "-200.00", "Discounts given": "20.00", "Sales Tax Payable": "-14.40" },
  ],
  [
    "Invoice.Group",
    "captured traffic",
    "counts a group once, by its lines",
    (b) =>
      write(b, "Invoice", {
        CustomerRef: b.customer,
        Line: [{ DetailType: "GroupLineDetail", GroupLineDetail: { GroupItemRef: b.item, Quantity: 1, Line: [sold(b, 30), sold(b, 12)] } }],
      }),
    { [AR]: "42.00", "Design Income": "-42.00" },
  ],
  [
    "Payment",
    "captured traffic",
    "goes to Undeposited Funds unless it names an account",
    (b) => {
      const invoice = write(b, "Invoice", { CustomerRef: b.customer, Line: [sold(b, 55)] });
      write(b, "Payment", { CustomerRef: b.customer, TotalAmt: 65, Line: [link(invoice, "Invoice", 55)] });
    },
    { "Undeposited Funds": "65.00", [AR]: "-10.00", "Design Income": "-55.00" },
  ],
  [
    "SalesReceipt",
    "captured traffic",
    "credits income at once",
    (b) => write(b, "SalesReceipt", { CustomerRef: b.customer, DepositToAccountRef: b.account("Checking"), Line: [sold(b, 337.5)] }),
    { Checking: "337.50", "Design Income": "-337.50" },
  ],
  [
    "RefundReceipt",
    "captured traffic",
    "pays out and debits income",
    (b) => write(b, "RefundReceipt", { CustomerRef: b.customer, DepositToAccountRef: b.account("Checking"), Line: [sold(b, 87.5)] }),
    { Checking: "-87.50", "Design Income": "87.50" },
  ],
  [
    "CreditMemo",
    "captured traffic",
    "debits income and credits A/R",
    (b) => write(b, "CreditMemo", { CustomerRef: b.customer, Line: [sold(b, 100)] }),
    { [AR]: "-100.00", "Design Income": "100.00" },
  ],
  [
    "VendorCredit",
    "captured traffic",
    "credits its lines and debits A/P",
    (b) => write(b, "VendorCredit", { VendorRef: b.vendor, Line: [cost(b.account("Bank Charges"), 90)] }),
    { [AP]: "90.00", "Bank Charges": "-90.00" },
  ],
  [
    "Deposit",
    "captured traffic",
    "moves payments out of Undeposited Funds, less a fee and cash back",
    (b) => {
      const payment = write(b, "Payment", { CustomerRef: b.customer, TotalAmt: 100, Line: [] });
      const fee = { Amount: -3, DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: b.account("Bank Charges") } };
      write(b, "Deposit", {
        DepositToAccountRef: b.account("Checking"),
        Line: [link(payment, "Payment", 100), fee],
        CashBack: { AccountRef: b.account("Owner's Draw"), Amount: 20 },
      });
    },
    { [AR]: "-100.00", Checking: "77.00", "Bank Charges": "3.00", "Owner's Draw": "20.00" },
  ],
  [
    "Transfer",
    "captured traffic",
    "moves its Amount",
    (b) => write(b, "Transfer", { FromAccountRef: b.account("Savings"), ToAccountRef: b.account("Checking"), Amount: 250 }),
    { Savings: "-250.00", Checking: "250.00" },
  ],
  [
    "CreditCardPayment",
    "Intuit's page",
    "moves from the bank to the card",
    (b) => write(b, "CreditCardPayment", { BankAccountRef: b.account("Checking"), CreditCardAccountRef: b.account("Visa"), Amount: 100 }),
    { Checking: "-100.00", Visa: "100.00" },
  ],
  [
    "JournalEntry",
    "Intuit's page",
    "posts each line on its side; its TotalAmt is 0",
    (b) => {
      const line = (PostingType: string, name: string) => ({
        Amount: 25.54,
        DetailType: "JournalEntryLineDetail",
        JournalEntryLineDetail: { PostingType, AccountRef: b.account(name) },
      });
      write(b, "JournalEntry", { Line: [line("Debit", "Travel"), line("Credit", "Notes Payable")] });
      expect(on().twin.control.documents(b.realm, "JournalEntry").rows[0]).toMatchObject({ TotalAmt: 0, Line: [{ Id: "0" }, { Id: "1" }] });
    },
    { Travel: "25.54", "Notes Payable": "-25.54" },
  ],
];

export function postings(): void {
  describe("postings", () => {
    for (const [id, evidence, what, act, expected] of CASES) {
      behaviour(`3.3.${id}`, evidence, what, async () => {
        const books = opened();
        act(books);
        expect(standing(books)).toEqual(expected);
        return Promise.resolve();
      });
    }
    cashBasis();
    stock();
  });
}

function cashBasis(): void {
  behaviour("3.3.cash", "assumption", "posts an invoice on cash basis in proportion as it is paid, to the cent in the end", async () => {
    const books = opened();
    const second = { ...sold(books, 33.33), SalesItemLineDetail: { ItemRef: books.item, ItemAccountRef: books.account("Consulting Income") } };
    const invoice = write(books, "Invoice", { CustomerRef: books.customer, Line: [sold(books, 66.67), second] });
    expect(standing(books, "Cash")).toEqual({});
    const pay = (TotalAmt: number) =>
      write(books, "Payment", { TxnDate: "2026-02-09", CustomerRef: books.customer, TotalAmt, Line: [link(invoice, "Invoice", TotalAmt)] });
    pay(50);
    expect(standing(books, "Cash")).toEqual({ "Undeposited Funds": "50.00", "Design Income": "-33.34", "Consulting Income": "-16.66" });
    pay(50);
    expect(standing(books, "Cash")).toEqual({ "Undeposited Funds": "100.00", "Design Income": "-66.67", "Consulting Income": "-33.33" });
    return Promise.resolve();
  });
  behaviour("3.3.cash-unapplied", "assumption", "holds money that no invoice claims as unapplied cash payment income", async () => {
    const books = opened();
    write(books, "Payment", { CustomerRef: books.customer, TotalAmt: 30, Line: [] });
    expect(standing(books, "Cash")).toEqual({ "Undeposited Funds": "30.00", "Unapplied Cash Payment Income": "-30.00" });
    return Promise.resolve();
  });
}

function stock(): void {
  behaviour("3.3.stock", "Intuit's page", "takes the cost of what is sold out of stock, first in, first out, though no payload says so", async () => {
    const books = opened();
    const [asset, expense] = [
      idOf(on().twin.control.write(books.realm, { entity: "Account", body: { Name: "Stock", AccountType: "Other Current Asset" } })),
      books.account("Job Materials").value,
    ];
    const item = {
      value: write(books, "Item", {
        Name: "Pump",
        Type: "Inventory",
        QtyOnHand: 2,
        PurchaseCost: 5,
        InvStartDate: "2026-01-01",
        IncomeAccountRef: books.account("Design Income"),
        AssetAccountRef: { value: asset },
        ExpenseAccountRef: { value: expense },
      }),
    };
    write(books, "Bill", {
      VendorRef: books.vendor,
      Line: [{ DetailType: "ItemBasedExpenseLineDetail", ItemBasedExpenseLineDetail: { ItemRef: item, Qty: 3, UnitPrice: 7 } }],
    });
    write(books, "Invoice", {
      TxnDate: "2026-02-04",
      CustomerRef: books.customer,
      Line: [{ DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: item, Qty: 4, UnitPrice: 20 } }],
    });
    expect(standing(books)).toEqual({
      "Opening Balance Equity": "-10.00",
      Stock: "7.00",
      "Job Materials": "24.00",
      [AP]: "-21.00",
      [AR]: "80.00",
      "Design Income": "-80.00",
    });
    return Promise.resolve();
  });
}
