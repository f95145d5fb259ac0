import { DurableObject } from "cloudflare:workers";

const WAITING_MOST = 8;
const TURN_MOST_MS = 2_000;
/** Less than a caller waits: who has gone is handed no turn. */
const WAIT_MOST_MS = 3_500;
/** The shortest pause between two turns. */
const PAUSE_LEAST_MS = 25;
/** How long nobody may come before a first turn; and how long it waits for that at most. */
const QUIET_MS = 50;
const SETTLE_MOST_MS = 400;

type Turn = { id: number; start: (isTurn: boolean) => void };
type Timer = ReturnType<typeof setTimeout>;

/**
 * Hands out turns for work that blocks an isolate (hashing a password): one at a time, at most eight waiting, none longer
 * than 3.5 s. The first begins when nobody has come for 50 ms: in the midst of a crowd it would hold up the crowd, too. Where
 * others wait, a turn is followed by a pause as long as itself: half of the time is everybody else's. A turn is given back by
 * `done`, or taken back after two seconds from a caller who vanished.
 */
export class Turnstile extends DurableObject {
  #sequence = 0;
  #holder: number | null = null;
  #since = 0;
  #timer: Timer | undefined;
  #waiting: Turn[] = [];

  /** The turn's number, when it has come; null where too many wait already, or it does not come in time. */
  async enter(): Promise<number | null> {
    const id = ++this.#sequence;
    if (this.#holder === null) this.#settle();
    if (this.#waiting.length >= WAITING_MOST) return null;
    let late: Timer | undefined;
    const isTurn = await new Promise<boolean>((start) => {
      this.#waiting.push({ id, start });
      late = setTimeout(() => start(false), WAIT_MOST_MS);
    });
    clearTimeout(late);
    this.#waiting = this.#waiting.filter((turn) => turn.id !== id);
    return isTurn ? id : null;
  }

  done(id: number): void {
    if (this.#holder !== id) return;
    clearTimeout(this.#timer);
    const pause = this.#waiting.length === 0 ? 0 : Math.max(PAUSE_LEAST_MS, Date.now() - this.#since);
    if (pause === 0) this.#next();
    else this.#timer = setTimeout(() => this.#next(), pause);
  }

  #settle(): void {
    if (this.#waiting.length === 0) this.#since = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), Math.min(QUIET_MS, Math.max(0, this.#since + SETTLE_MOST_MS - Date.now())));
  }

  #next(): void {
    this.#holder = null;
    const turn = this.#waiting.shift();
    if (!turn) return;
    this.#hold(turn.id);
    turn.start(true);
  }

  #hold(id: number): void {
    this.#holder = id;
    this.#since = Date.now();
    this.#timer = setTimeout(() => this.#next(), TURN_MOST_MS);
  }
}
