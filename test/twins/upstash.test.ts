import { Redis } from "@upstash/redis";
import { describe, inject, it } from "vitest";
import { memoryStore, realStore } from "../../dev/twins/upstash/stores.ts";

const { UPSTASH_REDIS_REST_URL: url = "", UPSTASH_REDIS_REST_TOKEN: token = "" } = inject("vars");
const base = `${inject("worldUrl")}/upstash`;
/** A call as no client makes it, in a namespace. */
const raw = async (namespace: string, path: string, body: unknown) => {
  const reply = await fetch(`${base}${path}`, { method: "POST", headers: { authorization: `Bearer ${token}:${namespace}` }, body: JSON.stringify(body) });
  return { status: reply.status, body: await reply.json() };
};
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

describe("Upstash's protocol", () => {
  it("sends a map as a list of names and values", async ({ expect }) => {
    const space = crypto.randomUUID();
    await raw(space, "/", ["hset", "h", "a", "1", "b", "é"]);
    expect((await raw(space, "/", ["hgetall", "h"])).body).toEqual({ result: ["a", "1", "b", "é"] });
    const redis = new Redis({ url, token: `${token}:${space}`, enableTelemetry: false });
    expect([await redis.hgetall("h"), await redis.hgetall("nothing")]).toEqual([{ a: 1, b: "é" }, null]);
  });

  it("lets nobody between the commands of a transaction, and begins none that has a mistake", async ({ expect }) => {
    const space = crypto.randomUUID();
    const steps = [
      ["incr", "n"],
      ["echo", "x"],
      ["echo", "y"],
      ["get", "n"],
    ];
    const all = await Promise.all(Array.from({ length: 20 }, () => raw(space, "/multi-exec", steps)));
    for (const { body } of all as { body: { result: unknown }[] }[]) expect(String(body[0]?.result)).toBe(body[3]?.result);
    const discarded = await raw(space, "/multi-exec", [["set", "n", "0"], ["get"]]);
    expect([discarded.status, discarded.body]).toEqual([400, { error: "EXECABORT Transaction discarded because of previous errors." }]);
    const half = await raw(space, "/multi-exec", [
      ["set", "text", "abc"],
      ["incr", "text"],
      ["get", "n"],
    ]);
    expect(half.body).toEqual([{ result: "OK" }, { error: "ERR value is not an integer or out of range" }, { result: "20" }]);
  });

  it("finds keys of its own namespace by pattern, and shows them as they are", async ({ expect }) => {
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    await raw(one, "/pipeline", [
      ["set", "user:1:a", "x"],
      ["set", "user:2:a", "y"],
    ]);
    await raw(two, "/", ["set", "user:1:a", "z"]);
    expect((await raw(one, "/", ["scan", "0", "match", "user:1:*", "count", "500"])).body).toEqual({ result: ["0", ["user:1:a"]] });
    const shown = (await (await fetch(`${base}/_control/keys?namespace=${one}`)).json()) as object[];
    expect(shown).toEqual(
      expect.arrayContaining([
        { key: "user:1:a", value: "x" },
        { key: "user:2:a", value: "y" },
      ]),
    );
    expect(shown.length).toBe(2);
  });

  it("passes on no command that it does not know, and outlives each of them", async ({ expect }) => {
    const space = crypto.randomUUID();
    for (const name of ["nosuch", "quit", "multi", "subscribe", "constructor", "disconnect", "__proto__"]) {
      const { status, body } = await raw(space, "/", [name]);
      expect([status, body]).toEqual([400, { error: `ERR unknown command '${name}', with args beginning with: ` }]);
    }
    for (const body of [[], {}, "x", [{ a: 1 }]]) expect((await raw(space, "/", body)).status).toBe(400);
    expect((await raw(space, "/", ["ping"])).body).toEqual({ result: "PONG" });
  });
});

/** Letters in capitals are keys. */
const SCRIPT = `set T 1 nx;SET T 2 xx get;set T 3 bogus;set T;get T;get;ttl T;expire T x;expire T 90;ttl T;persist T;append T de;strlen T;getrange T 0 1;incr T;type T
exists T N;incrby N 5;incrbyfloat N 1.5;mget T none N;hset H a 1 b 2;hgetall H;hmget H a x;hincrby H b 3;hdel H a;rpush L a b;lrange L 0 -1;get L;incr L;lpop L
sadd S x;sismember S x;zadd Z 1 a 2 b;zrange Z 0 -1 withscores;zscore Z a;zincrby Z 1.5 a;rename none T;nosuch T;eval return{1,2,'x'} 0;set T v px 60000;getdel T;del T N H L S Z`;
const prefix = `twin-${crypto.randomUUID()}:`;
const SAME = SCRIPT.split(/[;\n]/).map((line) => line.split(" ").map((word) => (/^[A-Z]$/.test(word) ? `${prefix}${word}` : word)));

describe.skipIf(!process.env["REDIS_URL"])("the memory behind it", () => {
  it("answers as a real Redis does, to the letter", async ({ expect }) => {
    const [memory, real] = [memoryStore(crypto.randomUUID()), realStore(process.env["REDIS_URL"] ?? "")];
    try {
      expect(await memory.each(SAME)).toEqual(await real.each(SAME));
      expect(await memory.together(SAME.slice(-3))).toEqual(await real.together(SAME.slice(-3)));
    } finally {
      memory.close();
      real.close();
    }
  });
});
