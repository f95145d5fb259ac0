import { cents } from "../cents.ts";
import { fault } from "../fault.ts";
import { isObject } from "../json.ts";
import { isDate } from "../pacific.ts";
import type { Body } from "./body.ts";
import type { Company } from "./company.ts";
import type { EntityKind } from "./entities.ts";
import { entityOfType, keyOf } from "./links.ts";
import type { Row } from "./table.ts";

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Purchase: ["PaymentType", "AccountRef", "Line"],
  Bill: ["VendorRef", "Line"],
  BillPayment: ["VendorRef", "PayType"],
  Invoice: ["CustomerRef", "Line"],
  Payment: ["CustomerRef"],
  SalesReceipt: ["Line"],
  RefundReceipt: ["DepositToAccountRef", "Line"],
  CreditMemo: ["CustomerRef", "Line"],
  VendorCredit: ["VendorRef", "Line"],
  Deposit: ["DepositToAccountRef", "Line"],
  Transfer: ["Amount", "FromAccountRef", "ToAccountRef"],
  JournalEntry: ["Line"],
  CreditCardPayment: ["Amount", "BankAccountRef", "CreditCardAccountRef"],
  Account: ["Name"],
  Customer: ["DisplayName"],
  Vendor: ["DisplayName"],
  Item: ["Name", "Type"],
  Class: ["Name"],
};

/** Which list a reference points into. */
const TARGETS: Readonly<Record<string, string>> = {
  AccountRef: "Account",
  APAccountRef: "Account",
  BankAccountRef: "Account",
  CCAccountRef: "Account",
  CreditCardAccountRef: "Account",
  DepositToAccountRef: "Account",
  DiscountAccountRef: "Account",
  FromAccountRef: "Account",
  ToAccountRef: "Account",
  IncomeAccountRef: "Account",
  ExpenseAccountRef: "Account",
  AssetAccountRef: "Account",
  ItemAccountRef: "Account",
  CustomerRef: "Customer",
  VendorRef: "Vendor",
  ItemRef: "Item",
  GroupItemRef: "Item",
  ClassRef: "Class",
  DepartmentRef: "Department",
  PaymentMethodRef: "PaymentMethod",
  SalesTermRef: "Term",
};

/** Refuses what QuickBooks would refuse, in its order: form, references, business. */
export function check(company: Company, kind: EntityKind, body: Body, before: Row | undefined): void {
  if (company.profile.lapsed) throw fault("6190");
  for (const field of REQUIRED[kind.name] ?? []) {
    if (body[field] === undefined) throw fault("2020", `Required parameter ${field} is missing in the request`, field);
  }
  if (body.TxnDate !== undefined && !isDate(body.TxnDate)) throw fault("2080", `Invalid date ${body.TxnDate}`, "TxnDate");
  if (kind.family === "list") checkName(company, kind, body, before);
  checkClosed(company, body, before);
  if (kind.name === "JournalEntry") checkJournal(body);
  if (kind.name === "Payment" || kind.name === "BillPayment") checkOpen(company, kind.name, body, before);
}

function checkName(company: Company, kind: EntityKind, body: Body, before: Row | undefined): void {
  const name = body.FullyQualifiedName ?? body.DisplayName ?? body.Name;
  if (name === undefined || (before && nameOf(before.body) === name)) return;
  for (const one of company.table(kind.name).glimpses()) {
    if (one.id !== before?.id && nameOf(one.row().body)?.toLowerCase() === name.toLowerCase())
      throw fault("6240", `The name supplied already exists. : Id=${one.id}`);
  }
}

function nameOf(body: Body): string | undefined {
  return body.FullyQualifiedName ?? body.DisplayName ?? body.Name;
}

/** Nothing may be dated into, or moved out of, a closed period. */
export function checkClosed(company: Company, body: Body, before: Row | undefined): void {
  const closed = company.profile.bookClose;
  if (closed === null) return;
  if ([body.TxnDate, before?.body.TxnDate].some((date) => date !== undefined && date <= closed)) throw fault("6210");
}

function checkJournal(body: Body): void {
  const sum = (body.Line ?? []).reduce((total, { Amount, JournalEntryLineDetail: detail }) => {
    if (!detail) return total;
    return total + (detail.PostingType === "Debit" ? 1 : -1) * cents(Amount);
  }, 0);
  if (sum !== 0) throw fault("6070", "Debits and credits of the journal entry differ");
}

/** A payment cannot settle more than is open. */
function checkOpen(company: Company, entity: string, body: Body, before: Row | undefined): void {
  const source = before ? keyOf(entity, before.id) : "";
  const sums = new Map<string, number>();
  for (const line of body.Line ?? []) {
    for (const { TxnId, TxnType } of line.LinkedTxn ?? []) {
      const key = keyOf(entityOfType(TxnType), TxnId);
      sums.set(key, (sums.get(key) ?? 0) + cents(line.Amount));
    }
  }
  for (const [key, amount] of sums) {
    const [target = "", id = ""] = key.split(":");
    const row = known(company, target, id);
    if (target === "JournalEntry" || target === "Deposit" || target === "Purchase") continue;
    const others = company.sourcesOf(target, id).reduce((sum, link) => sum + (link.source === source ? 0 : link.amount), 0);
    if (amount > cents(row.body.TotalAmt) - others) throw fault("6000", "Business Validation Error: Amount received is more than the open balance");
  }
}

function known(company: Company, entity: string, id: string): Row {
  let row: Row | undefined;
  try {
    row = company.get(entity, id);
  } catch {
    throw fault("2500", `Invalid Reference Id : ${entity} is no transaction type`, "TxnType");
  }
  if (!row) throw fault("2500", `Invalid Reference Id : ${entity} ${id} not found`, "TxnId");
  return row;
}

/** Every reference gets the name behind its id; one that points nowhere is refused. */
export function named<T>(company: Company, value: T): T {
  if (Array.isArray(value)) return value.map((one: unknown) => named(company, one)) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, isObject(inner) ? reference(company, key, inner) : named(company, inner)] as const);
  // safe: the same keys, and under each the same shape
  return Object.fromEntries(entries) as T;
}

function reference(company: Company, key: string, value: Record<string, unknown>): Record<string, unknown> {
  const entity = TARGETS[key] ?? entityOf(value);
  const id = value["value"];
  if (entity === undefined || typeof id !== "string") return named(company, value);
  const row = company.get(entity, id);
  if (!row) throw fault("2500", `Invalid Reference Id : ${key} element id ${id} not found`, key);
  if (row.body.Active === false && value["name"] === undefined) throw fault("610", undefined, key);
  return { ...value, name: nameOf(row.body) };
}

/** `EntityRef` and a deposit's `Entity` say themselves what they point to. */
function entityOf(value: Record<string, unknown>): string | undefined {
  const type = typeof value["type"] === "string" ? value["type"].toLowerCase() : "";
  return { vendor: "Vendor", customer: "Customer", employee: "Employee" }[type];
}
