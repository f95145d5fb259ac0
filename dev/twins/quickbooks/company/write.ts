import { cents } from "../cents.ts";
import { fault } from "../fault.ts";
import { pacificDate } from "../pacific.ts";
import type { Body } from "./body.ts";
import { check, checkClosed, named } from "./check.ts";
import type { Company } from "./company.ts";
import { complete } from "./complete.ts";
import { kindOf, type EntityKind } from "./entities.ts";
import { splitKey } from "./links.ts";
import { accountFor, classificationOf, currencyRef } from "./roles.ts";
import { release, settle, settled } from "./settle.ts";
import type { Row } from "./table.ts";

/** Writes a new object as the API does, with all that follows from it. */
export function create(company: Company, entity: string, given: Body): Row {
  const kind = kindOf(entity);
  const body = prepared(company, kind, given, undefined);
  const inserted = company.insert(kind.name, settled(company, kind.name, { id: "", sync: 0, created: 0, updated: 0, body }));
  settle(company, kind.name, undefined, inserted);
  return company.get(kind.name, inserted.id) ?? inserted;
}

/** A full update forgets every writable field it does not name; a sparse one keeps them. */
export function update(company: Company, entity: string, row: Row, given: Body, sparse: boolean): Row {
  const kind = kindOf(entity);
  const merged: Body = sparse ? { ...row.body, ...given } : { ...kept(row.body), ...given };
  const body = prepared(company, kind, merged, row);
  if (cents(body.TotalAmt) !== cents(row.body.TotalAmt)) refuseDeposited(company, kind.name, row);
  if (cents(body.TotalAmt) < cents(row.body.TotalAmt)) release(company, kind.name, row.id, cents(body.TotalAmt));
  const current = company.get(kind.name, row.id) ?? row;
  const links = current.body.LinkedTxn;
  const linked = { ...body, ...(links ? { LinkedTxn: links } : {}) };
  const next = company.replace(kind.name, current, settled(company, kind.name, { ...current, body: linked }));
  settle(company, kind.name, row, next);
  return company.get(kind.name, next.id) ?? next;
}

export function remove(company: Company, entity: string, row: Row): void {
  const kind = kindOf(entity);
  if (company.profile.lapsed) throw fault("6190");
  if (kind.family === "list" || kind.family === "setting") throw fault("500", `Operation delete is not supported for ${entity}`);
  checkClosed(company, row.body, row);
  refuseDeposited(company, kind.name, row);
  release(company, kind.name, row.id, 0);
  company.erase(kind.name, row);
  settle(company, kind.name, row, undefined);
}

/** A voided object stays, worth nothing, its note saying so in front of what it said. */
export function voidOut(company: Company, entity: string, row: Row): Row {
  const kind = kindOf(entity);
  checkClosed(company, row.body, row);
  refuseDeposited(company, kind.name, row);
  release(company, kind.name, row.id, 0);
  const current = company.get(kind.name, row.id) ?? row;
  const next = company.replace(kind.name, current, voided(current.body), "Void");
  settle(company, kind.name, row, next);
  return company.get(kind.name, row.id) ?? next;
}

function prepared(company: Company, kind: EntityKind, given: Body, before: Row | undefined): Body {
  const isTransaction = kind.family === "posting" || kind.family === "non-posting";
  const dated = isTransaction && given.TxnDate === undefined ? { ...given, TxnDate: pacificDate(company.now()) } : given;
  check(company, kind, dated, before);
  const body = complete(company, kind, named(company, dated));
  return isTransaction ? withControlAccounts(company, kind.name, body) : listed(company, kind.name, body);
}

/** Receivables and payables of a currency come into being with its first document. */
function withControlAccounts(company: Company, entity: string, body: Body): Body {
  const code = body.CurrencyRef?.value ?? company.profile.home;
  if (["Invoice", "Payment", "CreditMemo"].includes(entity)) accountFor(company, "ar", code);
  if (!["Bill", "VendorCredit", "BillPayment"].includes(entity)) return body;
  const account = accountFor(company, "ap", code);
  return entity === "BillPayment" ? body : { ...body, APAccountRef: body.APAccountRef ?? named(company, { APAccountRef: { value: account } }).APAccountRef };
}

function listed(company: Company, entity: string, body: Body): Body {
  const active = { Active: body.Active ?? true };
  const full = { FullyQualifiedName: fullName(company, entity, body) };
  if (entity === "Account") {
    const classification = body.AccountType === undefined ? undefined : classificationOf(body.AccountType);
    if (body.AccountType !== undefined && !classification) throw fault("2080", `Invalid AccountType ${body.AccountType}`, "AccountType");
    return {
      SubAccount: body.ParentRef !== undefined,
      ...body,
      ...active,
      ...full,
      ...(classification ? { Classification: classification } : {}),
      CurrencyRef: body.CurrencyRef ?? currencyRef(company.profile.home),
    };
  }
  if (entity === "Customer" || entity === "Vendor")
    return { ...body, ...active, ...(entity === "Customer" ? full : {}), CurrencyRef: body.CurrencyRef ?? currencyRef(company.profile.home) };
  return { ...body, ...active, ...full };
}

function fullName(company: Company, entity: string, body: Body): string {
  const parent = body.ParentRef ? company.get(entity, body.ParentRef.value)?.body.FullyQualifiedName : undefined;
  const name = body.Name ?? body.DisplayName ?? "";
  return parent === undefined ? name : `${parent}:${name}`;
}

/** What a full update cannot forget: what QuickBooks itself keeps. */
function kept(body: Body): Body {
  const keep: Body = {};
  for (const field of ["TxnDate", "CurrencyRef", "ExchangeRate", "LinkedTxn", "domain"]) if (body[field] !== undefined) keep[field] = body[field];
  return keep;
}

function refuseDeposited(company: Company, entity: string, row: Row): void {
  const deposited = company.sourcesOf(entity, row.id).some(({ source }) => splitKey(source).entity === "Deposit");
  if (deposited) throw fault("6000", "Business Validation Error: This transaction has been deposited. Delete the deposit first.");
}

function voided(body: Body): Body {
  const zero = (line: NonNullable<Body["Line"]>[number]): NonNullable<Body["Line"]>[number] => ({
    ...line,
    ...(line.Amount === undefined ? {} : { Amount: 0 }),
    ...(line.SalesItemLineDetail ? { SalesItemLineDetail: { ...line.SalesItemLineDetail, Qty: 0, UnitPrice: 0 } } : {}),
    ...(line.ItemBasedExpenseLineDetail ? { ItemBasedExpenseLineDetail: { ...line.ItemBasedExpenseLineDetail, Qty: 0, UnitPrice: 0 } } : {}),
    ...(line.GroupLineDetail ? { GroupLineDetail: { ...line.GroupLineDetail, Line: line.GroupLineDetail.Line.map(zero) } } : {}),
  });
  const linkedLines = (body.Line ?? []).filter((line) => !line.LinkedTxn || line.DetailType !== undefined);
  const tax = body.TxnTaxDetail ? { TxnTaxDetail: { TotalTax: 0 } } : {};
  const zeros: Body = {};
  for (const field of ["TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance", "RemainingCredit", "UnappliedAmt", "Amount"])
    if (body[field] !== undefined) zeros[field] = 0;
  const { CashBack: _cash, ...rest } = body;
  return {
    ...rest,
    ...zeros,
    ...tax,
    ...(body.Line ? { Line: linkedLines.map(zero) } : {}),
    LinkedTxn: [],
    PrivateNote: body.PrivateNote ? `Voided - ${body.PrivateNote}` : "Voided",
  };
}
