import { Redis } from "@upstash/redis";
import type { Log } from "../../core/log.ts";
import { OUTAGES } from "../../core/outages.ts";

/** Redis may vanish at any moment: a failed read is a miss, a failed write is skipped, and both are logged. */
export type Cache = {
  /** The value kept under (user, name), or null. */
  get(userId: string, name: string): Promise<string | null>;
  set(userId: string, name: string, value: string, seconds: number): Promise<void>;
  /** Removes everything kept for a user. */
  clear(userId: string): Promise<void>;
  /** Throws when Redis does not answer: health. */
  ping(): Promise<void>;
};

export function createCache(options: { url: string; token: string; log: Log; onCall?: () => void }): Cache {
  const redis = new Redis({
    url: options.url,
    token: options.token,
    // made per call: a static signal makes a timed-out read resolve to null
    signal: () => AbortSignal.timeout(OUTAGES.redis.waitMs),
    retry: { retries: 0 },
    enableAutoPipelining: false,
    automaticDeserialization: false,
    enableTelemetry: false,
  });
  const key = (userId: string, name: string) => `${userId}:${name}`;
  const orElse = async <T>(what: string, fallback: T, call: () => Promise<T>): Promise<T> => {
    options.onCall?.();
    try {
      return await call();
    } catch (error) {
      options.log("warn", "cache.failed", { what, error: error instanceof Error ? error.name : "unknown" });
      return fallback;
    }
  };
  return {
    get: (userId, name) => orElse("get", null, () => redis.get<string>(key(userId, name))),
    set: (userId, name, value, seconds) =>
      orElse("set", undefined, async () => {
        await redis.set(key(userId, name), value, { ex: seconds });
      }),
    clear: (userId) =>
      orElse("clear", undefined, async () => {
        let cursor = "0";
        do {
          const [next, found] = await redis.scan(cursor, { match: key(userId, "*"), count: 500 });
          if (found.length > 0) await redis.del(...found);
          cursor = next;
        } while (cursor !== "0");
      }),
    ping: async () => {
      await redis.ping();
    },
  };
}
