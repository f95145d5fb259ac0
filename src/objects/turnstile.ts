import { DurableObject } from "cloudflare:workers";

const WAITING_MOST = 8;
const TURN_MOST_MS = 2_000;

type Turn = { id: number; start: () => void };

/**
 * Hands out turns for work that blocks an isolate (hashing a password): one at a time, at most eight waiting. The turn is
 * given back by `done`, or taken back after two seconds from a caller who vanished.
 */
export class Turnstile extends DurableObject {
  #sequence = 0;
  #holder: number | null = null;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting: Turn[] = [];

  /** The turn's number, when it has come; null at once when too many wait already. */
  async enter(): Promise<number | null> {
    const id = ++this.#sequence;
    if (this.#holder === null) {
      this.#hold(id);
      return id;
    }
    if (this.#waiting.length >= WAITING_MOST) return null;
    await new Promise<void>((start) => this.#waiting.push({ id, start }));
    return id;
  }

  done(id: number): void {
    if (this.#holder === id) this.#next();
  }

  #next(): void {
    clearTimeout(this.#expiry);
    this.#holder = null;
    const turn = this.#waiting.shift();
    if (!turn) return;
    this.#hold(turn.id);
    turn.start();
  }

  #hold(id: number): void {
    this.#holder = id;
    this.#expiry = setTimeout(() => this.done(id), TURN_MOST_MS);
  }
}
