import { DurableObject } from "cloudflare:workers";
import { type Limit, type Verdict, take } from "./gcra.ts";

/** A key that was checked against the database, kept five minutes so that a warm key costs no database call. */
export type VerifiedKey = { mac: string; scopes: string[]; ranges: string[]; expiresAt: number | null };

export type Admission = {
  /** Of the request that asks: a failure here is found by it. */
  requestId?: string;
  bucket: string;
  limit: Limit;
  cost: number;
  /** Of an access token: its session and when it was made. */
  session?: { id: string; issuedAt: number };
  /** Of an API key: its id and MAC. One that is not remembered spends this bucket instead: it may be anybody's invention. */
  key?: { id: string; mac: string; unproved: { bucket: string; limit: Limit } };
};
export type Admitted = Verdict & { revoked: boolean; key: VerifiedKey | null };

/** Longer than an access token lives. */
const TOKEN_MEMORY_MS = 20 * 60_000;
/** Longer than a session lives that nobody uses: an ending that the database did not hear is not forgotten here. */
const SESSION_MEMORY_MS = 8 * 86_400_000;
const KEY_MEMORY_MS = 5 * 60_000;
const BUCKETS_MOST = 2_000;

/**
 * One object per user (or per address): its rate limits, the moment before which sessions are void, the sessions that
 * were ended, and verified API keys. One call answers a request's every question. Nothing here awaits, so calls cannot
 * interleave. Buckets live in memory: what an eviction forgets is at most a burst; endings are stored.
 */
export class UserGate extends DurableObject {
  readonly #buckets = new Map<string, number>();
  readonly #keys = new Map<string, { key: VerifiedKey; until: number }>();

  admit(admission: Admission, now = Date.now()): Admitted {
    const known = admission.key && this.#keys.get(admission.key.id);
    const key = known && known.until > now && known.key.mac === admission.key?.mac ? known.key : null;
    const verdict =
      admission.key && !key
        ? this.#take(admission.key.unproved.bucket, admission.key.unproved.limit, 1, now)
        : this.#take(admission.bucket, admission.limit, admission.cost, now);
    const revoked = this.#isRevoked(admission, now);
    return { ...verdict, revoked, key: revoked ? null : key };
  }

  /** Remembers a key that the database vouched for, unless it was ended meanwhile, and takes the request's cost. */
  rememberKey(keyId: string, key: VerifiedKey, spent: { bucket: string; limit: Limit; cost: number }, now = Date.now()): Admitted {
    const revoked = this.#isEnded(keyId, now);
    if (!revoked) this.#keys.set(keyId, { key, until: now + KEY_MEMORY_MS });
    return { ...this.#take(spent.bucket, spent.limit, spent.cost, now), revoked, key: revoked ? null : key };
  }

  /** From `at` on the key is dead here, whatever the database says: told before it and after it. */
  endKey(keyId: string, at: number): void {
    const earlier = this.ctx.storage.kv.get<number>(`key:${keyId}`);
    this.ctx.storage.kv.put(`key:${keyId}`, Math.min(earlier ?? at, at));
  }

  /** Ends sessions by id; `before` voids every access token made before that moment. */
  endSessions(ended: { ids?: string[]; before?: number }, now = Date.now()): void {
    for (const [key, at] of this.ctx.storage.kv.list<number>({ prefix: "session:" })) {
      if (at < now - SESSION_MEMORY_MS) this.ctx.storage.kv.delete(key);
    }
    for (const id of ended.ids ?? []) this.ctx.storage.kv.put(`session:${id}`, now);
    const before = Math.max(this.ctx.storage.kv.get<number>("void-before") ?? 0, ended.before ?? 0);
    if (before > 0) this.ctx.storage.kv.put("void-before", before);
  }

  /** Whether the session was ended here, also where the database does not know of it. */
  hasEnded(sessionId: string): boolean {
    return this.ctx.storage.kv.get(`session:${sessionId}`) !== undefined;
  }

  /** The user is gone: nothing of theirs passes, and when no token can be alive any more, nothing is left here. */
  async close(now = Date.now()): Promise<void> {
    this.#keys.clear();
    this.ctx.storage.kv.put("void-before", Number.MAX_SAFE_INTEGER);
    await this.ctx.storage.setAlarm(now + TOKEN_MEMORY_MS);
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  /** Answers when the object is reachable: health. */
  ping(): true {
    return true;
  }

  #take(bucket: string, limit: Limit, cost: number, now: number): Verdict {
    if (this.#buckets.size >= BUCKETS_MOST) for (const [name, until] of this.#buckets) if (until <= now) this.#buckets.delete(name);
    const { verdict, next } = take(this.#buckets.get(bucket), limit, cost, now);
    this.#buckets.set(bucket, next);
    return verdict;
  }

  #isRevoked(admission: Admission, now: number): boolean {
    const before = this.ctx.storage.kv.get<number>("void-before") ?? 0;
    if (before === Number.MAX_SAFE_INTEGER) return true;
    if (admission.session) {
      if (admission.session.issuedAt < before) return true;
      if (this.hasEnded(admission.session.id)) return true;
    }
    return admission.key !== undefined && this.#isEnded(admission.key.id, now);
  }

  #isEnded(keyId: string, now: number): boolean {
    const at = this.ctx.storage.kv.get<number>(`key:${keyId}`);
    return at !== undefined && at <= now;
  }
}
