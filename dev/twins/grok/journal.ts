import { redact } from "./credentials.ts";
import type { Json } from "./json.ts";
import { matches, type Match, type Scope } from "./scope.ts";

/** What was sent, word for word, and what came of it. */
export type Entry = {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly scope: Scope;
  /** Parsed when it was JSON, else the text itself. */
  readonly body: Json;
  status: number | null;
  source: "planner" | "script" | null;
  response: Json;
  /** Events that left, of a stream. */
  events: number;
  /** The client went away before the end. */
  aborted: boolean;
};

const KEPT = 5_000;

/** Keeps the latest requests for tests to look at: proofs about what leaves the house are made here. */
export function createJournal() {
  let entries: Entry[] = [];

  return {
    open(entry: Omit<Entry, "status" | "source" | "response" | "events" | "aborted">): Entry {
      const full: Entry = { ...entry, status: null, source: null, response: null, events: 0, aborted: false };
      entries.push(full);
      if (entries.length > KEPT) entries = entries.slice(-KEPT);
      return full;
    },

    find(match: Match): Json {
      return entries
        .filter((entry) => matches(match, entry.scope))
        .map(({ scope, ...entry }) => ({ ...entry, scope: { ...scope, apiKey: redact(scope.apiKey) } }));
    },

    clear(match: Match): number {
      const kept = entries.filter((entry) => !matches(match, entry.scope));
      const cleared = entries.length - kept.length;
      entries = kept;
      return cleared;
    },
  };
}
export type Journal = ReturnType<typeof createJournal>;
