/** What was seen, by kind: every latency is counted from the moment at which the request was due. */
export class Tally {
  readonly #late = new Map<string, number[]>();
  readonly #statuses = new Map<string, Map<string, number>>();
  #unanswered = 0;
  #broken = 0;

  add(kind: string, ms: number, status: number): void {
    const times = this.#late.get(kind) ?? [];
    times.push(ms);
    this.#late.set(kind, times);
    const of = this.#statuses.get(kind) ?? new Map<string, number>();
    this.#statuses.set(kind, of.set(String(status || "none"), (of.get(String(status || "none")) ?? 0) + 1));
    if (status === 0) this.#unanswered += 1;
    else if (status >= 500 && status !== 503) this.#broken += 1;
  }

  get requests(): number {
    return [...this.#late.values()].reduce((sum, times) => sum + times.length, 0);
  }

  /** No answer at all, and answers that say that we are broken. 503 says when to come back. */
  get errors(): { unanswered: number; broken: number } {
    return { unanswered: this.#unanswered, broken: this.#broken };
  }

  table(): string[] {
    const all = [...this.#late.values()].flat();
    const rows = [...this.#late].sort(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => [kind, times] as const);
    return [...rows, ["all", all] as const].map(([kind, times]) => {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (q: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(0).padStart(6);
      const answers = [...(this.#statuses.get(kind) ?? [])].map(([status, n]) => `${status}: ${n}`).join(", ");
      return `${kind.padEnd(9)} ${String(times.length).padStart(6)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}  max ${at(1)} ms  ${answers}`;
    });
  }
}
