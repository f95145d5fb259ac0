/** Lines of sales and purchase documents: which account each is for, and how tax divides the total. */
import { apportion } from "./apportion.ts";
import type { Item } from "./books.ts";
import { type Detail, type Line, detailOf, linesOf, plainName } from "./document.ts";
import { type Draft, partyOf, unitsOf } from "./draft.ts";
import type { Party } from "./translated.ts";

type Side = "sale" | "purchase";
type Row = { accountId: string | null; units: bigint; memo: string | null; party: Party | null; taxable: boolean };

/**
 * Posts the lines and the tax of a sales or purchase document. `direction` is 1 where they are debits (a bill) and -1
 * where they are credits (an invoice). Subtotals repeat other lines and post nothing; a bundle posts its members only;
 * a discount lowers what it stands under.
 */
export function postLines(draft: Draft, side: Side, direction: 1n | -1n, total: bigint): void {
  const rows = linesOf(draft.document).flatMap((line) => rowsOf(draft, side, line));
  const tax = taxOf(draft, rows, total);
  for (const row of withoutTax(draft, rows, tax, total)) {
    draft.post("line", row.accountId, direction * row.units, { memo: row.memo, party: row.party });
  }
  postTax(draft, direction, tax);
}

function rowsOf(draft: Draft, side: Side, line: Line): Row[] {
  const detail = detailOf(line);
  if (detail === null) return unknown(draft, line, "unreadable detail");
  switch (plainName(line.DetailType ?? "")) {
    case "accountbasedexpenselinedetail":
      return [row(line, detail, draft.account(detail.AccountRef))];
    case "itembasedexpenselinedetail":
    case "salesitemlinedetail":
    case "reimburselinedetail":
      return [row(line, detail, itemAccount(draft, side, detail))];
    case "grouplinedetail":
      return (detail.Line ?? []).flatMap((member) => rowsOf(draft, side, member));
    case "discountlinedetail": {
      const discount = row(line, detail, draft.account(detail.DiscountAccountRef, "discounts"));
      return [{ ...discount, units: -discount.units, taxable: false }];
    }
    case "subtotallinedetail":
      return [];
    case "descriptiononly":
    case "descriptionlinedetail":
      return unitsOf(line.Amount) === 0n ? [] : unknown(draft, line, "a description with an amount");
    default:
      return unknown(draft, line, line.DetailType ?? "no detail type");
  }
}

function row(line: Line, detail: Detail, accountId: string | null): Row {
  const code = detail.TaxCodeRef?.value;
  return {
    accountId,
    units: unitsOf(line.Amount),
    memo: line.Description ?? null,
    party: partyOf(detail.CustomerRef, "customer"),
    taxable: code !== undefined && code !== "NON",
  };
}

function unknown(draft: Draft, line: Line, detail: string): Row[] {
  draft.unknownLine(line, detail);
  return [];
}

/** The account an item's line posts to: the line's own, else the item's, else that of the items it stands under. */
function itemAccount(draft: Draft, side: Side, detail: Detail): string | null {
  if (detail.ItemAccountRef) return draft.known(detail.ItemAccountRef.value);
  const id = detail.ItemRef?.value;
  let item = id === undefined ? undefined : draft.books.items.get(id);
  for (let depth = 0; item !== undefined && depth < MAX_DEPTH; depth += 1) {
    const accountId = side === "sale" ? item.incomeAccountId : purchaseAccount(item);
    if (accountId !== null) return draft.known(accountId);
    item = item.parentId === null ? undefined : draft.books.items.get(item.parentId);
  }
  draft.note("unknown_account", id === undefined ? "a line names neither account nor item" : `item ${id} leads to no account`);
  return null;
}

/** QuickBooks allows five levels of items. */
const MAX_DEPTH = 6;

/** Bought stock becomes an asset, anything else an expense; an item that is only sold has nothing but its income account. */
function purchaseAccount(item: Item): string | null {
  return item.type === "Inventory" ? (item.assetAccountId ?? item.expenseAccountId) : (item.expenseAccountId ?? item.assetAccountId ?? item.incomeAccountId);
}

/** The document's tax: as stated, else the sum of its tax lines, else, where it is taxed but silent, what is left of the total. */
function taxOf(draft: Draft, rows: readonly Row[], total: bigint): bigint {
  const stated = draft.document.TxnTaxDetail;
  if (!stated || plainName(draft.document.GlobalTaxCalculation ?? "") === "notapplicable") return 0n;
  if (stated.TotalTax !== null) return unitsOf(stated.TotalTax);
  const lines = stated.TaxLine ?? [];
  if (lines.length > 0) return lines.reduce((tax, line) => tax + unitsOf(line.Amount), 0n);
  return stated.TxnTaxCodeRef ? total - net(rows) : 0n;
}

/**
 * The rows free of tax. QuickBooks sends net amounts; where a tax-inclusive document's amounts add up to its total
 * instead, they contain the tax, and each taxed row gives up its share.
 */
function withoutTax(draft: Draft, rows: Row[], tax: bigint, total: bigint): Row[] {
  const inclusive = plainName(draft.document.GlobalTaxCalculation ?? "") === "taxinclusive";
  if (!inclusive || tax === 0n || net(rows) !== total) return rows;
  const bearing = rows.some((candidate) => candidate.taxable) ? rows.filter((candidate) => candidate.taxable) : rows;
  const shares = apportion(
    tax,
    bearing.map((candidate) => candidate.units),
  );
  if (shares === null) return rows;
  const share = new Map(bearing.map((candidate, index) => [candidate, shares[index] ?? 0n]));
  return rows.map((candidate) => ({ ...candidate, units: candidate.units - (share.get(candidate) ?? 0n) }));
}

/** Tax lines name a rate and no account: each goes to its agency's account where that is known, else to sales tax payable. */
function postTax(draft: Draft, direction: 1n | -1n, tax: bigint): void {
  const lines = draft.document.TxnTaxDetail?.TaxLine ?? [];
  const accounts = lines.map((line) => draft.books.taxAccounts.get(line.TaxLineDetail?.TaxRateRef?.value ?? ""));
  const listed = lines.reduce((total, line) => total + unitsOf(line.Amount), 0n);
  if (listed !== tax || accounts.every((accountId) => accountId === undefined)) {
    draft.post("tax", draft.account(null, "sales_tax_payable"), direction * tax);
    return;
  }
  lines.forEach((line, index) => {
    const accountId = accounts[index] ?? draft.account(null, "sales_tax_payable");
    draft.post("tax", accountId, direction * unitsOf(line.Amount));
  });
}

function net(rows: readonly Row[]): bigint {
  return rows.reduce((total, candidate) => total + candidate.units, 0n);
}
