export type Command = (string | number)[];

const MANY = Number.POSITIVE_INFINITY;

/** The commands that both stores answer alike, and how many arguments each takes. No other is passed on: some would end the connection that all share. */
const TAKES: Record<string, [least: number, most: number]> = {
  ...all(["ping"], 0, 1),
  ...all(["dbsize", "flushdb", "flushall", "time"], 0, 0),
  ...all(["echo", "get", "getdel", "incr", "decr", "strlen", "ttl", "pttl", "persist", "type", "keys"], 1, 1),
  ...all(["hgetall", "hkeys", "hvals", "hlen", "llen", "smembers", "scard", "zcard"], 1, 1),
  ...all(["del", "unlink", "exists", "mget"], 1, MANY),
  ...all(["incrby", "decrby", "incrbyfloat", "append", "getset", "setnx", "rename"], 2, 2),
  ...all(["hget", "hexists", "lindex", "sismember", "zscore"], 2, 2),
  ...all(["expire", "pexpire", "expireat"], 2, 2),
  ...all(["hmget", "hdel", "lpush", "rpush", "sadd", "srem", "zrem", "mset", "eval"], 2, MANY),
  ...all(["setex", "psetex", "getrange", "hincrby", "lrange", "zincrby"], 3, 3),
  ...all(["hset", "zadd", "zrange", "zrangebyscore"], 3, MANY),
  ...all(["lpop", "rpop"], 1, 2),
  ...all(["getex"], 1, 3),
  ...all(["scan"], 1, 7),
  ...all(["set"], 2, 7),
};

function all(names: string[], least: number, most: number): Record<string, [number, number]> {
  return Object.fromEntries(names.map((name) => [name, [least, most]]));
}

const SECONDS_OF = new Set(["expire", "pexpire", "expireat"]);
const SET_OPTIONS = /^(?: (?:nx|xx|get|keepttl|(?:ex|px|exat|pxat) [1-9]\d*))*$/i;

/** What Redis says of a command before it runs it, or null. */
export function mistakeIn([command, ...rest]: Command): string | null {
  const name = String(command).toLowerCase();
  const args = rest.map(String);
  const takes = Object.hasOwn(TAKES, name) ? TAKES[name] : undefined;
  if (!takes) return `ERR unknown command '${command}', with args beginning with: ${args.map((arg) => `'${arg}' `).join("")}`;
  if (args.length < takes[0] || args.length > takes[1]) return `ERR wrong number of arguments for '${name}' command`;
  return null;
}

/** What Redis says of its arguments once it runs it, or null. */
export function mistakeInArguments(name: string, args: string[]): string | null {
  if (
    name === "set" &&
    !SET_OPTIONS.test(
      args
        .slice(2)
        .map((arg) => ` ${arg}`)
        .join(""),
    )
  )
    return "ERR syntax error";
  if (SECONDS_OF.has(name) && !/^-?\d{1,18}$/.test(args[1] ?? "")) return "ERR value is not an integer or out of range";
  return null;
}
