import { z } from "zod";
import type { Clock } from "../clock.ts";
import { Company, type Profile } from "../company/company.ts";
import { openChart } from "./chart.ts";
import { buildGenerated, GeneratedOptions } from "./generated.ts";
import { buildReal } from "./real.ts";
import { buildSample } from "./sample.ts";

export const SAMPLE_REALM = "9130350000000001";
export const REAL_REALM = "9130350000000002";

const Realm = z.string().regex(/^\d{10,19}$/);
export const NewCompany = z.discriminatedUnion("template", [
  z.strictObject({ template: z.literal("sample"), realm: Realm.optional(), name: z.string().optional() }),
  z.strictObject({ template: z.literal("real"), realm: Realm.optional(), name: z.string().optional() }),
  z.strictObject({
    template: z.literal("empty"),
    realm: Realm.optional(),
    name: z.string().optional(),
    country: z.string().length(2).optional(),
    home: z.string().length(3).optional(),
    multiCurrency: z.boolean().optional(),
    rates: z.record(z.string().length(3), z.number().positive()).optional(),
    fiscalStart: z.number().int().min(1).max(12).optional(),
  }),
  z.strictObject({ template: z.literal("generated"), realm: Realm.optional(), name: z.string().optional(), ...GeneratedOptions.shape }),
]);
export type NewCompany = z.infer<typeof NewCompany>;

/** How a company came to be: enough to build it again, byte for byte. */
export const Spec = z.object({ realm: z.string(), anchor: z.number(), from: NewCompany });
export type Spec = z.infer<typeof Spec>;

type Hooks = { opened(company: Company): void; removed(realm: string): void; changed(): void };

/** All companies. Each is built when it is first asked for. */
export class Companies {
  readonly #clock: Clock;
  readonly #hooks: Hooks;
  readonly #specs = new Map<string, Spec>();
  readonly #open = new Map<string, Company>();

  constructor(clock: Clock, hooks: Hooks) {
    this.#clock = clock;
    this.#hooks = hooks;
  }

  has(realm: string): boolean {
    return this.#specs.has(realm);
  }

  add(spec: Spec): void {
    this.#specs.set(spec.realm, spec);
    this.#hooks.changed();
  }

  create(from: NewCompany): Spec {
    const realm = from.realm ?? this.#free();
    if (this.#specs.has(realm)) throw new RangeError(`company ${realm} exists`);
    const spec = { realm, anchor: this.#clock.now(realm), from };
    this.add(spec);
    return spec;
  }

  get(realm: string): Company | undefined {
    const open = this.#open.get(realm);
    if (open) return open;
    const spec = this.#specs.get(realm);
    if (!spec) return undefined;
    const company = build(spec, () => this.#clock.now(realm));
    this.#open.set(realm, company);
    this.#hooks.opened(company);
    return company;
  }

  remove(realm: string): boolean {
    this.#open.delete(realm);
    const removed = this.#specs.delete(realm);
    if (removed) this.#hooks.removed(realm);
    this.#hooks.changed();
    return removed;
  }

  specs(): readonly Spec[] {
    return [...this.#specs.values()];
  }

  isOpen(realm: string): boolean {
    return this.#open.has(realm);
  }

  #free(): string {
    let next = 9_130_350_000_001_001n;
    while (this.#specs.has(String(next))) next += 1n;
    return String(next);
  }
}

/** What the list shows before anything is built. */
export function titleOf({ from }: Spec): string {
  if (from.name !== undefined) return from.name;
  if (from.template === "sample") return "Ridgeway Design Studio";
  if (from.template === "real") return "Gateshead Council 2019";
  return from.template === "empty" ? "Empty Company" : `Generated Company ${from.seed}`;
}

function build({ realm, anchor, from }: Spec, clock: () => number): Company {
  const company = make(realm, anchor, from, clock);
  if (from.name !== undefined) company.profile.name = from.name;
  return company;
}

function make(realm: string, anchor: number, from: NewCompany, clock: () => number): Company {
  switch (from.template) {
    case "sample":
      return buildSample(realm, anchor, clock);
    case "real":
      return buildReal(realm, clock);
    case "generated":
      return buildGenerated(realm, anchor, from, clock);
    case "empty":
    default: {
      const profile: Profile = {
        name: "Empty Company",
        country: from.country ?? "US",
        home: from.home ?? "USD",
        fiscalStart: from.fiscalStart ?? 1,
        multiCurrency: from.multiCurrency ?? false,
        reportBasis: "Accrual",
        bookClose: null,
        lapsed: false,
        rates: from.rates ?? {},
      };
      const company = new Company(realm, profile, clock, anchor);
      company.during(anchor, () => openChart(company));
      return company;
    }
  }
}
