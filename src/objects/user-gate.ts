import { DurableObject } from "cloudflare:workers";
import { type Limit, type Verdict, take } from "./gcra.ts";

/** A key that was checked against the database, kept five minutes so that a warm key costs no database call. */
export type VerifiedKey = { mac: string; scopes: string[]; expiresAt: number | null };

export type Admission = {
  bucket: string;
  limit: Limit;
  cost: number;
  /** Of an access token: its session and when it was made. */
  session?: { id: string; issuedAt: number };
  /** Of an API key: its id; the answer carries what is known of it. */
  keyId?: string;
};
export type Admitted = Verdict & { revoked: boolean; key: VerifiedKey | null };

const SESSION_MEMORY_MS = 15 * 60_000;
const KEY_MEMORY_MS = 5 * 60_000;

/**
 * One object per user (or per address): its rate limits, the moment before which sessions are void, the sessions that
 * were ended, and verified API keys. One call answers a request's every question. Nothing here awaits, so calls cannot
 * interleave. Buckets live in memory: what an eviction forgets is at most a burst; endings are stored.
 */
export class UserGate extends DurableObject {
  readonly #buckets = new Map<string, number>();
  readonly #keys = new Map<string, { key: VerifiedKey; until: number }>();

  admit(admission: Admission, now = Date.now()): Admitted {
    const { verdict, next } = take(this.#buckets.get(admission.bucket), admission.limit, admission.cost, now);
    this.#buckets.set(admission.bucket, next);
    const known = admission.keyId === undefined ? undefined : this.#keys.get(admission.keyId);
    const revoked = this.#isRevoked(admission);
    return { ...verdict, revoked, key: !revoked && known && known.until > now ? known.key : null };
  }

  /** Remembers a verified key, unless it was revoked meanwhile. */
  rememberKey(keyId: string, key: VerifiedKey, now = Date.now()): void {
    if (this.ctx.storage.kv.get(`key:${keyId}`) !== undefined) return;
    this.#keys.set(keyId, { key, until: now + KEY_MEMORY_MS });
  }

  /** From now on the key is dead here, whatever the database says: told before it and after it. */
  revokeKey(keyId: string, now = Date.now()): void {
    this.#keys.delete(keyId);
    this.ctx.storage.kv.put(`key:${keyId}`, now);
  }

  /** Ends sessions by id; `before` voids every access token made before that moment. */
  endSessions(ended: { ids?: string[]; before?: number }, now = Date.now()): void {
    for (const [key, at] of this.ctx.storage.kv.list<number>({ prefix: "session:" })) {
      if (at < now - SESSION_MEMORY_MS) this.ctx.storage.kv.delete(key);
    }
    for (const id of ended.ids ?? []) this.ctx.storage.kv.put(`session:${id}`, now);
    if (ended.before !== undefined) this.ctx.storage.kv.put("void-before", ended.before);
  }

  /** Answers when the object is reachable: health. */
  ping(): true {
    return true;
  }

  #isRevoked(admission: Admission): boolean {
    if (admission.session) {
      const before = this.ctx.storage.kv.get<number>("void-before") ?? 0;
      if (admission.session.issuedAt < before) return true;
      if (this.ctx.storage.kv.get(`session:${admission.session.id}`) !== undefined) return true;
    }
    return admission.keyId !== undefined && this.ctx.storage.kv.get(`key:${admission.keyId}`) !== undefined;
  }
}
