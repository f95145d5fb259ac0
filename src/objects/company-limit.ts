import { take } from "./gcra.ts";

/** Intuit's limits per company are 500 a minute and 10 a second; evenly spaced turns stay below both, with all Workers together. */
const LIMIT = { perMinute: 450, burst: 2 };
/** Intuit allows ten calls at once; a caller makes one after the other, so callers are what is counted. */
const CALLERS_MOST = 9;
/** A call has ended by then: it is given up after 20 seconds. */
const CALL_MS = 25_000;
/** A turn further away than this is not handed out. */
const AHEAD_MS = 20_000;

/** `granted`: the turn is yours in `waitMs`; otherwise nothing was taken, ask again after `waitMs`. */
export type Turn = { granted: boolean; waitMs: number };

/** The limits of one company, pure: turns are handed out ahead of time, so that a call costs one question. */
export class CompanyLimit {
  #bucket: number | undefined;
  #closedUntil = 0;
  readonly #callers = new Map<string, number>();

  reserve(caller: string, now: number): Turn {
    for (const [name, until] of this.#callers) if (until <= now) this.#callers.delete(name);
    if (now < this.#closedUntil) return { granted: false, waitMs: this.#closedUntil - now };
    if (!this.#callers.has(caller) && this.#callers.size >= CALLERS_MOST) return { granted: false, waitMs: 5_000 };
    const waitMs = take(this.#bucket, LIMIT, 1, now).verdict.retryAfterMs;
    if (waitMs > AHEAD_MS) return { granted: false, waitMs };
    this.#bucket = take(this.#bucket, LIMIT, 1, now + waitMs).next;
    this.#callers.set(caller, now + waitMs + CALL_MS);
    return { granted: true, waitMs };
  }

  /** Intuit said 429: nobody calls before this moment. */
  close(until: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }
}
