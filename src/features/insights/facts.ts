import type { Period } from "../../core/period.ts";

/** A figure that the database gave in this request. Nothing else may stand in an answer. */
export type Fact = {
  id: string;
  kind: "expense" | "income" | "net" | "count" | "amount" | "date";
  /** What it is of, in words: "Rent", "spending in total". */
  subject: string;
  period: Period | null;
  value: string;
  currency: string | null;
};

/** The facts of one question, in the order in which tools found them. */
export class Facts {
  readonly #facts: Fact[] = [];

  add(fact: Omit<Fact, "id">): Fact & { label: string } {
    const kept = { ...fact, id: `f${this.#facts.length + 1}` };
    this.#facts.push(kept);
    return { ...kept, label: labelOf(kept) };
  }

  get(id: string): Fact | undefined {
    return this.#facts.find((fact) => fact.id === id);
  }

  all(): readonly Fact[] {
    return this.#facts;
  }
}

/** A fact as it is printed: its figure, with subject and period, so that a true figure cannot stand under a wrong name. */
export function print(fact: Fact): string {
  return `${fact.value}${fact.currency === null ? "" : ` ${fact.currency}`} (${labelOf(fact)})`;
}

function labelOf(fact: Fact): string {
  return fact.period === null ? fact.subject : `${fact.subject}, ${fact.period.from} to ${fact.period.to}`;
}
