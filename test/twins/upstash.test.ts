import { Redis } from "@upstash/redis";
import { describe, inject, it } from "vitest";

const { UPSTASH_REDIS_REST_URL: url = "", UPSTASH_REDIS_REST_TOKEN: token = "" } = inject("vars");
const fresh = (options = {}) => new Redis({ url, token: `${token}:${crypto.randomUUID()}`, enableTelemetry: false, retry: { retries: 0 }, ...options });

describe("Upstash's own client, unpatched", () => {
  it("sets, reads, counts, expires and forgets", async ({ expect }) => {
    const redis = fresh();
    expect(await redis.set("a", { deep: ["é", 1] }, { ex: 60 })).toBe("OK");
    expect(await redis.get("a")).toEqual({ deep: ["é", 1] });
    expect(await redis.set("a", "other", { nx: true })).toBeNull();
    expect([await redis.incr("n"), await redis.incrby("n", 4)]).toEqual([1, 5]);
    expect(await redis.ttl("a")).toBeGreaterThan(0);
    expect([await redis.mget("a", "nothing"), await redis.del("a"), await redis.get("a")]).toEqual([[{ deep: ["é", 1] }, null], 1, null]);
  });

  it("pipelines and runs transactions", async ({ expect }) => {
    const redis = fresh();
    expect(await redis.pipeline().set("x", 1).incr("x").get("x").exec()).toEqual(["OK", 2, 2]);
    expect(await redis.multi().set("y", "1").get("y").exec()).toEqual(["OK", 1]);
  });

  it("refuses a wrong token, and keeps namespaces apart", async ({ expect }) => {
    await expect(new Redis({ url, token: "wrong", retry: { retries: 0 } }).get("a")).rejects.toThrow(/Unauthorized/);
    const [one, two] = [fresh(), fresh()];
    await one.set("same", "mine");
    expect(await two.get("same")).toBeNull();
  });

  it("names the error of a command that does not fit", async ({ expect }) => {
    const redis = fresh();
    await redis.set("text", "abc");
    await expect(redis.incr("text")).rejects.toThrow(/integer/);
  });
});
