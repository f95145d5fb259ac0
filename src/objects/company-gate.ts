import { DurableObject } from "cloudflare:workers";
import { CompanyLimit, type Turn } from "./company-limit.ts";

/** One object per QuickBooks company: every call to it, by any Worker and any user, asks here first. Lives in memory: an eviction takes a minute of idleness. */
export class CompanyGate extends DurableObject {
  readonly #limit = new CompanyLimit();

  /** The turn of `caller`'s next call; see {@link Turn}. */
  reserve(caller: string, now = Date.now()): Turn {
    return this.#limit.reserve(caller, now);
  }

  /** Intuit said 429: nobody calls before this moment. */
  close(until: number): void {
    this.#limit.close(until);
  }
}
