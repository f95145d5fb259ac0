/** What is sold: on account (`Invoice`, `CreditMemo`) and against money at once (`SalesReceipt`, `RefundReceipt`). */
import { type Draft, partyOf, unitsOf } from "./draft.ts";
import { postLines } from "./lines.ts";
import type { Outline } from "./outline.ts";

/** What the customer owes against income and tax. A deposit taken with the invoice is money already, and not owed. */
export function invoice(draft: Draft): Outline {
  const { document } = draft;
  const total = draft.total();
  const party = partyOf(document.CustomerRef, "customer");
  const deposit = unitsOf(document.Deposit);
  draft.post("header", draft.account(document.ARAccountRef, "accounts_receivable"), total - deposit, { party });
  if (deposit !== 0n) draft.post("link", draft.account(document.DepositToAccountRef, "undeposited_funds"), deposit, { party });
  postLines(draft, "sale", -1n, total);
  return { kind: "invoice", meaning: total, party };
}

/** An invoice's mirror image: less is owed, less was earned. */
export function creditMemo(draft: Draft): Outline {
  const total = draft.total();
  const party = partyOf(draft.document.CustomerRef, "customer");
  draft.post("header", draft.account(draft.document.ARAccountRef, "accounts_receivable"), -total, { party });
  postLines(draft, "sale", 1n, total);
  return { kind: "credit_memo", meaning: -total, party };
}

/** Money in against income and tax. */
export function salesReceipt(draft: Draft): Outline {
  return atOnce(draft, "sales_receipt", 1n);
}

/** Money out, income and tax back: the numbers of a refund are positive. */
export function refundReceipt(draft: Draft): Outline {
  return atOnce(draft, "refund_receipt", -1n);
}

function atOnce(draft: Draft, kind: "sales_receipt" | "refund_receipt", direction: 1n | -1n): Outline {
  const total = draft.total();
  const party = partyOf(draft.document.CustomerRef, "customer");
  draft.post("header", draft.account(draft.document.DepositToAccountRef, "undeposited_funds"), direction * total, { party });
  postLines(draft, "sale", direction === 1n ? -1n : 1n, total);
  return { kind, meaning: direction * total, party };
}
