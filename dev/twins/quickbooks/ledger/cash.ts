import { share, type Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import { accountFor } from "../company/roles.ts";
import type { Posting } from "./posting.ts";
import type { Application } from "./relief.ts";

/** Postings that belong to another day than their entry: an invoice dated after its payment. */
export type Later = { readonly date: string; readonly postings: readonly Posting[] };

/** A document that waits for its money: what it will post, and how much of it in all. */
type Waiting = { readonly date: string; readonly total: Cents; readonly rest: readonly Posting[] };

/**
 * The same books on a cash basis: invoices and bills post nothing until they are paid, then their lines in proportion;
 * what no document claims yet stands as unapplied.
 */
export class CashBasis {
  readonly #company: Company;
  readonly #waiting: ReadonlyMap<string, Waiting>;

  constructor(company: Company, waiting: ReadonlyMap<string, Waiting>) {
    this.#company = company;
    this.#waiting = waiting;
  }

  /** Replaces the control posting of a payment by the lines of what it pays. */
  payment(
    date: string,
    postings: readonly Posting[],
    control: string,
    applications: readonly Application[],
    side: "income" | "expense",
  ): { now: Posting[]; later: Later[] } {
    const unapplied = accountFor(this.#company, side === "income" ? "unappliedIncome" : "unappliedExpense");
    const now = postings.filter(({ account }) => account !== control);
    let open = postings.reduce((sum, one) => sum + (one.account === control ? one.amount : 0), 0);
    const later: Later[] = [];
    for (const application of applications) {
      const waiting = this.#waiting.get(application.target);
      if (!waiting) continue;
      const parts = portion(waiting, application);
      const amount = parts.reduce((sum, one) => sum + one.amount, 0);
      if (waiting.date <= date) {
        now.push(...parts);
        open -= amount;
      } else {
        later.push({ date: waiting.date, postings: [...parts, { account: unapplied, amount: -amount, cause: "document" }] });
      }
    }
    const journals = applications.filter(({ entity }) => entity === "JournalEntry");
    for (const one of journals) {
      const amount = (side === "income" ? -1 : 1) * one.sign * one.home;
      now.push({ account: control, amount, cause: "document" });
      open -= amount;
    }
    if (open !== 0) now.push({ account: unapplied, amount: open, cause: "document" });
    return { now: now.filter(({ amount }) => amount !== 0), later };
  }
}

/** The share of a document's lines between two states of its being paid. Always adds up to what was paid. */
function portion(waiting: Waiting, { from, to }: Application): Posting[] {
  let [sum, before] = [0, { from: 0, to: 0 }];
  return waiting.rest.map((posting) => {
    sum += posting.amount;
    const after = { from: share(sum, from, waiting.total), to: share(sum, to, waiting.total) };
    const amount = after.to - after.from - (before.to - before.from);
    before = after;
    return { ...posting, amount };
  });
}
