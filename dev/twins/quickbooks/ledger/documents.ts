import { cents, times, type Cents } from "../cents.ts";
import type { Body, Line, PlainLine, Ref } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import { accountFor } from "../company/roles.ts";
import type { Row } from "../company/table.ts";
import type { Posting } from "./posting.ts";

/** What a document's own payload says it posts, before what QuickBooks adds by itself. Home currency, debit positive. */
export function documentPostings(company: Company, entity: string, body: Body): Posting[] {
  const rate = body.ExchangeRate ?? 1;
  const home = (amount: number | undefined) => times(cents(amount), rate);
  switch (entity) {
    case "Purchase":
      return purchase(company, body, rate);
    case "Bill":
      return [...expenses(company, body, rate, 1), post(payable(company, body), -home(body.TotalAmt))];
    case "VendorCredit":
      return [...expenses(company, body, rate, -1), post(payable(company, body), home(body.TotalAmt))];
    case "Invoice":
      return [post(receivable(company, body), home(body.TotalAmt)), ...income(company, body, rate, -1)];
    case "CreditMemo":
      return [post(receivable(company, body), -home(body.TotalAmt)), ...income(company, body, rate, 1)];
    case "SalesReceipt":
      return [post(depositTo(company, body), home(body.TotalAmt)), ...income(company, body, rate, -1)];
    case "RefundReceipt":
      return [post(depositTo(company, body), -home(body.TotalAmt)), ...income(company, body, rate, 1)];
    case "Transfer":
      return [post(body.FromAccountRef, -home(body.Amount)), post(body.ToAccountRef, home(body.Amount))];
    case "CreditCardPayment":
      return [post(body.BankAccountRef, -home(body.Amount)), post(body.CreditCardAccountRef, home(body.Amount))];
    case "JournalEntry":
      return journal(body, rate);
    default:
      return [];
  }
}

function post(account: Ref | string | undefined, amount: Cents, memo?: string, name?: Ref): Posting {
  const id = typeof account === "string" ? account : account?.value;
  if (id === undefined) throw new RangeError("a posting without an account");
  return { account: id, amount, cause: "document", memo, name };
}

function purchase(company: Company, body: Body, rate: number): Posting[] {
  const sign = body.Credit ? -1 : 1;
  return [post(body.AccountRef, -sign * times(cents(body.TotalAmt), rate)), ...expenses(company, body, rate, sign)];
}

export function receivable(company: Company, body: Body): string {
  return accountFor(company, "ar", body.CurrencyRef?.value);
}

export function payable(company: Company, body: Body): string {
  return body.APAccountRef?.value ?? accountFor(company, "ap", body.CurrencyRef?.value);
}

export function depositTo(company: Company, body: Body): string {
  return body.DepositToAccountRef?.value ?? accountFor(company, "undeposited");
}

/** Lines that buy, debited when `sign` is 1; recoverable tax goes with them. */
function expenses(company: Company, body: Body, rate: number, sign: 1 | -1): Posting[] {
  const lines = flat(body.Line).flatMap((line) => {
    const detail = line.AccountBasedExpenseLineDetail ?? line.ItemBasedExpenseLineDetail;
    const account = line.AccountBasedExpenseLineDetail
      ? line.AccountBasedExpenseLineDetail.AccountRef
      : boughtTo(company, line.ItemBasedExpenseLineDetail?.ItemRef);
    return detail && account ? [post(account, sign * times(cents(line.Amount), rate), line.Description, detail.CustomerRef)] : [];
  });
  return [...lines, ...tax(company, body, rate, sign)];
}

/** Lines that sell, credited when `sign` is -1. A discount goes the other way. */
function income(company: Company, body: Body, rate: number, sign: 1 | -1): Posting[] {
  const lines = flat(body.Line).flatMap((line) => {
    const amount = times(cents(line.Amount), rate);
    if (line.DiscountLineDetail)
      return [post(line.DiscountLineDetail.DiscountAccountRef ?? accountFor(company, "discounts"), -sign * amount, line.Description)];
    const detail = line.SalesItemLineDetail;
    if (!detail) return [];
    return [post(detail.ItemAccountRef ?? soldFrom(company, detail.ItemRef), sign * amount, line.Description)];
  });
  return [...lines, ...tax(company, body, rate, sign)];
}

function tax(company: Company, body: Body, rate: number, sign: 1 | -1): Posting[] {
  const amount = times(cents(body.TxnTaxDetail?.TotalTax), rate);
  return amount === 0 ? [] : [post(accountFor(company, "tax"), sign * amount, "Tax")];
}

function journal(body: Body, rate: number): Posting[] {
  return (body.Line ?? []).flatMap((line) => {
    const detail = line.JournalEntryLineDetail;
    if (!detail) return [];
    return [post(detail.AccountRef, (detail.PostingType === "Debit" ? 1 : -1) * times(cents(line.Amount), rate), line.Description, detail.Entity?.EntityRef)];
  });
}

/** A group stands for its lines. */
export function flat(lines: readonly Line[] | undefined): PlainLine[] {
  return (lines ?? []).flatMap((line) => line.GroupLineDetail?.Line ?? [line]);
}

function soldFrom(company: Company, item: Ref | undefined): string | undefined {
  return up(company, item, (row) => row.body.IncomeAccountRef?.value);
}

function boughtTo(company: Company, item: Ref | undefined): string | undefined {
  return up(
    company,
    item,
    (row) => (row.body.Type === "Inventory" ? row.body.AssetAccountRef : (row.body.ExpenseAccountRef ?? row.body.IncomeAccountRef))?.value,
  );
}

/** An item without the account takes its parent's. */
function up(company: Company, item: Ref | undefined, account: (row: Row) => string | undefined): string | undefined {
  for (let ref = item; ref;) {
    const row = company.get("Item", ref.value);
    if (!row) return undefined;
    const found = account(row);
    if (found !== undefined) return found;
    ref = row.body.ParentRef;
  }
  return undefined;
}
