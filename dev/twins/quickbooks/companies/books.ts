import type { Body, Line, Ref } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import type { Row } from "../company/table.ts";
import { create } from "../company/write.ts";
import { pacificDate } from "../pacific.ts";
import type { Chart } from "./chart.ts";

/** A bookkeeper's short hand for the bodies of section 3, so that templates read like books. */
export type Books = ReturnType<typeof createBooks>;
type Extra = Partial<Body>;

export function createBooks(company: Company, chart: Chart, anchor: number) {
  const ref = (key: string): Ref => ({ value: chart.id(key) });
  const write = (entity: string, body: Body): Row => create(company, entity, body);
  /** Written in the evening of its own day, unless a moment is given; never after `anchor`, when the company was made. */
  const on = <T>(date: string, act: () => T, at?: number): T => company.during(at ?? Math.min(Date.parse(`${date}T20:00:00Z`), anchor), act);
  const cost = (account: string, Amount: number, Description?: string, more: object = {}): Line => ({
    Amount,
    ...(Description === undefined ? {} : { Description }),
    DetailType: "AccountBasedExpenseLineDetail",
    AccountBasedExpenseLineDetail: { AccountRef: ref(account), TaxCodeRef: { value: "NON" }, BillableStatus: "NotBillable", ...more },
  });
  const bought = (item: string, Qty: number, UnitPrice: number): Line => ({
    DetailType: "ItemBasedExpenseLineDetail",
    ItemBasedExpenseLineDetail: { ItemRef: { value: item }, Qty, UnitPrice, TaxCodeRef: { value: "NON" }, BillableStatus: "NotBillable" },
  });
  const sold = (item: string, Qty: number, UnitPrice: number, tax = "NON", more: object = {}): Line => ({
    DetailType: "SalesItemLineDetail",
    SalesItemLineDetail: { ItemRef: { value: item }, Qty, UnitPrice, TaxCodeRef: { value: tax }, ...more },
  });
  const apply = (Amount: number, TxnType: string, row: Row): Line => ({ Amount, LinkedTxn: [{ TxnId: row.id, TxnType }] });
  const txn = (entity: string, TxnDate: string, body: Body, at?: number): Row => on(TxnDate, () => write(entity, { ...body, TxnDate }), at);
  return {
    company,
    ref,
    on,
    txn,
    cost,
    bought,
    sold,
    apply,
    discount: (percent: number): Line => ({
      DetailType: "DiscountLineDetail",
      DiscountLineDetail: { PercentBased: true, DiscountPercent: percent, DiscountAccountRef: ref("discounts") },
    }),
    text: (Description: string): Line => ({ Description, DetailType: "DescriptionOnly", DescriptionLineDetail: {} }),
    group: (item: string, Quantity: number, lines: readonly Line[]): Line => ({
      DetailType: "GroupLineDetail",
      GroupLineDetail: { GroupItemRef: { value: item }, Quantity, Line: [...lines] },
    }),
    customer: (DisplayName: string, more: Extra = {}) => write("Customer", { DisplayName, Job: false, ...more }).id,
    vendor: (DisplayName: string, more: Extra = {}) => write("Vendor", { DisplayName, Vendor1099: false, ...more }).id,
    employee: (DisplayName: string) => write("Employee", { DisplayName }).id,
    item: (Name: string, Type: string, more: Extra) => write("Item", { Name, Type, ...more }).id,
    journal: (date: string, lines: readonly (readonly [account: string, debit: number, credit: number, text?: string])[], more: Extra = {}, at?: number) =>
      txn(
        "JournalEntry",
        date,
        {
          ...more,
          Line: lines.map(([account, debit, credit, text]) => ({
            Amount: debit || credit,
            ...(text === undefined ? {} : { Description: text }),
            DetailType: "JournalEntryLineDetail",
            JournalEntryLineDetail: { PostingType: debit ? ("Debit" as const) : ("Credit" as const), AccountRef: ref(account) },
          })),
        },
        at,
      ),
    purchase: (
      date: string,
      type: "Cash" | "Check" | "CreditCard",
      from: string,
      lines: readonly Line[],
      vendor: string | null,
      more: Extra = {},
      at?: number,
    ) =>
      txn(
        "Purchase",
        date,
        {
          PaymentType: type,
          AccountRef: ref(from),
          Line: [...lines],
          ...(type === "CreditCard" ? { Credit: false } : {}),
          ...(vendor === null ? {} : { EntityRef: { value: vendor, type: "Vendor" } }),
          ...purchaseEx(type, more.Credit ?? false),
          ...more,
        },
        at,
      ),
    bill: (date: string, vendor: string, lines: readonly Line[], more: Extra = {}, at?: number) =>
      txn("Bill", date, { VendorRef: { value: vendor }, Line: [...lines], ...more }, at),
    payBill: (date: string, bill: Row, amount: number, from: string, card = false, more: Extra = {}, at?: number) =>
      txn(
        "BillPayment",
        date,
        {
          VendorRef: { value: bill.body.VendorRef?.value ?? "" },
          PayType: card ? "CreditCard" : "Check",
          ...(card ? { CreditCardPayment: { CCAccountRef: ref(from) } } : { CheckPayment: { PrintStatus: "NotSet", BankAccountRef: ref(from) } }),
          TotalAmt: amount,
          Line: [apply(amount, "Bill", bill)],
          ...more,
        },
        at,
      ),
    invoice: (date: string, customer: string, lines: readonly Line[], more: Extra = {}, at?: number) =>
      txn("Invoice", date, { CustomerRef: { value: customer }, ...more, Line: [...lines] }, at),
    pay: (date: string, invoice: Row, amount: number, to: string | null, more: Extra = {}, at?: number) =>
      txn(
        "Payment",
        date,
        {
          CustomerRef: { value: invoice.body.CustomerRef?.value ?? "" },
          TotalAmt: amount,
          ...(to === null ? {} : { DepositToAccountRef: ref(to) }),
          Line: [apply(amount, "Invoice", invoice)],
          ...more,
        },
        at,
      ),
    deposit: (date: string, to: string, lines: readonly Line[], more: Extra = {}, at?: number) =>
      txn("Deposit", date, { DepositToAccountRef: ref(to), Line: [...lines], ...more }, at),
    transfer: (date: string, from: string, to: string, Amount: number, more: Extra = {}, at?: number) =>
      txn("Transfer", date, { FromAccountRef: ref(from), ToAccountRef: ref(to), Amount, ...more }, at),
    today: () => pacificDate(company.now()),
  };
}

/** What QuickBooks calls the form that a purchase was made on. */
function purchaseEx(type: string, credit: boolean): Extra {
  const Value = type === "Check" ? "3" : credit ? "11" : "54";
  return {
    PurchaseEx: {
      any: [
        { name: "{http://schema.intuit.com/finance/v3}NameValue", declaredType: "com.intuit.schema.finance.v3.NameValue", value: { Name: "TxnType", Value } },
      ],
    },
  };
}
