/** Money between a company's own accounts. */
import type { Draft } from "./draft.ts";
import { partyOf } from "./draft.ts";
import type { Outline } from "./outline.ts";

/** Out of one account, into another. The amount stands in `Amount`; there are no lines. */
export function transfer(draft: Draft): Outline {
  const { document } = draft;
  const amount = draft.total(document.Amount);
  draft.post("header", draft.account(document.ToAccountRef), amount);
  draft.post("link", draft.account(document.FromAccountRef), -amount);
  return { kind: "transfer", meaning: amount, party: null };
}

/** The bank pays the card. */
export function creditCardPayment(draft: Draft): Outline {
  const { document } = draft;
  const amount = draft.total(document.Amount ?? document.TotalAmt);
  draft.post("header", draft.account(document.CreditCardAccountRef), amount);
  draft.post("link", draft.account(document.BankAccountRef), -amount);
  return { kind: "transfer", meaning: amount, party: partyOf(document.VendorRef, "vendor") };
}
