import { DurableObject } from "cloudflare:workers";
import { take } from "./gcra.ts";

/** Intuit's limits per company are 500 a minute and 10 a second; ours stay below them with all Workers together. */
const PER_MINUTE = { perMinute: 450, burst: 40 };
const PER_SECOND = { perMinute: 480, burst: 2 };

/** One object per QuickBooks company: every call to it, by any Worker and any user, asks here first. */
export class CompanyGate extends DurableObject {
  #minute: number | undefined;
  #second: number | undefined;
  #closedUntil = 0;

  /** Milliseconds to wait before the call; 0 when it may go now. A wait takes nothing: ask again after it. */
  reserve(now = Date.now()): number {
    if (now < this.#closedUntil) return this.#closedUntil - now;
    const second = take(this.#second, PER_SECOND, 1, now);
    const minute = take(this.#minute, PER_MINUTE, 1, now);
    if (!second.verdict.allowed || !minute.verdict.allowed) return Math.max(second.verdict.retryAfterMs, minute.verdict.retryAfterMs);
    this.#second = second.next;
    this.#minute = minute.next;
    return 0;
  }

  /** Intuit said 429: nobody calls before this moment. */
  close(until: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }
}
