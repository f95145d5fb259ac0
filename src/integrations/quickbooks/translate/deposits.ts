/** Money brought to the bank: what was received before (linked), what comes directly (lines), less what is kept back. */
import { type Line, detailOf, entityOfLink, linesOf, plainName } from "./document.ts";
import { type Draft, partyOfLine, unitsOf } from "./draft.ts";
import type { Outline } from "./outline.ts";
import type { Party } from "./translated.ts";

/**
 * Into the bank account; linked money leaves Undeposited Funds, direct lines their own accounts. Lines may be negative
 * (a processor's fee). `TotalAmt` is with or without cash back depending on who wrote it: the lines decide which.
 */
export function deposit(draft: Draft): Outline {
  const { DepositToAccountRef, CashBack, TxnTaxDetail } = draft.document;
  const total = draft.total();
  const cashBack = unitsOf(CashBack?.Amount);
  const tax = unitsOf(TxnTaxDetail?.TotalTax);
  const lines = linesOf(draft.document);
  const gross = lines.reduce((sum, line) => sum + unitsOf(line.Amount), 0n) + tax;
  draft.post("header", draft.account(DepositToAccountRef), gross === total ? total - cashBack : total);
  const parties = lines.map((line) => postLine(draft, line));
  if (tax !== 0n) draft.post("tax", draft.account(null, "sales_tax_payable"), -tax);
  if (cashBack !== 0n) draft.post("line", draft.account(CashBack?.AccountRef), cashBack, { memo: CashBack?.Memo });
  return { kind: "deposit", meaning: total, party: theOnly(parties) };
}

function postLine(draft: Draft, line: Line): Party | null {
  const link = line.LinkedTxn?.[0];
  const detail = detailOf(line);
  const type = plainName(line.DetailType ?? "");
  if (detail === null || (type !== "depositlinedetail" && !(type === "" && link))) {
    draft.unknownLine(line, line.DetailType ?? "neither linked nor detailed");
    return null;
  }
  const party = partyOfLine(detail.Entity);
  const accountId = draft.account(detail.AccountRef, link ? "undeposited_funds" : undefined);
  const rate = link ? draft.rateOfLinked(entityOfLink(link.TxnType), link.TxnId) : null;
  draft.post(link ? "link" : "line", accountId, -unitsOf(line.Amount), { memo: line.Description, party, rate });
  return party;
}

/** The one party that all lines with a party name, else null. */
function theOnly(parties: readonly (Party | null)[]): Party | null {
  const named = parties.filter((party) => party !== null);
  const first = named[0];
  return first && named.every((party) => party.id === first.id && party.type === first.type) ? first : null;
}
