import { z } from "zod";
import { pause } from "../api/spoil.ts";
import type { Change } from "../company/company.ts";
import { createRandom } from "../random.ts";
import { bodyOf, isTold, sign, type Event } from "./formats.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

export const WebhookSettings = z.object({
  url: z.string().nullable(),
  format: z.enum(["legacy", "cloudevents"]),
  contentType: z.string(),
  /** Deliver by itself, so long after a change; null: only when told to. */
  autoAfterMs: z.number().nullable(),
  /** 1: as Intuit waits between tries; 0.001: a thousand times faster. */
  timeScale: z.number().positive(),
  deadlineMs: z.number().positive(),
  maxEvents: z.number().int().positive(),
  maxTries: z.number().int().positive(),
  /** Tell of companies that no app is connected to, too. */
  unconnected: z.boolean(),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;
export const WebhookPatch = WebhookSettings.partial();

export const DeliverOptions = z.strictObject({
  realms: z.array(z.string()).optional(),
  /** Each POST goes out so many times. */
  copies: z.number().int().min(1).max(10).default(1),
  /** Events in an order of this seed. */
  reorder: z.union([z.string(), z.number()]).optional(),
  /** Events to leave out, by chance of this seed: what Intuit loses. */
  lose: z.strictObject({ probability: z.number().min(0).max(1), seed: z.union([z.string(), z.number()]) }).optional(),
  perPost: z.number().int().positive().optional(),
  format: z.enum(["legacy", "cloudevents"]).optional(),
  /** Signs with another token, or not at all. */
  signature: z.enum(["right", "wrong", "none"]).default("right"),
  retry: z.boolean().default(true),
});
export type DeliverOptions = z.input<typeof DeliverOptions>;

export type Delivery = { readonly at: number; readonly events: number; readonly try: number; readonly status: number | null; readonly ms: number };

const SCHEDULE = [10 * SECOND, 20 * SECOND, 30 * SECOND, 300 * SECOND, 1200 * SECOND, 2 * HOUR, 4 * HOUR, 6 * HOUR];
const START: WebhookSettings = {
  url: null,
  format: "legacy",
  contentType: "application/json",
  autoAfterMs: null,
  timeScale: 1,
  deadlineMs: 3 * SECOND,
  maxEvents: 100,
  maxTries: 12,
  unconnected: false,
};

/** Collects what changed and tells the app, at least once, in one POST at a time. */
export class Webhooks {
  readonly #token: string;
  readonly #base: () => number;
  readonly #connected: (realm: string) => boolean;
  readonly #closing: AbortSignal;
  readonly #changed: () => void;
  #settings = START;
  #pending: Event[] = [];
  #n = 0;
  readonly #log: Delivery[] = [];
  #line: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(token: string, base: () => number, connected: (realm: string) => boolean, closing: AbortSignal, changed: () => void) {
    this.#token = token;
    this.#base = base;
    this.#connected = connected;
    this.#closing = closing;
    this.#changed = changed;
  }

  configure(patch: z.infer<typeof WebhookPatch>): WebhookSettings {
    this.#settings = WebhookSettings.parse({ ...this.#settings, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) });
    this.#changed();
    return this.#settings;
  }

  settings(): WebhookSettings {
    return this.#settings;
  }

  note(realm: string, change: Change): void {
    if (!isTold(change.entity) || this.#settings.url === null) return;
    if (!this.#settings.unconnected && !this.#connected(realm)) return;
    const { entity, id, operation, at, deletedId } = change;
    this.push({ realm, entity, id, operation, at, deletedId });
    const after = this.#settings.autoAfterMs;
    if (after === null || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.deliver({});
    }, after);
    this.#timer.unref();
  }

  push(event: Omit<Event, "n">): void {
    this.#pending.push({ ...event, n: ++this.#n });
  }

  pending(realm?: string): readonly Event[] {
    return this.#pending.filter((event) => realm === undefined || event.realm === realm);
  }

  log(): readonly Delivery[] {
    return this.#log;
  }

  /** Sends what is pending, after whatever is still being sent. Ends when it is acknowledged or given up. */
  deliver(given: DeliverOptions): Promise<{ posts: number; acknowledged: number }> {
    const options = DeliverOptions.parse(given);
    const done = this.#line.then(() => this.#send(options));
    this.#line = done.catch(() => undefined);
    return done;
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #send(options: z.output<typeof DeliverOptions>): Promise<{ posts: number; acknowledged: number }> {
    const { url } = this.#settings;
    if (url === null) return { posts: 0, acknowledged: 0 };
    const bodies = this.#take(options).flatMap((events) =>
      copied(options.copies, { body: bodyOf(events, options.format ?? this.#settings.format), events: events.length }),
    );
    let acknowledged = 0;
    for (const { body, events } of bodies) if (await this.#persist(url, body, events, options)) acknowledged += 1;
    return { posts: bodies.length, acknowledged };
  }

  #take({ realms, reorder, lose, perPost }: z.output<typeof DeliverOptions>): Event[][] {
    const mine = (event: Event) => realms === undefined || realms.includes(event.realm);
    const taken = this.#pending.filter(mine);
    this.#pending = this.#pending.filter((event) => !mine(event));
    const random = lose ? createRandom(lose.seed) : null;
    const kept = random && lose ? taken.filter(() => !random.chance(lose.probability)) : taken;
    const ordered = reorder === undefined ? kept : createRandom(reorder).shuffle(kept);
    const size = perPost ?? this.#settings.maxEvents;
    return Array.from({ length: Math.ceil(ordered.length / size) }, (_, page) => ordered.slice(page * size, (page + 1) * size));
  }

  /** Tries until it is answered 200 in time: 10, 20 and 30 s later, then ever more rarely. */
  async #persist(url: string, body: string, events: number, { signature, retry }: z.output<typeof DeliverOptions>): Promise<boolean> {
    for (let attempt = 1; attempt <= (retry ? this.#settings.maxTries : 1); attempt++) {
      const status = await this.#post(url, body, signature, events, attempt);
      if (status === 200) return true;
      const wait = SCHEDULE[Math.min(attempt - 1, SCHEDULE.length - 1)] ?? 0;
      if (retry) await pause(wait * this.#settings.timeScale, this.#closing);
      if (this.#closing.aborted) return false;
    }
    return false;
  }

  async #post(url: string, body: string, signature: "right" | "wrong" | "none", events: number, attempt: number): Promise<number | null> {
    const { contentType, deadlineMs } = this.#settings;
    const signed: Record<string, string> =
      signature === "none" ? {} : { "intuit-signature": sign(body, signature === "right" ? this.#token : `not-${this.#token}`) };
    const started = this.#base();
    const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), this.#closing]);
    const status = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": contentType, "user-agent": "intuit_notification_v1.0", ...signed },
      signal,
    }).then(
      async (reply) => {
        await reply.body?.cancel();
        return reply.status;
      },
      () => null,
    );
    this.#log.push({ at: started, events, try: attempt, status, ms: this.#base() - started });
    return status;
  }
}

function copied<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}
