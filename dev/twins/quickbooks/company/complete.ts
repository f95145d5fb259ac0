import { amountOf, cents, product, share, times, type Cents } from "../cents.ts";
import { DAY } from "../pacific.ts";
import type { Body, Line, PlainLine } from "./body.ts";
import type { Company } from "./company.ts";
import type { EntityKind } from "./entities.ts";
import { currencyRef } from "./roles.ts";
import { unappliedOf } from "./settle.ts";

const SALES = new Set(["Invoice", "SalesReceipt", "RefundReceipt", "CreditMemo", "Estimate"]);
const WITH_HOME_TOTAL = new Set([...SALES, "Deposit"]);

/** What QuickBooks adds to a transaction that it is given: line ids, currency, tax, totals. */
export function complete(company: Company, kind: EntityKind, given: Body): Body {
  if (kind.family !== "posting" && kind.family !== "non-posting") return given;
  const sales = SALES.has(kind.name);
  const lines = numbered(kind.name, priced((given.Line ?? []).filter(({ DetailType }) => DetailType !== "SubTotalLineDetail")));
  const subtotal = sumOf(lines);
  const discounted = lines.map((line) => (line.DiscountLineDetail?.PercentBased ? discount(line, subtotal) : line));
  const withTax = { ...given, ...taxed(company, given, discounted) };
  const Line = sales ? [...discounted, { Amount: amountOf(subtotal), DetailType: "SubTotalLineDetail", SubTotalLineDetail: {} }] : discounted;
  const body: Body = { ...withTax, ...currency(company, kind.name, given), ...(given.Line || sales ? { Line } : {}) };
  return totalled(company, kind.name, body, discounted);
}

/** Sum of the lines as the document's total sees it: discounts negative, subtotals and texts not at all. */
function sumOf(lines: readonly PlainLine[]): Cents {
  return lines.reduce((sum, line) => {
    if (line.DetailType === "SubTotalLineDetail" || line.DetailType === "DescriptionOnly" || line.DetailType === "DiscountLineDetail") return sum;
    return sum + cents(line.Amount);
  }, 0);
}

function discountsOf(lines: readonly PlainLine[]): Cents {
  return lines.reduce((sum, line) => sum + (line.DetailType === "DiscountLineDetail" ? cents(line.Amount) : 0), 0);
}

function discount(line: Line, subtotal: Cents): Line {
  const percent = line.DiscountLineDetail?.DiscountPercent ?? 0;
  return { ...line, Amount: amountOf(share(subtotal, cents(percent), 10_000)) };
}

/** An item line without an amount is worth quantity times price. A group is worth its lines. */
function priced(lines: readonly Line[]): Line[] {
  return lines.map((line) => {
    if (line.GroupLineDetail) {
      const inner = line.GroupLineDetail.Line.map(pricedLine);
      return { ...line, Amount: amountOf(sumOf(inner)), GroupLineDetail: { ...line.GroupLineDetail, Line: inner } };
    }
    return pricedLine(line);
  });
}

function pricedLine<T extends PlainLine>(line: T): T {
  const detail = line.SalesItemLineDetail ?? line.ItemBasedExpenseLineDetail;
  if (line.Amount !== undefined || detail?.UnitPrice === undefined) return line;
  return { ...line, Amount: amountOf(product(detail.UnitPrice, detail.Qty ?? 1)) };
}

function numbered(entity: string, lines: readonly Line[]): Line[] {
  const first = entity === "JournalEntry" ? 0 : 1;
  const linked = entity === "Payment" || entity === "BillPayment";
  return lines.map((line, index) => {
    if (linked || (line.LinkedTxn && !line.DetailType)) return line;
    const number = { Id: String(index + first), LineNum: index + 1 };
    const group = line.GroupLineDetail;
    if (!group) return { ...number, ...line, ...number };
    const inner = group.Line.map((one, at) => ({ ...one, Id: String((index + 1) * 100 + at), LineNum: at + 1 }));
    return { ...line, ...number, GroupLineDetail: { ...group, Line: inner } };
  });
}

/** Tax is taken as it is given, or worked out from the rate behind the code. */
function taxed(company: Company, given: Body, lines: readonly Line[]): { TxnTaxDetail?: Body["TxnTaxDetail"] } {
  const detail = given.TxnTaxDetail;
  const code = detail?.TxnTaxCodeRef?.value;
  if (!detail || detail.TotalTax !== undefined || !code) return {};
  const rate = company.get("TaxRate", code);
  const percent = rate?.body.RateValue ?? 0;
  const base = taxable(lines) - discountsOf(lines);
  const tax = amountOf(share(Math.max(base, 0), cents(percent), 10_000));
  const TaxLineDetail = { TaxRateRef: { value: code }, PercentBased: true, TaxPercent: percent, NetAmountTaxable: amountOf(base) };
  return { TxnTaxDetail: { ...detail, TotalTax: tax, TaxLine: [{ Amount: tax, DetailType: "TaxLineDetail", TaxLineDetail }] } };
}

function taxable(lines: readonly Line[]): Cents {
  const flat = lines.flatMap((line) => line.GroupLineDetail?.Line ?? [line]);
  return flat.reduce((sum, line) => {
    const code = (line.SalesItemLineDetail ?? line.ItemBasedExpenseLineDetail ?? line.AccountBasedExpenseLineDetail)?.TaxCodeRef?.value;
    return code !== undefined && code !== "NON" ? sum + cents(line.Amount) : sum;
  }, 0);
}

function currency(company: Company, entity: string, given: Body): Partial<Body> {
  const { home, multiCurrency } = company.profile;
  const code = given.CurrencyRef?.value ?? currencyBehind(company, given) ?? home;
  if (!multiCurrency) return entity === "Purchase" && !given.EntityRef ? {} : { CurrencyRef: currencyRef(home) };
  const rate = code === home ? 1 : (given.ExchangeRate ?? rateOn(company, code, given.TxnDate ?? "2026-01-01"));
  return { CurrencyRef: currencyRef(code), ExchangeRate: rate };
}

/** A person's currency, or that of the account that pays. */
function currencyBehind(company: Company, given: Body): string | undefined {
  const { EntityRef, VendorRef, CustomerRef, AccountRef, DepositToAccountRef, FromAccountRef } = given;
  const vendor = VendorRef ?? (EntityRef?.type === "Vendor" ? EntityRef : undefined);
  if (vendor) return company.get("Vendor", vendor.value)?.body.CurrencyRef?.value;
  if (CustomerRef) return company.get("Customer", CustomerRef.value)?.body.CurrencyRef?.value;
  const account = AccountRef ?? DepositToAccountRef ?? FromAccountRef;
  return account ? company.get("Account", account.value)?.body.CurrencyRef?.value : undefined;
}

/** The rate of a day: the usual one, moved by up to three percent on a slow wave of its own. Six digits. */
export function rateOn(company: Company, code: string, date: string): number {
  if (code === company.profile.home) return 1;
  const usual = company.profile.rates[code] ?? 1;
  const day = Date.parse(`${date}T00:00:00Z`) / DAY;
  const phase = (code.charCodeAt(0) * 7 + code.charCodeAt(1) * 3) % 90;
  const wave = Math.round(30_000 * triangle((day + phase) / 180)) / 1_000_000;
  return Math.round(usual * (1 + wave) * 1_000_000) / 1_000_000;
}

/** Up and down between -1 and 1; a sine would differ in its last bits between machines. */
function triangle(turn: number): number {
  const part = turn - Math.floor(turn);
  return part < 0.5 ? 4 * part - 1 : 3 - 4 * part;
}

function totalled(company: Company, entity: string, body: Body, lines: readonly Line[]): Body {
  if (entity === "Transfer" || entity === "CreditCardPayment") return body;
  if (entity === "JournalEntry") return { Adjustment: false, ...body, TotalAmt: 0, ...(company.profile.multiCurrency ? { HomeTotalAmt: 0 } : {}) };
  if (entity === "Payment") return withUnapplied({ ...body, TotalAmt: body.TotalAmt ?? linkedTotal(body) });
  if (entity === "BillPayment") return { ...body, TotalAmt: body.TotalAmt ?? linkedTotal(body) };
  const inclusive = body.GlobalTaxCalculation === "NotApplicable" ? 0 : cents(body.TxnTaxDetail?.TotalTax);
  const back = entity === "Deposit" ? cents(body.CashBack?.Amount) : 0;
  const total = sumOf(lines) - discountsOf(lines) + inclusive - back;
  const home = company.profile.multiCurrency && WITH_HOME_TOTAL.has(entity) ? { HomeTotalAmt: amountOf(times(total, body.ExchangeRate ?? 1)) } : {};
  const balance = entity === "SalesReceipt" || entity === "RefundReceipt" ? { Balance: 0 } : {};
  return { ...body, TotalAmt: amountOf(total), ...home, ...balance };
}

function linkedTotal(body: Body): number {
  return amountOf(-unappliedOf({ ...body, TotalAmt: 0 }));
}

function withUnapplied(body: Body): Body {
  return { ...body, UnappliedAmt: amountOf(unappliedOf(body)), ProcessPayment: body["ProcessPayment"] ?? false };
}
