import { cents, times, type Cents } from "../cents.ts";
import type { Body, Ref } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import { entityOfType, keyOf } from "../company/links.ts";
import { accountFor } from "../company/roles.ts";
import { depositTo, payable, receivable } from "./documents.ts";
import type { Posting } from "./posting.ts";

/** One part of a payment: so much of `target`, in its own currency and in home value at the target's rate. */
export type Application = {
  readonly target: string;
  readonly entity: string;
  readonly amount: Cents;
  readonly home: Cents;
  readonly from: Cents;
  readonly to: Cents;
  readonly sign: 1 | -1;
};

/**
 * Follows what has been paid of each document, so that a payment takes from receivables what the invoice put there,
 * and the last one leaves nothing, whatever the rates were.
 */
export class Relief {
  readonly #company: Company;
  readonly #paid = new Map<string, Cents>();

  constructor(company: Company) {
    this.#company = company;
  }

  applications(body: Body): Application[] {
    return (body.Line ?? []).flatMap((line) =>
      (line.LinkedTxn ?? []).flatMap(({ TxnType, TxnId }) => {
        const entity = entityOfType(TxnType);
        const row = tryGet(this.#company, entity, TxnId);
        if (!row || entity === "Deposit") return [];
        const key = keyOf(entity, TxnId);
        const sign = entity === "CreditMemo" || entity === "VendorCredit" ? -1 : 1;
        if (entity === "JournalEntry")
          return [
            { target: key, entity, amount: cents(line.Amount), home: times(cents(line.Amount), row.body.ExchangeRate ?? 1), from: 0, to: 0, sign } as const,
          ];
        const from = this.#paid.get(key) ?? 0;
        const to = from + cents(line.Amount);
        this.#paid.set(key, to);
        const rate = row.body.ExchangeRate ?? 1;
        return [{ target: key, entity, amount: cents(line.Amount), home: times(to, rate) - times(from, rate), from, to, sign } as const];
      }),
    );
  }

  /** Money in against receivables; at another rate than the invoice's, the rest is exchange gain or loss. */
  payment(body: Body, applications: readonly Application[]): Posting[] {
    const account = receivable(this.#company, body);
    return this.#settled(body, applications, depositTo(this.#company, body), account, 1, body.CustomerRef);
  }

  billPayment(body: Body, applications: readonly Application[]): Posting[] {
    const account = payable(this.#company, body);
    const bank = (body.CheckPayment?.BankAccountRef ?? body.CreditCardPayment?.CCAccountRef)?.value;
    if (bank === undefined && cents(body.TotalAmt) !== 0) throw new RangeError("a bill payment without an account");
    return this.#settled(body, applications, bank ?? account, account, -1, body.VendorRef);
  }

  #settled(body: Body, applications: readonly Application[], bank: string, control: string, sign: 1 | -1, name: Ref | undefined): Posting[] {
    const rate = body.ExchangeRate ?? 1;
    const total = times(cents(body.TotalAmt), rate);
    const applied = applications.reduce((sum, one) => sum + one.sign * one.amount, 0);
    const relieved = applications.reduce((sum, one) => sum + one.sign * one.home, 0) + times(cents(body.TotalAmt) - applied, rate);
    const postings: Posting[] = [
      { account: bank, amount: sign * total, cause: "document", name },
      { account: control, amount: -sign * relieved, cause: "document", name },
    ];
    const difference = sign * (relieved - total);
    return difference === 0 ? postings : [...postings, { account: accountFor(this.#company, "exchange"), amount: difference, cause: "exchange" }];
  }
}

export function tryGet(company: Company, entity: string, id: string) {
  try {
    return company.get(entity, id);
  } catch {
    return undefined;
  }
}

/** A deposit takes from undeposited funds what its payments put there. */
export function depositPostings(company: Company, body: Body): Posting[] {
  const rate = body.ExchangeRate ?? 1;
  const home = (amount: number | undefined) => times(cents(amount), rate);
  const postings: Posting[] = [{ account: depositTo(company, body), amount: home(body.TotalAmt), cause: "document" }];
  if (body.CashBack)
    postings.push({ account: body.CashBack.AccountRef.value, amount: home(body.CashBack.Amount), cause: "document", memo: body.CashBack.Memo });
  for (const line of body.Line ?? []) {
    const linked = line.LinkedTxn?.[0];
    if (line.DepositLineDetail) {
      postings.push({
        account: line.DepositLineDetail.AccountRef?.value ?? accountFor(company, "undeposited"),
        amount: -home(line.Amount),
        cause: "document",
        memo: line.Description,
        name: line.DepositLineDetail.Entity,
      });
    } else if (linked) {
      const source = tryGet(company, entityOfType(linked.TxnType), linked.TxnId);
      const sign = entityOfType(linked.TxnType) === "RefundReceipt" ? -1 : 1;
      const held =
        source && cents(source.body.TotalAmt) === sign * cents(line.Amount)
          ? sign * times(cents(source.body.TotalAmt), source.body.ExchangeRate ?? 1)
          : home(line.Amount);
      postings.push({ account: accountFor(company, "undeposited"), amount: -held, cause: "document", name: source?.body.CustomerRef });
    }
  }
  return postings;
}
