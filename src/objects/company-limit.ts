import { take } from "./gcra.ts";

/** Intuit's limits per company are 500 a minute and 10 a second; ours stay below them with all Workers together. */
const PER_MINUTE = { perMinute: 450, burst: 40 };
const PER_SECOND = { perMinute: 450, burst: 2 };
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
  #minute: number | undefined;
  #second: number | undefined;
  #closedUntil = 0;
  readonly #callers = new Map<string, number>();

  reserve(caller: string, now: number): Turn {
    for (const [name, until] of this.#callers) if (until <= now) this.#callers.delete(name);
    if (now < this.#closedUntil) return { granted: false, waitMs: this.#closedUntil - now };
    if (!this.#callers.has(caller) && this.#callers.size >= CALLERS_MOST) return { granted: false, waitMs: 5_000 };
    let at = now;
    for (let tries = 0; tries < 4; tries++) {
      const second = take(this.#second, PER_SECOND, 1, at);
      const minute = take(this.#minute, PER_MINUTE, 1, at);
      if (second.verdict.allowed && minute.verdict.allowed) {
        this.#second = second.next;
        this.#minute = minute.next;
        this.#callers.set(caller, at + CALL_MS);
        return { granted: true, waitMs: at - now };
      }
      at += Math.max(second.verdict.retryAfterMs, minute.verdict.retryAfterMs);
      if (at - now > AHEAD_MS) break;
    }
    return { granted: false, waitMs: Math.max(at - now, 1_000) };
  }

  /** Intuit said 429: nobody calls before this moment. */
  close(until: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }
}
