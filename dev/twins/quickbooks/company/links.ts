import { cents, type Cents } from "../cents.ts";
import type { Row } from "./table.ts";

/** `source` refers to `target` for an amount in the target's own currency. */
export type Link = { readonly source: string; readonly target: string; readonly amount: Cents };
export type Links = readonly Link[];

const SOURCES = new Set(["Payment", "BillPayment", "Deposit"]);

/** The names that `LinkedTxn.TxnType` has for entities, where they differ. */
const TYPES: Readonly<Record<string, string>> = {
  Expense: "Purchase",
  Check: "Purchase",
  CreditCardCredit: "Purchase",
  BillPaymentCheck: "BillPayment",
  BillPaymentCreditCard: "BillPayment",
};

export function keyOf(entity: string, id: string): string {
  return `${entity}:${id}`;
}

export function splitKey(key: string): { entity: string; id: string } {
  const at = key.indexOf(":");
  return { entity: key.slice(0, at), id: key.slice(at + 1) };
}

export function entityOfType(type: string): string {
  return TYPES[type] ?? type;
}

/** What an object of this kind is called in the `LinkedTxn` of another. */
export function typeOf(entity: string, row: Row): string {
  if (entity === "BillPayment") return row.body.PayType === "CreditCard" ? "BillPaymentCreditCard" : "BillPaymentCheck";
  if (entity !== "Purchase") return entity;
  if (row.body.PaymentType === "Check") return "Check";
  return row.body.Credit ? "CreditCardCredit" : "Expense";
}

/** One link for each target, its amounts added up. */
export function linksOf(entity: string, row: Row): Links {
  if (!SOURCES.has(entity)) return [];
  const sums = new Map<string, Cents>();
  for (const line of row.body.Line ?? []) {
    for (const linked of line.LinkedTxn ?? []) {
      const target = keyOf(entityOfType(linked.TxnType), linked.TxnId);
      sums.set(target, (sums.get(target) ?? 0) + cents(line.Amount));
    }
  }
  const source = keyOf(entity, row.id);
  return [...sums].map(([target, amount]) => ({ source, target, amount }));
}
