/** One call as the twin saw it: nothing secret. */
export type Call = {
  readonly n: number;
  /** The caller's base clock when it arrived. */
  readonly at: number;
  readonly realm: string;
  readonly target: "api" | "token" | "revoke" | "userinfo";
  readonly method: string;
  /** `query`, `cdc`, `batch`, `reports/TrialBalance`, `purchase`... */
  readonly operation: string;
  readonly entity: string | null;
  readonly statement: string | null;
  status: number;
  throttled: boolean;
  fault: string | null;
};

const KEPT = 20_000;

export class Calls {
  #n = 0;
  readonly #calls: Call[] = [];
  readonly #times = new Map<string, number[]>();
  readonly #open = new Map<string, { now: number; most: number }>();

  open(call: Omit<Call, "n" | "status" | "throttled" | "fault">): Call {
    const entry: Call = { ...call, n: ++this.#n, status: 0, throttled: false, fault: null };
    this.#calls.push(entry);
    if (this.#calls.length > KEPT) this.#calls.shift();
    if (call.target === "api") {
      const times = this.#times.get(call.realm) ?? [];
      this.#times.set(call.realm, times);
      times.push(call.at);
      const open = this.#open.get(call.realm) ?? { now: 0, most: 0 };
      this.#open.set(call.realm, { now: open.now + 1, most: Math.max(open.most, open.now + 1) });
    }
    return entry;
  }

  /** The call was answered, or its connection broke. */
  close({ realm }: Call): void {
    const open = this.#open.get(realm);
    if (open) open.now -= 1;
  }

  list(filter: { realm?: string | undefined; since?: number | undefined; target?: string | undefined }): readonly Call[] {
    return this.#calls.filter(
      (call) =>
        (filter.realm === undefined || call.realm === filter.realm) &&
        (filter.since === undefined || call.n > filter.since) &&
        (filter.target === undefined || call.target === filter.target),
    );
  }

  /** Totals, and the most that came within any second and any minute, and that were open at once. */
  counters(realm: string) {
    const calls = this.list({ realm });
    const count = (keep: (call: Call) => boolean) => calls.filter(keep).length;
    const byOperation: Record<string, number> = {};
    for (const { operation, target } of calls) if (target === "api") byOperation[operation] = (byOperation[operation] ?? 0) + 1;
    const times = [...(this.#times.get(realm) ?? [])].sort((a, b) => a - b);
    return {
      realm,
      calls: times.length,
      throttled: count(({ throttled }) => throttled),
      refused: count(({ status, target }) => target === "api" && status >= 400),
      faulted: count((call) => call.fault !== null),
      refreshes: count(({ target, operation }) => target === "token" && operation === "refresh_token"),
      mostPerSecond: most(times, 1000),
      mostPerMinute: most(times, 60_000),
      mostAtOnce: this.#open.get(realm)?.most ?? 0,
      byOperation,
    };
  }

  clear(realm?: string): number {
    const kept = this.#calls.filter((call) => realm !== undefined && call.realm !== realm);
    const cleared = this.#calls.length - kept.length;
    this.#calls.length = 0;
    this.#calls.push(...kept);
    for (const [name, open] of this.#open) if (realm === undefined || realm === name) open.most = open.now;
    if (realm === undefined) this.#times.clear();
    else this.#times.delete(realm);
    return cleared;
  }
}

/** The most entries of a sorted list that lie within less than `window` of each other. */
function most(times: readonly number[], window: number): number {
  let [first, best] = [0, 0];
  for (const [last, at] of times.entries()) {
    while (at - (times[first] ?? at) >= window) first += 1;
    best = Math.max(best, last - first + 1);
  }
  return best;
}
