import { z } from "zod";
import { type Period, periodLabel, resolvePeriod } from "../../../core/period.ts";
import type { Ctx } from "../../../runtime.ts";
import { clean } from "../clean.ts";
import { type Fact, type Facts, type NewFact, toModel } from "../facts.ts";
import type { Entities } from "./entities.ts";

/** What tools share within one question. */
export type Desk = {
  ctx: Ctx<"db">;
  facts: Facts;
  entities: Entities;
  /** Names that were returned: they may stand in the prose, digits and all. */
  names: Set<string>;
  /** Periods that were resolved: the prose may name them. */
  periods: Period[];
  today: string;
  fiscalStart: number;
  /** The last day of which transactions are in the archive. */
  archivedUntil: string | null;
  /** That a figure was asked for which would have left it out. */
  isArchived?: boolean;
  /** That a tool read the books. */
  hasLooked?: boolean;
};

/** What a tool found: facts for placeholders, and what else the model may read. `step` says in words what was done. */
export type Found = { facts?: Fact[]; rows?: unknown; more?: Record<string, unknown>; complete?: boolean; step: string; error?: string };

/** A read-only capability of the caller's own. No schema can name a user; none writes, fetches or mails. */
export type Tool = {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  /** Never throws for what the model sent: a refusal is a result with `error`. */
  run(desk: Desk, input: string): Promise<{ output: Record<string, unknown>; step: string; facts: readonly Fact[] }>;
};

const INPUT_MOST = 4_000;

/** A tool whose arguments are validated here, whatever the model sends. What it left empty counts as left out. */
export function tool<S extends z.ZodType>(name: string, description: string, schema: S, run: (desk: Desk, args: z.infer<S>) => Promise<Found>): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  return {
    name,
    description,
    parameters,
    async run(desk, input) {
      const parsed = input.length > INPUT_MOST ? null : schema.safeParse(parse(input));
      if (!parsed?.success) {
        const issues = parsed?.error?.issues.slice(0, 3).map((issue) => `${issue.path.join(".")}: ${issue.message}`.slice(0, 200));
        return {
          output: { error: "The arguments do not fit the schema.", ...(issues ? { issues } : {}) },
          step: `could not read the arguments of ${name}`,
          facts: [],
        };
      }
      const found = await run(desk, parsed.data).catch((error: unknown) => refused(desk, error));
      desk.facts.give(found.facts ?? []);
      if (found.error === undefined) desk.hasLooked = true;
      const { facts = [], rows, more = {}, complete = true, step, error } = found;
      const output =
        error === undefined ? { untrusted: true, complete, ...more, ...(rows === undefined ? {} : { rows }), facts: facts.map(toModel) } : { error };
      return { output, step, facts };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text, (key, value: unknown) => (isLeftOut(value) && key !== "" ? undefined : value));
  } catch {
    return undefined;
  }
}

/** Models fill in what they have nothing for: null, an empty text, an object of such. */
function isLeftOut(value: unknown): boolean {
  return value === null || value === "" || (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);
}

const Day = z.iso.date();
/** A period: words, or two days. */
export const When = z.union([z.strictObject({ from: Day, to: Day }), z.string().max(120)]).describe('words such as "last month", or {from, to}');
export type When = z.infer<typeof When>;

/** A figure of this period would leave out what is in the archive: no tool gives one. */
class Archived extends Error {
  readonly until: string;
  constructor(until: string) {
    super(`archived until ${until}`);
    this.until = until;
  }
}

function refused(desk: Desk, error: unknown): Found {
  if (!(error instanceof Archived)) throw error;
  desk.isArchived = true;
  const until = periodLabel({ from: error.until, to: error.until });
  return {
    error: `Transactions up to ${until} are in the archive, and questions look only at what came after. Ask for a later period, or say that a report has the archive's totals.`,
    step: `looking at a period that is in the archive until ${until}`,
  };
}

/** The period that arguments mean, remembered as one that the prose may name; null when nobody knows it. */
export function periodOf(desk: Desk, when: When): Period | null {
  const period = typeof when === "string" ? resolvePeriod(when, desk.today, desk.fiscalStart) : when.from <= when.to ? when : null;
  if (period && desk.archivedUntil !== null && period.from <= desk.archivedUntil) throw new Archived(desk.archivedUntil);
  if (period && !desk.periods.some((each) => each.from === period.from && each.to === period.to)) desk.periods.push(period);
  return period;
}

export const NO_PERIOD = "That is no period. Use resolve_period, or give from and to.";
export const inWords = (period: Period) => periodLabel(period);

/** Adds a fact whose subject may hold names from the books; they are cleaned and remembered. */
export function state(desk: Desk, fact: NewFact): Fact {
  const names = (fact.names ?? []).map((name) => clean(name)).filter((name) => name !== "");
  for (const name of names) desk.names.add(name);
  return desk.facts.add({ ...fact, names, subject: clean(fact.subject, 300) });
}
