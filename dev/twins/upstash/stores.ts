import { Redis } from "ioredis";
import RedisMock from "ioredis-mock";
import { type Command, mistakeIn, mistakeInArguments } from "./commands.ts";

export type Answer = { result: unknown } | { error: string };

/** One Redis. Answers are those of its own protocol: what a client library makes of a reply is undone. */
export type Store = {
  /** One after another; what others send may come between. */
  each(commands: Command[]): Promise<Answer[]>;
  /** All of them with nothing between, or the error for which none was begun. */
  together(commands: Command[]): Promise<Answer[] | { error: string }>;
  close(): void;
};

const DISCARDED = "EXECABORT Transaction discarded because of previous errors.";

/** A real Redis behind a URL. */
export function realStore(url: string): Store {
  const redis = new Redis(url);
  const one = ([name, ...args]: Command) => redis.call(String(name), ...args);
  return {
    each: (commands) => inTurn(commands, one),
    async together(commands) {
      if (commands.some(mistakeIn)) return { error: DISCARDED };
      const queue = redis.multi();
      for (const [name, ...args] of commands) queue.call(String(name), ...args);
      return ((await queue.exec()) ?? []).map(([error, result]) => (error ? { error: error.message } : { result: plain(result) }));
    },
    close: () => redis.disconnect(),
  };
}

/** In memory. Whoever comes waits for whoever came before, so that nothing comes between. */
export function memoryStore(name: string): Store {
  const redis = new RedisMock({ host: name });
  let last: Promise<unknown> = Promise.resolve();
  const each = (commands: Command[]) => {
    const mine = last.then(() => inTurn(commands, (command) => remember(redis, command)));
    last = mine;
    return mine;
  };
  return {
    each,
    together: async (commands) => (commands.some(mistakeIn) ? { error: DISCARDED } : each(commands)),
    close: () => redis.disconnect(),
  };
}

/** Each command's answer or its error; never throws. */
async function inTurn(commands: Command[], run: (command: Command) => Promise<unknown>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const command of commands) {
    try {
      const mistake = mistakeIn(command);
      answers.push(mistake === null ? { result: plain(await run(command)) } : { error: mistake });
    } catch (error) {
      answers.push({ error: error instanceof Error ? error.message : "ERR unknown" });
    }
  }
  return answers;
}

/** A reply as Redis sends it: maps are lists of names and values. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([name, one]) => [name, plain(one)]);
  return value;
}

const COUNTERS = new Set(["incr", "decr", "incrby", "decrby"]);
const TEXTS = new Set(["get", "getdel", "getex", "getset", "append", "strlen", "getrange", ...COUNTERS]);

/** The in-memory Redis has a method for each command, takes options in capitals only, and minds neither types nor bad arguments. */
async function remember(redis: Redis, [command, ...rest]: Command): Promise<unknown> {
  const name = String(command).toLowerCase();
  const args = rest.map(String);
  const [key = ""] = args;
  const mistake = mistakeInArguments(name, args);
  if (mistake !== null) throw new Error(mistake);
  if (TEXTS.has(name) && !["string", "none"].includes(await redis.type(key)))
    throw new Error("WRONGTYPE Operation against a key holding the wrong kind of value");
  if (COUNTERS.has(name) && !/^-?\d{1,18}$/.test((await redis.get(key)) ?? "0")) throw new Error("ERR value is not an integer or out of range");
  if (name === "rename" && (await redis.exists(key)) === 0) throw new Error("ERR no such key");
  const capitals = name === "set" ? args.map((arg, i) => (i > 1 ? arg.toUpperCase() : arg)) : args;
  return Reflect.apply(Reflect.get(redis, name) as () => Promise<unknown>, redis, capitals);
}
