/** What is bought: expenses, checks and card charges (`Purchase`), bills, and what vendors take back. */
import { type Draft, partyOf } from "./draft.ts";
import { postLines } from "./lines.ts";
import type { Outline } from "./outline.ts";

/** Out of the bank or card account, into the lines' accounts. A card credit runs the other way, its amounts still positive. */
export function purchase(draft: Draft): Outline {
  const { AccountRef, EntityRef, Credit } = draft.document;
  const total = draft.total();
  const party = partyOf(EntityRef);
  const direction = Credit === true ? -1n : 1n;
  draft.post("header", draft.account(AccountRef), -direction * total, { party });
  postLines(draft, "purchase", direction, total);
  return { kind: "purchase", meaning: -direction * total, party };
}

/** The lines' accounts against what is owed to the vendor. */
export function bill(draft: Draft): Outline {
  return owed(draft, "bill", 1n);
}

/** A bill's mirror image: less is owed, less was spent. */
export function vendorCredit(draft: Draft): Outline {
  return owed(draft, "vendor_credit", -1n);
}

function owed(draft: Draft, kind: "bill" | "vendor_credit", direction: 1n | -1n): Outline {
  const total = draft.total();
  const party = partyOf(draft.document.VendorRef, "vendor");
  draft.post("header", draft.account(draft.document.APAccountRef, "accounts_payable"), -direction * total, { party });
  postLines(draft, "purchase", direction, total);
  return { kind, meaning: -direction * total, party };
}
