import { amountOf, cents, times } from "../cents.ts";
import type { Body, Linked } from "./body.ts";
import type { Company } from "./company.ts";
import { linksOf, splitKey, typeOf, entityOfType } from "./links.ts";
import type { Row } from "./table.ts";

/** Rewrites what a write settles: as in QuickBooks, a payment changes its invoice's Balance, LinkedTxn and SyncToken. */
export function settle(company: Company, entity: string, before: Row | undefined, after: Row | undefined): void {
  const targets = new Set([before, after].flatMap((row) => (row ? linksOf(entity, row).map(({ target }) => target) : [])));
  for (const key of targets) {
    const target = splitKey(key);
    const row = company.get(target.entity, target.id);
    if (!row) continue;
    const body = settled(company, target.entity, row);
    if (JSON.stringify(body) !== JSON.stringify(row.body)) company.replace(target.entity, row, body);
  }
}

/** The body with its balance and links as they follow from who refers to it. */
export function settled(company: Company, entity: string, row: Row): Body {
  const sources = company.sourcesOf(entity, row.id);
  const applied = sources.reduce((sum, link) => sum + link.amount, 0);
  const open = cents(row.body.TotalAmt) - applied;
  const body = { ...row.body, ...links(company, row.body, entity, sources) };
  if (entity === "Invoice" || entity === "Bill" || entity === "VendorCredit") {
    const home = company.profile.multiCurrency && entity !== "VendorCredit" ? { HomeBalance: amountOf(times(open, body.ExchangeRate ?? 1)) } : {};
    return { ...body, Balance: amountOf(open), ...home };
  }
  if (entity === "CreditMemo") return { ...body, Balance: amountOf(open), RemainingCredit: amountOf(open) };
  return body;
}

function links(company: Company, body: Body, entity: string, sources: readonly { source: string }[]): { LinkedTxn?: Linked[] } {
  const kept = (body.LinkedTxn ?? []).filter(({ TxnType }) => !["Payment", "BillPayment", "Deposit"].includes(entityOfType(TxnType)));
  const added = sources.flatMap(({ source }) => {
    const { entity: from, id } = splitKey(source);
    const row = company.get(from, id);
    return row ? [{ TxnId: id, TxnType: typeOf(from, row) }] : [];
  });
  if (entity === "JournalEntry" || entity === "Transfer" || entity === "Purchase") return {};
  return { LinkedTxn: [...kept, ...added] };
}

/**
 * Takes lines away from payments that settle more than is left of an invoice, newest first: what they carried becomes
 * unapplied. `left` is what the target is worth now; zero when it is void or gone.
 */
export function release(company: Company, entity: string, id: string, left: number): void {
  let over = company.sourcesOf(entity, id).reduce((sum, link) => sum + link.amount, 0) - left;
  for (const link of [...company.sourcesOf(entity, id)].reverse()) {
    if (over <= 0 && left > 0) return;
    const source = splitKey(link.source);
    const row = company.get(source.entity, source.id);
    if (!row) continue;
    const cut = left === 0 ? link.amount : Math.min(over, link.amount);
    over -= cut;
    company.replace(source.entity, row, without(row.body, entity, id, cut));
  }
}

function without(body: Body, entity: string, id: string, cut: number): Body {
  let rest = cut;
  const Line = (body.Line ?? []).flatMap((line) => {
    const linked = line.LinkedTxn?.some((one) => one.TxnId === id && entityOfType(one.TxnType) === entity);
    if (!linked) return [line];
    const less = Math.min(rest, cents(line.Amount));
    rest -= less;
    return less === cents(line.Amount) ? [] : [{ ...line, Amount: amountOf(cents(line.Amount) - less) }];
  });
  const unapplied = body.UnappliedAmt === undefined ? {} : { UnappliedAmt: amountOf(unappliedOf({ ...body, Line })) };
  return { ...body, Line, ...unapplied };
}

/** What a payment holds beyond what it settles: credit memos add to it, invoices take from it. */
export function unappliedOf(body: Body): number {
  return (body.Line ?? []).reduce((left, line) => {
    const credit = line.LinkedTxn?.some(({ TxnType }) => TxnType === "CreditMemo" || TxnType === "VendorCredit");
    return left + (credit ? 1 : -1) * cents(line.Amount);
  }, cents(body.TotalAmt));
}
