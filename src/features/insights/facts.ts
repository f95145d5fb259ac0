import { exponentOf, toUnits } from "../../core/money.ts";
import { dayLabel, type Period, periodLabel } from "../../core/period.ts";
import { printable } from "./clean.ts";
import type { LedgerFilter } from "./tools/ledger.ts";
import type { OpenFilter } from "./tools/open-documents.ts";

/** Which way money went, for what the prose may say of a fact. */
export type Flow = "expense" | "income" | "net" | "receivable" | "payable" | null;

export type FactKind = "total" | "average" | "count" | "percent" | "change" | "change_percent" | "balance" | "amount" | "months" | "date" | "name";

/** A figure that the database gave in this request. Nothing else may stand in an answer. */
export type Fact = {
  id: string;
  kind: FactKind;
  flow: Flow;
  /** What it is of, in words: "spending on Rent". */
  subject: string;
  /** Names from the books that the subject holds. */
  names: string[];
  period: Period | null;
  /** Of a change: what it is held against. */
  against: Period | null;
  /** A decimal, a count, an ISO date, or a name. */
  value: string;
  currency: string | null;
  basis: "accrual" | "cash" | null;
  /** Ids of transactions among those that make up the figure, the weightiest first. */
  citations: string[];
  /** How many rows make it up, where it is made of rows. */
  rows: number | null;
  /** Whether all that belongs to it was read. */
  complete: boolean;
  /** What to read to see its rows. */
  source: Source | null;
};

/** How a figure is opened into its rows. Of a change `less` is its other side, whose rows count negative; of `open`, what is unpaid of each document. */
export type Source =
  | { of: "ledger"; filter: LedgerFilter; less?: LedgerFilter }
  | { of: "open"; filter: OpenFilter }
  | { of: "rows"; ids: string[] }
  | { of: "transactions"; query: string };

export type NewFact = Pick<Fact, "kind" | "subject" | "value"> & Partial<Fact>;

/** The facts of one question, in the order in which tools gave them: what was asked for first, then what it is made of. */
export class Facts {
  readonly #facts: Fact[] = [];
  readonly #given = new Set<Fact>();

  add(fact: NewFact): Fact {
    const kept: Fact = {
      flow: null,
      names: [],
      period: null,
      against: null,
      currency: null,
      basis: null,
      citations: [],
      rows: null,
      complete: true,
      source: null,
      ...fact,
      id: `f${this.#facts.length + 1}`,
    };
    this.#facts.push(kept);
    return kept;
  }

  get(id: string): Fact | undefined {
    return this.#facts.find((fact) => fact.id === id);
  }

  /** What a tool gives, in its order. */
  give(facts: readonly Fact[]): void {
    for (const fact of facts) this.#given.add(fact);
  }

  all(): readonly Fact[] {
    return [...this.#given, ...this.#facts.filter((fact) => !this.#given.has(fact))];
  }
}

/** A fact as a tool returns it to the model. Rows and sources stay here. */
export function toModel(fact: Fact): Record<string, unknown> {
  const { id, kind, value, currency, basis, rows } = fact;
  return {
    id,
    kind,
    label: labelOf(fact),
    value,
    ...(currency === null ? {} : { currency }),
    ...(basis === null ? {} : { basis }),
    ...(rows === null ? {} : { rows }),
  };
}

/** Of a label, which ends in its period: as long as a subject may be and what follows it. */
const LABEL_MOST = 400;

/** A fact as it is printed: its figure, with subject and period, so that a true figure cannot stand under a wrong name. */
export function print(fact: Fact): string {
  return `**${fact.kind === "name" ? printable(fact.value) : figureOf(fact)}** (${printable(labelOf(fact), LABEL_MOST)})`;
}

/** Subject and period in words. */
export function labelOf(fact: Pick<Fact, "subject" | "period" | "against">): string {
  if (fact.period === null) return fact.subject;
  return `${fact.subject}, ${periodLabel(fact.period)}${fact.against === null ? "" : ` against ${periodLabel(fact.against)}`}`;
}

/** The figure alone, for people: "$1,850.00", "12", "7.5%", "5 March 2019". */
export function figureOf(fact: Pick<Fact, "kind" | "value" | "currency">): string {
  if (fact.kind === "date") return dayLabel(fact.value.slice(0, 10)) + (fact.value.length > 10 ? ` ${fact.value.slice(11, 16)} UTC` : "");
  if (fact.kind === "percent" || fact.kind === "change_percent") return `${grouped(fact.value)}%`;
  if (fact.kind === "months") return `${grouped(fact.value)} months`;
  return fact.currency === null ? grouped(fact.value) : moneyOf(fact.value, fact.currency);
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", GBP: "£", EUR: "€", JPY: "¥" };

/** An amount with its currency and grouped digits. Exact: the digits are those of the decimal. */
export function moneyOf(value: string, currency: string): string {
  const digits = grouped(padded(value, currency));
  const [sign, size] = digits.startsWith("-") ? ["-", digits.slice(1)] : ["", digits];
  const symbol = SYMBOLS[currency];
  return symbol === undefined ? `${sign}${size} ${currency}` : `${sign}${symbol}${size}`;
}

function padded(value: string, currency: string): string {
  const [whole = "0", fraction = ""] = value.split(".");
  const digits = fraction.padEnd(exponentOf(currency), "0");
  return toUnits(value) === 0n ? (digits === "" ? "0" : `0.${digits.replace(/\d/g, "0")}`) : digits === "" ? whole : `${whole}.${digits}`;
}

function grouped(value: string): string {
  const [whole = "", fraction] = value.split(".");
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}
