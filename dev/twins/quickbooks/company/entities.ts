/** What kinds of object there are, and how each behaves. */
export type EntityKind = {
  readonly name: string;
  /** The key in JSON, where it is not the name. */
  readonly key: string;
  readonly family: "list" | "posting" | "non-posting" | "setting";
  readonly cdc: boolean;
  readonly webhooks: boolean;
  readonly voidable: boolean;
  /** What a `where` may name besides Id, MetaData and what all of its family have. */
  readonly filters: readonly string[];
};

type Marks = Partial<Pick<EntityKind, "key" | "cdc" | "webhooks" | "voidable" | "filters">>;

function kind(family: EntityKind["family"], name: string, marks: Marks = {}): EntityKind {
  return {
    name,
    family,
    key: marks.key ?? name,
    cdc: marks.cdc ?? true,
    webhooks: marks.webhooks ?? true,
    voidable: marks.voidable ?? false,
    filters: marks.filters ?? [],
  };
}

const SALES = ["CustomerRef", "TotalAmt", "Balance", "DueDate"];
const KINDS: readonly EntityKind[] = [
  kind("list", "Account", { filters: ["AccountType", "AccountSubType", "Classification", "SubAccount", "ParentRef", "CurrencyRef", "AcctNum"] }),
  kind("list", "Customer", { filters: ["DisplayName", "GivenName", "FamilyName", "CompanyName", "Balance", "Job"] }),
  kind("list", "Vendor", { filters: ["DisplayName", "CompanyName", "Balance", "Vendor1099"] }),
  kind("list", "Employee", { filters: ["DisplayName", "GivenName", "FamilyName"] }),
  kind("list", "Item", { filters: ["Type", "Sku", "ParentRef"] }),
  kind("list", "Class", { filters: ["SubClass", "ParentRef"] }),
  kind("list", "Department", { filters: ["SubDepartment", "ParentRef"] }),
  kind("list", "Term"),
  kind("list", "PaymentMethod"),
  kind("list", "CompanyCurrency", { filters: ["Code"], webhooks: false }),
  kind("list", "TaxCode", { cdc: false, webhooks: false }),
  kind("list", "TaxRate", { cdc: false, webhooks: false }),
  kind("list", "TaxAgency", { cdc: false }),
  kind("posting", "Purchase", { filters: ["PaymentType", "AccountRef", "EntityRef", "TotalAmt", "Credit"] }),
  kind("posting", "Bill", { filters: ["VendorRef", "TotalAmt", "Balance", "DueDate", "APAccountRef"] }),
  kind("posting", "BillPayment", { voidable: true, filters: ["VendorRef", "TotalAmt", "PayType"] }),
  kind("posting", "Invoice", { voidable: true, filters: SALES }),
  kind("posting", "Payment", { voidable: true, filters: ["CustomerRef", "TotalAmt", "UnappliedAmt", "PaymentRefNum", "DepositToAccountRef"] }),
  kind("posting", "SalesReceipt", { voidable: true, filters: SALES }),
  kind("posting", "RefundReceipt", { voidable: true, filters: SALES }),
  kind("posting", "CreditMemo", { voidable: true, filters: [...SALES, "RemainingCredit"] }),
  kind("posting", "VendorCredit", { filters: ["VendorRef", "TotalAmt", "Balance"] }),
  kind("posting", "Deposit", { filters: ["DepositToAccountRef", "TotalAmt"] }),
  kind("posting", "Transfer", { filters: ["Amount", "FromAccountRef", "ToAccountRef"] }),
  kind("posting", "JournalEntry", { filters: ["Adjustment", "TotalAmt"] }),
  kind("posting", "CreditCardPayment", { key: "CreditCardPaymentTxn", webhooks: false, filters: ["Amount", "BankAccountRef", "CreditCardAccountRef"] }),
  kind("non-posting", "Estimate", { filters: ["CustomerRef", "TotalAmt", "TxnStatus", "DueDate"] }),
  kind("non-posting", "PurchaseOrder", { filters: ["VendorRef", "TotalAmt", "POStatus"] }),
  kind("setting", "CompanyInfo", { cdc: false, webhooks: false }),
  kind("setting", "Preferences", { cdc: false }),
];

const BY_NAME = new Map(KINDS.flatMap((one) => [one.name, one.key].map((name) => [name.toLowerCase(), one] as const)));

/** By any spelling of its case, and by its JSON key. */
export function findKind(name: string): EntityKind | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function kindOf(name: string): EntityKind {
  const found = findKind(name);
  if (!found) throw new RangeError(`no entity ${name}`);
  return found;
}

export const POSTING: readonly string[] = KINDS.filter(({ family }) => family === "posting").map(({ name }) => name);
export const STORED: readonly string[] = KINDS.filter(({ family }) => family !== "setting").map(({ name }) => name);

const EVERY = ["Id", "SyncToken", "MetaData.CreateTime", "MetaData.LastUpdatedTime"];
const FAMILY: Record<EntityKind["family"], readonly string[]> = {
  list: ["Active", "Name", "FullyQualifiedName"],
  posting: ["TxnDate", "DocNumber", "PrivateNote"],
  "non-posting": ["TxnDate", "DocNumber", "PrivateNote"],
  setting: [],
};

/** The properties a `where` or `orderby` may name, in their own spelling. */
export function filterable(entity: EntityKind): readonly string[] {
  return [...EVERY, ...FAMILY[entity.family], ...entity.filters];
}
