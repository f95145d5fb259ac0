import { z } from "zod";
import { FAULTS, type FaultSpec } from "../fault.ts";
import { dialectOf, type Dialect } from "./dialects.ts";

const Text = z.string().min(1).max(2000);

const Kind = z.discriminatedUnion("kind", [
  /** A Fault of section 2.6. `status: 200` hides it in a success. */
  z.strictObject({
    kind: z.literal("fault"),
    code: z.string(),
    status: z.number().int().optional(),
    dialect: z.enum(["upper", "lower", "xml"]).optional(),
    message: Text.optional(),
    detail: Text.optional(),
    type: Text.optional(),
    retryAfter: z.number().nonnegative().optional(),
  }),
  /** A bare status, as a proxy would send it. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(400).max(599),
    body: z.string().max(10_000).optional(),
    contentType: Text.optional(),
    retryAfter: z.number().nonnegative().optional(),
  }),
  /** Waits, then answers; without `ms`, never answers. */
  z.strictObject({ kind: z.literal("hang"), ms: z.number().int().positive().optional() }),
  /** Breaks the connection before anything happened, or after everything did. */
  z.strictObject({ kind: z.literal("drop"), when: z.enum(["before", "after"]) }),
  /** A body that ends in the middle. */
  z.strictObject({ kind: z.literal("cut"), bytes: z.number().int().nonnegative().optional() }),
  /** Token endpoint: rotates whatever the hour, and the reply is lost. */
  z.strictObject({ kind: z.literal("rotate-lost") }),
  /** Token endpoint: rotates whatever the hour, and answers. */
  z.strictObject({ kind: z.literal("rotate") }),
  /** Token endpoint: `{"error": ...}` as given. */
  z.strictObject({ kind: z.literal("oauth-error"), error: Text, description: Text.optional(), status: z.number().int().optional() }),
]);
export type FaultKind = z.infer<typeof Kind>;

export const Match = z.strictObject({
  realm: z.string().optional(),
  target: z.enum(["api", "token", "revoke", "userinfo"]).default("api"),
  method: z.string().optional(),
  /** The start of the operation: `query`, `cdc`, `reports/`, `purchase`, `refresh_token`. */
  operation: z.string().optional(),
  entity: z.string().optional(),
  /** A part of the statement of a query. */
  statement: z.string().optional(),
});

export const Injection = z.strictObject({
  match: Match.default({ target: "api" }),
  /** From the n-th matching call on; the next one is 1. */
  at: z.number().int().positive().default(1),
  times: z.number().int().positive().default(1),
  /** Instead of `at` and `times`: each matching call with this chance, drawn from `seed`. */
  every: z.strictObject({ probability: z.number().min(0).max(1), seed: z.union([z.string(), z.number()]) }).optional(),
  fault: Kind,
});
export type Injection = z.input<typeof Injection>;

export type Moment = {
  readonly realm: string;
  readonly target: "api" | "token" | "revoke" | "userinfo";
  readonly method: string;
  readonly operation: string;
  readonly entity: string | null;
  readonly statement: string | null;
};

type Armed = { readonly id: string; readonly injection: z.output<typeof Injection>; readonly draw: () => number; seen: number; fired: number };

/** What goes wrong, and when. */
export class Faults {
  readonly #armed: Armed[] = [];
  readonly #random: (seed: string | number) => { next(): number };
  #next = 1;

  constructor(random: (seed: string | number) => { next(): number }) {
    this.#random = random;
  }

  add(given: Injection): string {
    const injection = Injection.parse(given);
    if (injection.fault.kind === "fault" && !FAULTS[injection.fault.code] && injection.fault.message === undefined)
      throw new RangeError(`fault ${injection.fault.code} needs a message`);
    const id = String(this.#next++);
    const random = this.#random(injection.every?.seed ?? id);
    this.#armed.push({ id, injection, draw: () => random.next(), seen: 0, fired: 0 });
    return id;
  }

  /** The fault that this call meets, if any. Counts it. */
  meet(moment: Moment): FaultKind | null {
    let met: FaultKind | null = null;
    for (const armed of this.#armed) {
      if (!matches(armed.injection.match, moment)) continue;
      armed.seen += 1;
      if (met || !fires(armed)) continue;
      armed.fired += 1;
      met = armed.injection.fault;
    }
    return met;
  }

  list(realm?: string) {
    return this.#armed
      .filter(({ injection }) => realm === undefined || injection.match.realm === realm)
      .map(({ id, injection, seen, fired }) => ({ id, seen, fired, ...injection }));
  }

  clear(filter: { realm?: string | undefined; id?: string | undefined }): number {
    const kept = this.#armed.filter(
      ({ id, injection }) => (filter.id !== undefined && id !== filter.id) || (filter.realm !== undefined && injection.match.realm !== filter.realm),
    );
    const cleared = this.#armed.length - kept.length;
    this.#armed.splice(0, this.#armed.length, ...kept);
    return cleared;
  }
}

function fires({ injection, draw, seen }: Armed): boolean {
  if (injection.every) return draw() < injection.every.probability;
  return seen >= injection.at && seen < injection.at + injection.times;
}

function matches(match: z.output<typeof Match>, moment: Moment): boolean {
  const same = (wanted: string | undefined, seen: string | null) => wanted === undefined || wanted.toLowerCase() === (seen ?? "").toLowerCase();
  if (match.target !== moment.target || !same(match.realm, moment.realm) || !same(match.method, moment.method) || !same(match.entity, moment.entity))
    return false;
  if (match.operation !== undefined && !moment.operation.toLowerCase().startsWith(match.operation.toLowerCase())) return false;
  return match.statement === undefined || (moment.statement ?? "").toLowerCase().includes(match.statement.toLowerCase());
}

/** The refusal an injected fault stands for, and its dialect. */
export function injected(given: Extract<FaultKind, { kind: "fault" }>): { spec: FaultSpec; dialect: Dialect } {
  const known = FAULTS[given.code];
  const status = given.status ?? known?.status ?? 400;
  const message = given.message ?? known?.message.replace(/statusCode=\d+/, `statusCode=${status}`) ?? "";
  const spec = { status, code: given.code, message, detail: given.detail ?? known?.detail ?? "", type: given.type ?? known?.type ?? "ValidationFault" };
  return { spec, dialect: given.dialect ?? dialectOf(spec) };
}
