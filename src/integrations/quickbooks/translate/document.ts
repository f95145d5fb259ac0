/**
 * The shape of a posting document, as far as it is read. QuickBooks may add fields freely; numbers arrive as the
 * decimals that were sent (`parseExact`).
 */
import { z } from "zod";
import { isDecimal, isZero, multiply } from "../../../core/money.ts";

/**
 * Null where the field is absent: absent is never zero. QuickBooks keeps books to the cent, so what has more digits than
 * any currency is rounded as it rounds; a document that then does not add up is not posted.
 */
const Amount = z
  .string()
  .refine((text) => isDecimal(text, 20), "not an amount")
  .nullish()
  .transform((amount) => (amount === null || amount === undefined ? null : isDecimal(amount) ? amount : multiply(amount, "1", 2)));
const Rate = z
  .string()
  .refine((text) => isDecimal(text, 20) && isPositive(text), "not a rate")
  .nullish()
  .transform((rate) => rate ?? null);
const Text = z.string().nullish();

const Ref = z.object({ value: z.string().min(1), name: Text, type: Text });
export type Ref = z.infer<typeof Ref>;

/** An instant needs its offset: without one it would be read in the zone of whichever machine runs this. */
const Instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/)
  .refine((text) => !Number.isNaN(Date.parse(text)), "no such instant")
  .transform((text) => new Date(text).toISOString());

/** The two ways in which lines name whom they concern: a reference with a type, or a type beside a reference. */
const LineEntity = z.object({ value: Text, name: Text, type: Text, Type: Text, EntityRef: Ref.nullish() });
export type LineEntity = z.infer<typeof LineEntity>;

const LinkedTxn = z.object({ TxnId: z.string(), TxnType: z.string() });

const Line = z.looseObject({
  Id: Text,
  Amount: Amount,
  Description: Text,
  DetailType: Text,
  LinkedTxn: z.array(LinkedTxn).nullish(),
});
export type Line = z.infer<typeof Line>;

/** Every field that any known detail block has: blocks of different types share names and meanings. */
export const Detail = z.object({
  AccountRef: Ref.nullish(),
  ItemRef: Ref.nullish(),
  ItemAccountRef: Ref.nullish(),
  DiscountAccountRef: Ref.nullish(),
  TaxCodeRef: Ref.nullish(),
  TaxAmount: Amount,
  PostingType: Text,
  Entity: LineEntity.nullish(),
  CustomerRef: Ref.nullish(),
  Line: z.array(Line).nullish(),
});
export type Detail = z.infer<typeof Detail>;

const TaxLine = z.object({ Amount: Amount, TaxLineDetail: z.object({ TaxRateRef: Ref.nullish() }).nullish() });

/** What even a tombstone has. */
export const Envelope = z.object({
  Id: z.string().min(1),
  SyncToken: Text,
  status: Text,
  MetaData: z.object({ LastUpdatedTime: Instant }),
});

export const PostingDocument = Envelope.extend({
  TxnDate: z.iso.date(),
  TotalAmt: Amount,
  Amount: Amount,
  HomeTotalAmt: Amount,
  Deposit: Amount,
  CurrencyRef: Ref.nullish(),
  ExchangeRate: Rate,
  DocNumber: Text,
  PrivateNote: Text,
  Memo: Text,
  Credit: z.boolean().nullish(),
  GlobalTaxCalculation: Text,
  Line: z.array(Line).nullish(),
  TxnTaxDetail: z.object({ TxnTaxCodeRef: Ref.nullish(), TotalTax: Amount, TaxLine: z.array(TaxLine).nullish() }).nullish(),
  EntityRef: Ref.nullish(),
  CustomerRef: Ref.nullish(),
  VendorRef: Ref.nullish(),
  AccountRef: Ref.nullish(),
  APAccountRef: Ref.nullish(),
  ARAccountRef: Ref.nullish(),
  DepositToAccountRef: Ref.nullish(),
  FromAccountRef: Ref.nullish(),
  ToAccountRef: Ref.nullish(),
  BankAccountRef: Ref.nullish(),
  CreditCardAccountRef: Ref.nullish(),
  CheckPayment: z.object({ BankAccountRef: Ref.nullish() }).nullish(),
  CreditCardPayment: z.object({ CCAccountRef: Ref.nullish() }).nullish(),
  CashBack: z.object({ AccountRef: Ref.nullish(), Amount: Amount, Memo: Text }).nullish(),
});
export type PostingDocument = z.infer<typeof PostingDocument>;

/** `Line` of a document or `[]`. */
export function linesOf(document: PostingDocument): Line[] {
  return document.Line ?? [];
}

/**
 * True when the document was voided. No status says so reliably: every amount is zero and the private note begins
 * with "Voided". A journal entry's total is always zero, so its lines are looked at too.
 */
export function isVoided(document: PostingDocument): boolean {
  const said = /^\s*voided/i.test(document.PrivateNote ?? document.Memo ?? "") || document.status?.toLowerCase() === "voided";
  const amounts = [document.TotalAmt, document.Amount, ...linesOf(document).map((line) => line.Amount)];
  return said && amounts.every((amount) => amount === null || isZero(amount));
}

export function isTombstone(envelope: { status?: string | null | undefined }): boolean {
  return envelope.status?.toLowerCase() === "deleted";
}

/** `SALES_ITEM_LINE_DETAIL`, `SalesItemLineDetail` and `salesItemLineDetail` are one name. */
export function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z]/g, "").toLowerCase();
}

/** The detail block of a line by its name, however that is spelled; null when the line has none or it is unreadable. */
export function detailOf(line: Line): Detail | null {
  const wanted = plainName(line.DetailType ?? "");
  const entry = Object.entries(line).find(([key]) => plainName(key) === wanted);
  const parsed = Detail.safeParse(entry?.[1] ?? {});
  return parsed.success ? parsed.data : null;
}

/** Links name the form a document was made with; the API knows some of them by another entity. */
export function entityOfLink(txnType: string): string {
  return FORMS[txnType] ?? txnType;
}

const FORMS: Readonly<Record<string, string>> = {
  Expense: "Purchase",
  Check: "Purchase",
  CreditCardCredit: "Purchase",
  BillPaymentCheck: "BillPayment",
  BillPaymentCreditCard: "BillPayment",
};

function isPositive(text: string): boolean {
  return !text.startsWith("-") && /[1-9]/.test(text);
}
