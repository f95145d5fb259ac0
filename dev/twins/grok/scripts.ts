import { z } from "zod";
import type { Json } from "./json.ts";
import { covers, matches, type Match, type Scope } from "./scope.ts";

const Item = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ refusal: z.string() }),
  // arguments given as a string are sent as they are, valid JSON or not
  z.strictObject({ call: z.string(), arguments: z.union([z.string(), z.record(z.string(), z.json())]).default({}) }),
]);
export type Item = z.infer<typeof Item>;

const after = z.int().min(0);

const Fault = z.discriminatedUnion("kind", [
  /** An error reply. `body` wins over `shape`. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    shape: z.enum(["flat", "nested", "string", "message"]).default("flat"),
    code: z.union([z.string(), z.number()]).optional(),
    message: z.string().default("Scripted fault"),
    body: z.json().optional(),
    retryAfter: z.int().min(0).optional(),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** Accepts the request and never answers. */
  z.strictObject({ kind: z.literal("hang") }),
  /** Says nothing for a while, in the middle of a stream or before a plain reply, then goes on. */
  z.strictObject({ kind: z.literal("silence"), ms: z.int().min(0), afterEvents: after.default(2) }),
  /** The stream ends in good order, but early. */
  z.strictObject({ kind: z.literal("cut"), afterEvents: after }),
  /** The connection breaks: before any header, or after so many events. */
  z.strictObject({ kind: z.literal("drop"), afterEvents: after.optional() }),
  /** An error body without a type as a frame of the stream, which then ends. */
  z.strictObject({ kind: z.literal("stream-error"), afterEvents: after.default(2), body: z.json().optional() }),
  /** Status 200, and a JSON error where a stream or an answer was asked for. */
  z.strictObject({ kind: z.literal("error-200"), body: z.json().optional() }),
  /** The answer fails in good form: `response.failed`. */
  z.strictObject({ kind: z.literal("failed"), code: z.string().default("server_error"), message: z.string().default("Scripted fault") }),
  z.strictObject({ kind: z.literal("nonsense"), what: z.enum(["html", "empty", "truncated-json", "not-json", "wrong-shape"]) }),
  /** An event of a type nobody knows, with an `event:` line, between the honest ones. */
  z.strictObject({ kind: z.literal("unknown-event"), afterEvents: after.default(2) }),
  /** Every frame carries an `event:` line. */
  z.strictObject({ kind: z.literal("named-events") }),
  z.strictObject({ kind: z.literal("no-done") }),
  /** The bytes arrive in pieces of this size, characters and frames torn apart. */
  z.strictObject({ kind: z.literal("torn"), bytes: z.int().min(1) }),
]);
export type Fault = z.infer<typeof Fault>;

/** One answer. Without `output` the planner gives it; `edits` then change its text, and a fault its delivery. */
export const Turn = z.strictObject({
  output: z.array(Item).min(1).optional(),
  edits: z.array(z.strictObject({ find: z.string().min(1), replace: z.string() })).optional(),
  reasoning: z.string().optional(),
  incomplete: z.enum(["max_output_tokens", "max_prompt_tokens", "max_time_limit"]).optional(),
  model: z.string().optional(),
  fault: Fault.optional(),
  delayMs: z.int().min(0).default(0),
  paceMs: z.int().min(0).default(0),
  times: z.union([z.int().min(1), z.literal("always")]).default(1),
});
export type Turn = z.infer<typeof Turn>;

type Script = { readonly id: number; readonly match: Match; readonly turns: { turn: Turn; left: number }[] };

/** Queued turns. A request takes the next turn of the oldest script that matches it; with none left the planner answers. */
export function createScripts() {
  let scripts: Script[] = [];
  let nextId = 1;

  return {
    add(match: Match, turns: readonly Turn[]): number {
      const id = nextId++;
      scripts.push({ id, match, turns: turns.map((turn) => ({ turn, left: turn.times === "always" ? Infinity : turn.times })) });
      return id;
    },

    take(scope: Scope): Turn | null {
      const script = scripts.find((each) => each.turns.length > 0 && matches(each.match, scope));
      const next = script?.turns[0];
      if (!script || !next) return null;
      next.left--;
      if (next.left <= 0) script.turns.shift();
      if (script.turns.length === 0) scripts = scripts.filter((each) => each !== script);
      return next.turn;
    },

    /** What is still queued: an empty list proves that a script was played to its end. */
    list(match: Match): Json {
      return scripts.filter((each) => covers(match, each.match)).map((each) => ({ id: each.id, match: each.match as Json, turnsLeft: each.turns.length }));
    },

    clear(match: Match): number {
      const kept = scripts.filter((each) => !covers(match, each.match));
      const cleared = scripts.length - kept.length;
      scripts = kept;
      return cleared;
    },
  };
}
export type Scripts = ReturnType<typeof createScripts>;
