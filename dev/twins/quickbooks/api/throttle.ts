import { z } from "zod";

export const Limits = z.strictObject({
  enabled: z.boolean(),
  perMinute: z.number().int().positive(),
  perSecond: z.number().int().positive(),
  batchPerMinute: z.number().int().positive(),
  /** The company's clock, which tests move, or the caller's own. */
  clock: z.enum(["company", "real"]),
  dialect: z.enum(["upper", "lower", "xml"]),
  status: z.union([z.literal(429), z.literal(403)]),
  retryAfter: z.number().nullable(),
});
export type Limits = z.infer<typeof Limits>;
export const LimitsPatch = Limits.partial();
export type LimitsPatch = z.infer<typeof LimitsPatch>;

const INTUITS: Limits = { enabled: true, perMinute: 500, perSecond: 10, batchPerMinute: 40, clock: "company", dialect: "lower", status: 429, retryAfter: null };

/** Sliding windows: no more than so many admitted calls in any minute, nor in any second. */
export class Throttle {
  readonly #limits = new Map<string, LimitsPatch>();
  readonly #admitted = new Map<string, number[]>();
  readonly #batches = new Map<string, number[]>();

  limits(realm: string): Limits {
    return Limits.parse({ ...INTUITS, ...set(this.#limits.get("*")), ...set(this.#limits.get(realm)) });
  }

  configure(realm: string, limits: LimitsPatch): Limits {
    this.#limits.set(realm, { ...this.#limits.get(realm), ...limits });
    this.#admitted.delete(realm);
    this.#batches.delete(realm);
    return this.limits(realm);
  }

  admit(realm: string, now: number, batch: boolean): boolean {
    const limits = this.limits(realm);
    if (!limits.enabled) return true;
    const all = recent(this.#admitted, realm, now);
    const batches = recent(this.#batches, realm, now);
    const inSecond = all.filter((at) => at > now - 1000).length;
    if (all.length >= limits.perMinute || inSecond >= limits.perSecond || (batch && batches.length >= limits.batchPerMinute)) return false;
    all.push(now);
    if (batch) batches.push(now);
    return true;
  }
}

function recent(times: Map<string, number[]>, realm: string, now: number): number[] {
  const kept = (times.get(realm) ?? []).filter((at) => at > now - 60_000 && at <= now);
  times.set(realm, kept);
  return kept;
}

/** Only what was set. */
function set(patch: LimitsPatch | undefined): object {
  return Object.fromEntries(Object.entries(patch ?? {}).filter(([, value]) => value !== undefined));
}
