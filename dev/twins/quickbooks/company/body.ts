import { z } from "zod";

/** QuickBooks takes numbers as numbers and as numeric strings. */
const Num = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,10})?$/)
    .transform(Number),
]);

export const Ref = z.looseObject({ value: z.string(), name: z.string().optional(), type: z.string().optional() });
export type Ref = z.infer<typeof Ref>;

const Linked = z.looseObject({ TxnId: z.string(), TxnType: z.string(), TxnLineId: z.string().optional() });
export type Linked = z.infer<typeof Linked>;

const Marks = {
  TaxCodeRef: Ref.optional(),
  ClassRef: Ref.optional(),
  CustomerRef: Ref.optional(),
  BillableStatus: z.string().optional(),
  TaxInclusiveAmt: Num.optional(),
};
const Priced = { ItemRef: Ref.optional(), Qty: Num.optional(), UnitPrice: Num.optional(), ...Marks };

const AccountDetail = z.looseObject({ AccountRef: Ref.optional(), ...Marks });
const ItemDetail = z.looseObject(Priced);
const SalesDetail = z.looseObject({ ...Priced, ItemAccountRef: Ref.optional() });
const DiscountDetail = z.looseObject({ PercentBased: z.boolean().optional(), DiscountPercent: Num.optional(), DiscountAccountRef: Ref.optional() });
const DepositDetail = z.looseObject({ AccountRef: Ref.optional(), Entity: Ref.optional(), PaymentMethodRef: Ref.optional(), ClassRef: Ref.optional() });
const JournalDetail = z.looseObject({
  PostingType: z.enum(["Debit", "Credit"]),
  AccountRef: Ref,
  ClassRef: Ref.optional(),
  Entity: z.looseObject({ Type: z.string().optional(), EntityRef: Ref.optional() }).optional(),
});

const PlainLine = z.looseObject({
  Id: z.string().optional(),
  LineNum: Num.optional(),
  Amount: Num.optional(),
  Description: z.string().optional(),
  DetailType: z.string().optional(),
  LinkedTxn: z.array(Linked).optional(),
  AccountBasedExpenseLineDetail: AccountDetail.optional(),
  ItemBasedExpenseLineDetail: ItemDetail.optional(),
  SalesItemLineDetail: SalesDetail.optional(),
  DiscountLineDetail: DiscountDetail.optional(),
  DepositLineDetail: DepositDetail.optional(),
  JournalEntryLineDetail: JournalDetail.optional(),
});

/** Groups do not nest in QuickBooks. */
export const Line = PlainLine.extend({
  GroupLineDetail: z.looseObject({ GroupItemRef: Ref.optional(), Quantity: Num.optional(), Line: z.array(PlainLine) }).optional(),
});
export type PlainLine = z.infer<typeof PlainLine>;
export type Line = z.infer<typeof Line>;

const TaxLine = z.looseObject({ Amount: Num, DetailType: z.string().optional() });
const Tax = z.looseObject({ TxnTaxCodeRef: Ref.optional(), TotalTax: Num.optional(), TaxLine: z.array(TaxLine).optional() });

/** What the twin reads of an object, whatever its kind. All other fields are kept and given back as they came. */
export const Body = z.looseObject({
  TxnDate: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .optional(),
  DueDate: z.string().optional(),
  DocNumber: z.string().max(21).optional(),
  PrivateNote: z.string().optional(),
  CurrencyRef: Ref.optional(),
  ExchangeRate: Num.optional(),
  TotalAmt: Num.optional(),
  HomeTotalAmt: Num.optional(),
  Balance: Num.optional(),
  HomeBalance: Num.optional(),
  RemainingCredit: Num.optional(),
  UnappliedAmt: Num.optional(),
  Amount: Num.optional(),
  GlobalTaxCalculation: z.string().optional(),
  TxnTaxDetail: Tax.optional(),
  Line: z.array(Line).optional(),
  LinkedTxn: z.array(Linked).optional(),
  PaymentType: z.string().optional(),
  PayType: z.string().optional(),
  Credit: z.boolean().optional(),
  AccountRef: Ref.optional(),
  EntityRef: Ref.optional(),
  VendorRef: Ref.optional(),
  CustomerRef: Ref.optional(),
  APAccountRef: Ref.optional(),
  DepositToAccountRef: Ref.optional(),
  FromAccountRef: Ref.optional(),
  ToAccountRef: Ref.optional(),
  BankAccountRef: Ref.optional(),
  CreditCardAccountRef: Ref.optional(),
  CheckPayment: z.looseObject({ BankAccountRef: Ref.optional() }).optional(),
  CreditCardPayment: z.looseObject({ CCAccountRef: Ref.optional() }).optional(),
  CashBack: z.looseObject({ AccountRef: Ref, Amount: Num, Memo: z.string().optional() }).optional(),
  Name: z.string().optional(),
  DisplayName: z.string().optional(),
  FullyQualifiedName: z.string().optional(),
  ParentRef: Ref.optional(),
  Active: z.boolean().optional(),
  Type: z.string().optional(),
  AccountType: z.string().optional(),
  AccountSubType: z.string().optional(),
  Classification: z.string().optional(),
  IncomeAccountRef: Ref.optional(),
  ExpenseAccountRef: Ref.optional(),
  AssetAccountRef: Ref.optional(),
  PurchaseCost: Num.optional(),
  UnitPrice: Num.optional(),
  QtyOnHand: Num.optional(),
  RateValue: Num.optional(),
});
export type Body = z.infer<typeof Body>;
