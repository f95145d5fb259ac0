import { Company, type Profile } from "../company/company.ts";
import type { Row } from "../company/table.ts";
import { remove, voidOut } from "../company/write.ts";
import { addDays, addMonths, pacificDate } from "../pacific.ts";
import { createBooks, type Books } from "./books.ts";
import { openChart } from "./chart.ts";
import { sampleLists, type Cast } from "./sample-lists.ts";

const MONTHS = 14;
const PROFILE: Profile = {
  name: "Ridgeway Design Studio",
  country: "US",
  home: "USD",
  fiscalStart: 1,
  multiCurrency: false,
  reportBasis: "Accrual",
  bookClose: null,
  lapsed: false,
  rates: {},
};

/** One month of the studio: its first day, and which month of the history it is. */
type Month = { readonly index: number; readonly day: (day: number) => string; readonly past: (date: string) => boolean };

/** A small studio's books, written by hand: every posting kind, fourteen months, up to the day of `anchor`. */
export function buildSample(realm: string, anchor: number, clock: () => number): Company {
  const today = pacificDate(anchor);
  const first = `${addMonths(today, 1 - MONTHS).slice(0, 7)}-01`;
  const company = new Company(realm, { ...PROFILE }, clock, Date.parse(`${first}T16:00:00Z`));
  const start = company.created;
  const chart = company.during(start, () => openChart(company));
  const books = createBooks(company, chart, anchor);
  const cast = company.during(start, () => sampleLists(books, chart));
  books.journal(first, [
    ["checking", 18_500, 0, "Opening cash"],
    ["equipment", 9_600, 0, "Plotter and desks"],
    ["loan", 0, 12_000, "Equipment loan"],
    ["capital", 0, 16_100, "Robin's capital"],
  ]);
  for (let index = 0; index < MONTHS; index++) {
    const from = addMonths(first, index);
    const month: Month = { index, day: (day) => addDays(from, day - 1), past: (date) => date <= today };
    for (const part of [spending, billing, selling, counter, cards, closing]) part(books, cast, month);
  }
  return company;
}

/** Rent by check, software and meals by card, supplies from the bank, with a split and a class. */
function spending({ purchase, cost, ...books }: Books, { vendors, classes }: Cast, { index, day, past }: Month): void {
  const v = (name: string) => vendors[name] ?? "";
  if (past(day(1)))
    purchase(day(1), "Check", "checking", [cost("rent", 1850, "Studio rent")], v("ridge"), { DocNumber: String(1001 + index), PrintStatus: "NotSet" });
  if (past(day(5)))
    purchase(day(5), "CreditCard", "card", [cost("software", 64.99, "Drafting suite"), cost("software", 12, "Cloud storage")], null, {
      PrivateNote: "Monthly subscriptions",
    });
  if (past(day(9))) purchase(day(9), "CreditCard", "card", [cost("meals", 38.4 + index * 1.15, "Client lunch")], v("cafe"));
  if (past(day(12))) {
    const ClassRef = { value: classes["residential"] ?? "" };
    purchase(
      day(12),
      "Cash",
      "checking",
      [cost("office", 41.27, "Paper and toner"), cost("decks", 118.6 + index * 3, "Hinges and rails", { ClassRef })],
      v("studio"),
    );
  }
  if (past(day(14))) purchase(day(14), "Cash", "checking", [cost("bank", 2.75)], null, { PrivateNote: "System-recorded fee for QuickBooks Payments" });
  if (index % 4 === 2 && past(day(17))) purchase(day(17), "CreditCard", "card", [cost("office", 24.99, "Returned keyboard")], v("studio"), { Credit: true });
  if (index % 5 === 3 && past(day(20))) {
    const wrong = purchase(day(20), "Cash", "checking", [cost("uncategorized", 77)], null, { PrivateNote: "Entered twice" });
    books.on(day(21), () => remove(books.company, "Purchase", wrong));
  }
}

/** Bills of utilities, freelancers and fittings, paid from the bank or the card weeks later; now and then a credit. */
function billing({ bill, payBill, cost, txn, apply, ref, bought }: Books, { vendors, items }: Cast, { index, day, past }: Month): void {
  const v = (name: string) => vendors[name] ?? "";
  if (!past(day(3))) return;
  const power = bill(day(3), v("pacific"), [cost("gas", 86.1 + (index % 6) * 9.37, "Electricity")], { DueDate: day(23), DocNumber: `E-${4400 + index}` });
  if (past(day(22))) payBill(day(22), power, power.body.TotalAmt ?? 0, "checking");
  const drafting = bill(day(3), v("juniper"), [cost("contractors", 640 + index * 20, "Drafting hours")], { DueDate: day(33) });
  if (past(day(18))) payBill(day(18), drafting, 300, "checking", false, { PrivateNote: "First half" });
  if (past(day(27))) payBill(day(27), drafting, 340 + index * 20, "card", true);
  if (index % 2 === 0 && past(day(8))) {
    const timber = bill(day(8), v("norton"), [bought(items["fittings"] ?? "", 12, 21.4), cost("materials", 75.2, "Delivery")], { DueDate: day(38) });
    const credit = txn("VendorCredit", day(11), { VendorRef: { value: v("norton") }, Line: [cost("decks", 42.8, "Two short rails")] });
    const total = (timber.body.TotalAmt ?? 0) - 42.8;
    if (past(day(25)))
      txn("BillPayment", day(25), {
        VendorRef: { value: v("norton") },
        PayType: "Check",
        CheckPayment: { PrintStatus: "NeedToPrint", BankAccountRef: ref("checking") },
        TotalAmt: Math.round(total * 100) / 100,
        Line: [apply(timber.body.TotalAmt ?? 0, "Bill", timber), apply(42.8, "VendorCredit", credit)],
      });
  }
  if (index % 3 === 0 && past(day(10))) bill(day(10), v("copperline"), [cost("telephone", 129.5)], { DueDate: day(40) });
}

/** Invoices, their payments, and the deposits that carry several payments to the bank. */
function selling(books: Books, cast: Cast, month: Month): void {
  const { day, past, index } = month;
  const { invoice, pay, deposit, apply, ref } = books;
  const { customers, items, classes, net30 } = cast;
  const names = Object.values(customers);
  const who = (turn: number) => names[(index * 3 + turn) % names.length] ?? "";
  const item = (name: string) => items[name] ?? "";
  const number = (turn: number) => ({ DocNumber: String(2000 + index * 10 + turn), SalesTermRef: { value: net30 } });
  const tax = { TxnTaxDetail: { TxnTaxCodeRef: { value: taxCode(books) } } };
  if (!past(day(2))) return;
  const a = invoice(
    day(2),
    who(0),
    [
      books.sold(item("design"), 18 + index, 95, "NON", { ClassRef: { value: classes["commercial"] ?? "" } }),
      books.text("Thank you for your trust"),
      books.discount(5),
    ],
    { ...number(0), DueDate: day(32) },
  );
  const group = books.group(item("bundle"), 1, [books.sold(item("design"), 4, 95), books.sold(item("samples"), 3, 32.75, "TAX")]);
  const b = past(day(6)) ? invoice(day(6), who(1), [group, books.sold(item("fittings"), 6, 48.5, "TAX")], { ...number(1), ...tax, DueDate: day(36) }) : null;
  const c = past(day(15)) ? invoice(day(15), who(2), [books.sold(item("consulting"), 6.5, 140)], { ...number(2), DueDate: day(45) }) : null;
  const paid: Row[] = [];
  if (past(day(16))) paid.push(pay(day(16), a, a.body.TotalAmt ?? 0, null, { PaymentRefNum: `CK${7000 + index}` }));
  if (b && past(day(19))) paid.push(pay(day(19), b, 250, null));
  if (paid.length === 2 && past(day(20))) {
    const fee =
      index % 2 === 0 ? [{ Amount: -7.5, Description: "Merchant fee", DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref("bank") } }] : [];
    deposit(day(20), "checking", [...paid.map((row) => apply(row.body.TotalAmt ?? 0, "Payment", row)), ...fee]);
  }
  if (c && index % 4 !== 3 && past(day(28))) pay(day(28), c, c.body.TotalAmt ?? 0, "checking");
  if (c && index % 4 === 3 && past(day(24))) books.on(day(24), () => voidOut(books.company, "Invoice", c));
}

/** Over the counter: receipts, refunds, credit memos that are applied, cash back on a deposit. */
function counter(books: Books, { customers, vendors, items, check }: Cast, { index, day, past }: Month): void {
  const { txn, sold, apply, ref, deposit } = books;
  const names = Object.values(customers);
  const CustomerRef = { value: names[(index * 5 + 4) % names.length] ?? "" };
  const tax = { TxnTaxDetail: { TxnTaxCodeRef: { value: taxCode(books) } } };
  if (past(day(7)))
    txn("SalesReceipt", day(7), {
      CustomerRef,
      DocNumber: `SR-${300 + index}`,
      DepositToAccountRef: ref("checking"),
      PaymentMethodRef: { value: check },
      Line: [sold(items["drawings"] ?? "", 1, 260, "TAX"), sold(items["samples"] ?? "", 2, 32.75, "TAX"), books.discount(10)],
      ...tax,
    });
  if (index % 3 === 1 && past(day(13))) {
    const receipt = txn("SalesReceipt", day(13), { CustomerRef, DocNumber: `SR-${400 + index}`, Line: [sold(items["samples"] ?? "", 4, 32.75)] });
    if (past(day(21)))
      deposit(
        day(21),
        "checking",
        [
          apply(131, "SalesReceipt", receipt),
          { Amount: 60, Description: "Cash sale", DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: ref("sales") } },
        ],
        { CashBack: { AccountRef: ref("drawings"), Amount: 40, Memo: "Petty cash" } },
      );
  }
  if (index % 3 === 2 && past(day(18)))
    txn("RefundReceipt", day(18), {
      CustomerRef,
      DepositToAccountRef: ref("checking"),
      PaymentMethodRef: { value: check },
      Line: [sold(items["samples"] ?? "", 1, 32.75, "TAX")],
      ...tax,
    });
  if (index % 4 === 1 && past(day(23))) {
    const invoice = books.invoice(day(19), CustomerRef.value, [sold(items["consulting"] ?? "", 3, 140)], { DueDate: day(49) });
    const memo = txn("CreditMemo", day(22), { CustomerRef, Line: [sold(items["consulting"] ?? "", 1, 140)] });
    txn("Payment", day(23), { CustomerRef, TotalAmt: 0, Line: [apply(140, "Invoice", invoice), apply(140, "CreditMemo", memo)] });
    if (past(day(26)))
      txn("Payment", day(26), {
        CustomerRef,
        TotalAmt: 300,
        DepositToAccountRef: ref("checking"),
        Line: [apply(280, "Invoice", invoice)],
        PrivateNote: "Overpaid by 20",
      });
  }
  if (index % 6 === 0 && past(day(4))) txn("Estimate", day(4), { CustomerRef, TxnStatus: "Pending", Line: [sold(items["design"] ?? "", 40, 95)] });
  if (index % 6 === 4 && past(day(4)))
    txn("PurchaseOrder", day(4), { VendorRef: { value: vendors["norton"] ?? "" }, POStatus: "Open", Line: [books.bought(items["fittings"] ?? "", 24, 21.4)] });
}

/** The card is paid by transfer, by card payment, and, as happens, by a card credit whose line is the bank. */
function cards({ transfer, txn, purchase, cost, ref }: Books, _cast: Cast, { index, day, past }: Month): void {
  if (!past(day(25))) return;
  if (index % 3 === 0) transfer(day(25), "checking", "card", 150, { PrivateNote: "Card payment" });
  if (index % 3 === 1)
    txn("CreditCardPayment", day(25), { BankAccountRef: ref("checking"), CreditCardAccountRef: ref("card"), Amount: 480, PrivateNote: "Statement" });
  if (index % 3 === 2) purchase(day(25), "CreditCard", "card", [cost("checking", 320, "Monthly Payment")], null, { Credit: true });
  transfer(day(25), "checking", "savings", 200);
}

/** Month's end: depreciation, loan interest, bank interest, sales tax paid each quarter, the owner's draw. */
function closing(books: Books, _cast: Cast, { index, day, past }: Month): void {
  const end = day(28);
  if (!past(end)) return;
  books.journal(
    end,
    [
      ["depreciating", 160, 0, "Plotter and desks"],
      ["depreciation", 0, 160],
    ],
    { Adjustment: true, DocNumber: `DEP-${index + 1}` },
  );
  books.journal(end, [
    ["interestPaid", 48.25, 0],
    ["loan", 201.75, 0],
    ["checking", 0, 250, "Loan instalment"],
  ]);
  books.deposit(end, "savings", [
    { Amount: 1.13, Description: "Interest", DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: books.ref("interest") } },
  ]);
  books.journal(end, [
    ["drawings", 900, 0, "Robin"],
    ["checking", 0, 900],
  ]);
  if (index % 3 === 2) books.purchase(end, "Check", "checking", [books.cost("tax", 90, "Sales tax")], null, { DocNumber: String(1501 + index) });
}

function taxCode(books: Books): string {
  for (const one of books.company.table("TaxRate").glimpses()) return one.id;
  return "";
}
