/** What settles a claim: customers' payments and payments of bills. They have no category: the claim had it. */
import { entityOfLink, linesOf } from "./document.ts";
import { type Draft, partyOf, unitsOf } from "./draft.ts";
import type { Outline } from "./outline.ts";
import type { Party } from "./translated.ts";

/** Money in, less owed by the customer. Without an account it lies in Undeposited Funds. */
export function payment(draft: Draft): Outline {
  const { document } = draft;
  const total = draft.total();
  const party = partyOf(document.CustomerRef, "customer");
  if (total !== 0n) draft.post("header", draft.account(document.DepositToAccountRef, "undeposited_funds"), total, { party });
  settle(draft, "Payment", draft.account(document.ARAccountRef, "accounts_receivable"), total, party);
  return { kind: "payment", meaning: total, party };
}

/** Money out, less owed to the vendor. It may be more than its lines (prepaid) and may be zero (a vendor credit applied). */
export function billPayment(draft: Draft): Outline {
  const { document } = draft;
  const total = draft.total();
  const party = partyOf(document.VendorRef, "vendor");
  const from = document.CheckPayment?.BankAccountRef ?? document.CreditCardPayment?.CCAccountRef;
  if (total !== 0n) draft.post("header", draft.account(from), -total, { party });
  settle(draft, "BillPayment", draft.account(document.APAccountRef, "accounts_payable"), total, party);
  return { kind: "bill_payment", meaning: -total, party };
}

/** Linked documents that pay claims instead of being paid, on either side: money that a customer or we gave before. */
const RECEIVABLE_CREDITS: ReadonlySet<string> = new Set(["CreditMemo", "Deposit", "CreditCardCredit"]);
const PAYABLE_CREDITS: ReadonlySet<string> = new Set(["VendorCredit", "Check", "Expense"]);

/**
 * Lowers the claim by `total`. In home currency that is one entry. In a foreign one each linked document leaves the
 * claim at the rate it entered it, after what was settled of it before, so that nothing is left of one that is paid up and
 * the exchange difference appears; what is not linked goes at the payment's own.
 */
function settle(draft: Draft, own: "Payment" | "BillPayment", accountId: string | null, total: bigint, party: Party | null): void {
  const direction = own === "BillPayment" ? 1n : -1n;
  let open = total;
  if (draft.foreign) {
    const during = new Map<string, bigint>();
    for (const { entity, id, units } of settled(draft, own === "BillPayment" ? PAYABLE_CREDITS : RECEIVABLE_CREDITS)) {
      const key = `${entity}:${id}`;
      const earlier = during.get(key) ?? 0n;
      const before = draft.settledBefore(key, own) + earlier;
      draft.post("link", accountId, direction * units, { party, rate: draft.rateOfLinked(entity, id), before });
      during.set(key, earlier + (units < 0n ? -units : units));
      open -= units;
    }
  }
  draft.post("link", accountId, direction * open, { party });
}

function settled(draft: Draft, credits: ReadonlySet<string>): { entity: string; id: string; units: bigint }[] {
  return linesOf(draft.document).flatMap((line) => {
    const link = line.LinkedTxn?.[0];
    if (!link) return [];
    const entity = entityOfLink(link.TxnType);
    return [{ entity, id: link.TxnId, units: credits.has(link.TxnType) ? -unitsOf(line.Amount) : unitsOf(line.Amount) }];
  });
}

export type LinkedDocument = { entity: string; id: string };

/**
 * The documents whose exchange rates are needed to translate this one exactly (`Books.rates`, by `Invoice:70`): what a
 * foreign payment, bill payment or deposit settles. Empty for everything else.
 */
export function ratesNeeded(
  document: { CurrencyRef?: { value: string } | null; Line?: { LinkedTxn?: { TxnId: string; TxnType: string }[] | null }[] | null },
  homeCurrency: string,
): LinkedDocument[] {
  if ((document.CurrencyRef?.value ?? homeCurrency) === homeCurrency) return [];
  return (document.Line ?? []).flatMap((line) => (line.LinkedTxn ?? []).map((link) => ({ entity: entityOfLink(link.TxnType), id: link.TxnId })));
}
