import { type NeonQueryFunction, type NeonQueryPromise, neon, neonConfig, NeonDbError } from "@neondatabase/serverless";
import { type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { Problem } from "../src/core/errors.ts";
import { OUTAGES } from "../src/core/outages.ts";

// its address is the configuration's: a redirect would carry the credentials elsewhere
neonConfig.fetchFunction = (url: string, init: RequestInit) => fetch(url, { ...init, redirect: "manual" });

export type DbOptions = {
  url: string;
  /** The HTTP endpoint; absent where Neon's own is meant. */
  httpUrl: string | undefined;
  /** Called once per HTTP call to the database. */
  onCall?: () => void;
  /** Called when the call has ended: how long it took, and its statements without their values. */
  onEnd?: (ms: number, statement: string) => void;
};

/** A statement that goes into every call that writes, and fails it when it does not hold any more. */
export type Stamp = { text: string; params: () => unknown[] };

type Client = NeonQueryFunction<boolean, boolean>;
type Query = NeonQueryPromise<boolean, boolean>;
type Deferred = PromiseLike<unknown> & { query: Query; isWrite: boolean; text: string };

/** A read is given up after this; a batch or a page of a sync may take longer. */
export const TIMEOUTS = OUTAGES.postgres.waitMs;

/**
 * The database as one user sees it. Every call sets `app.user_id` in the same HTTP transaction, so that row-level
 * security admits that user's rows alone; null admits none. `batch` is one atomic call. There is no way to the raw client.
 */
export function createDb(options: DbOptions, userId: string | null, timeoutMs?: number, stamp?: Stamp) {
  const client = userBound(connect(options), options, userId ?? "", timeoutMs, stamp);
  return drizzle({ client: client as unknown as NeonQueryFunction<false, false> });
}
export type Db = ReturnType<typeof createDb>;

/** In a batch: what comes after it sees the rows of this user, and nobody else's. For maintenance, which serves many users in one call. */
export function onBehalfOf(db: Db, userId: string) {
  return db.execute(sql`select set_config('app.user_id', ${userId}, true)`);
}

/**
 * In a batch: what comes after it joins by hash or merge, never by a loop. Whoever sums a whole ledger needs it: the planner takes
 * a new company's tables for empty, or a filter for keener than it is, and then reads a ledger once for each row of another table.
 */
export function withoutLoops(db: Db) {
  return db.execute(sql`select set_config('enable_nestloop', 'off', true)`);
}

/** The rows of one statement over a whole ledger, in one call. */
export async function readWhole<T extends Record<string, unknown>>(db: Db, statement: SQL): Promise<T[]> {
  const [, found] = await db.batch([withoutLoops(db), db.execute<T>(statement)]);
  return found.rows;
}

function connect(options: DbOptions): Client {
  if (options.httpUrl !== undefined) {
    const endpoint = options.httpUrl;
    neonConfig.fetchEndpoint = () => endpoint;
  }
  return neon(options.url, { fullResults: true }) as unknown as Client;
}

/** Whether a statement writes; one that begins with `with` may do either. A reading must not mark its request as carried out. */
function writes(text: string): boolean {
  if (/^\s*select\b/i.test(text)) return false;
  return !/^\s*with\b/i.test(text) || /\b(?:insert\s+into|update\s+[\w."]+|delete\s+from|merge\s+into)\b/i.test(text);
}

/**
 * What the database refused is thrown as it is, with its SQLSTATE; that it could not be asked, or did not answer in time, is
 * `unavailable`. The call is not repeated: it may have been done.
 */
function refuse(error: unknown): never {
  if (error instanceof NeonDbError && error.code !== undefined && !error.code.startsWith("57P")) throw error;
  throw new Problem("unavailable", { detail: "The database does not answer.", retryAfterSeconds: OUTAGES.postgres.retryAfterSeconds, cause: error });
}

/**
 * Neon's client as drizzle uses it (`query` and `transaction`), with the user set first. A query is deferred until it is
 * awaited or put into a transaction, as Neon's own are.
 */
function userBound(neonClient: Client, options: DbOptions, userId: string, timeoutMs?: number, stamp?: Stamp) {
  const setUser = () => neonClient.query("select set_config('app.user_id', $1, true)", [userId], { arrayMode: true, fullResults: true });
  const run = async (deferred: Pick<Deferred, "query" | "isWrite" | "text">[], limit: number) => {
    options.onCall?.();
    const started = Date.now();
    const queries = deferred.map((one) => one.query);
    if (stamp && deferred.some((one) => one.isWrite))
      queries.push(neonClient.query(stamp.text, stamp.params() as never, { arrayMode: true, fullResults: true }) as unknown as Query);
    const signal = AbortSignal.timeout(timeoutMs ?? limit);
    const [, ...results] = await neonClient
      .transaction([setUser() as unknown as Query, ...queries], { fetchOptions: { signal } })
      .catch(refuse)
      .finally(() => options.onEnd?.(Date.now() - started, deferred.map((one) => one.text).join("; ")));
    return results.slice(0, deferred.length);
  };
  const query = (text: string, params?: unknown[], config?: { arrayMode?: boolean; fullResults?: boolean }): Deferred => {
    const inner: Query = neonClient.query(text, params, config);
    const isWrite = writes(text);
    return {
      query: inner,
      isWrite,
      text,
      // as Neon's own: nothing is sent before it is awaited
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve, reject) =>
        run([{ query: inner, isWrite, text }], TIMEOUTS.read)
          .then((results) => results[0])
          .then(resolve, reject),
    };
  };
  const transaction = (queries: Deferred[]) => run(queries, TIMEOUTS.batch);
  return Object.assign(query, { query, transaction });
}
