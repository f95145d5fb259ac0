import { createDb, type Db, type Stamp } from "../db/client.ts";
import type { Actor } from "./core/actor.ts";
import { uuidv7 } from "./core/id.ts";
import { errorFields, type Log, log } from "./core/log.ts";
import { OUTAGES } from "./core/outages.ts";
import type { RandomBytes } from "./core/secret.ts";
import { within } from "./core/within.ts";
import { type Config, type Env, readConfig } from "./env.ts";
import { createFiles, type Files } from "./integrations/files/files.ts";
import { createMeasure, type Measure } from "./integrations/metrics/measure.ts";
import { createGrok, type Grok } from "./integrations/grok/client.ts";
import { createMailer, type Mailer } from "./integrations/mail/mailer.ts";
import { createOutbound } from "./integrations/outbound.ts";
import { createQuickBooks, type QuickBooks } from "./integrations/quickbooks/client.ts";
import { type Cache, createCache } from "./integrations/redis/cache.ts";
import { createReporter, type Report } from "./integrations/sentry/reporter.ts";
import type { SyncMessage, WorkMessage } from "./jobs/messages.ts";
import type { CompanyGate } from "./objects/company-gate.ts";
import type { Turnstile } from "./objects/turnstile.ts";
import type { UserGate } from "./objects/user-gate.ts";

/** Calls that left the isolate on behalf of one request or message. */
export type Hops = { gate: number; db: number; cache: number; quickbooks: number; grok: number };

/** The address, the program and the place that a request came from: "Berlin, DE", as Cloudflare takes it from the address, null where it is not known. */
export type Device = { ip: string; userAgent: string; place: string | null };

/** Where the time of one request or message went, and what it can be found by at the provider. */
export type Spent = {
  dbMs: number;
  /** The database call that took longest: its statement holds no value. */
  slowest: { ms: number; statement: string };
  /** Of Intuit's answers, the last few. */
  tids: string[];
};

/** All that a feature can be given. There are no defaults: no runtime, no call. */
export type Runtime = {
  config: Config;
  /** The database as the actor's user sees it; see {@link Ctx}. */
  db: Db;
  /** The database for another user, or for nobody (definer functions alone answer). `timeoutMs` overrides the usual ones; a `stamp` goes into every write. */
  dbAs: (userId: string | null, timeoutMs?: number, stamp?: Stamp) => Db;
  cache: Cache;
  quickbooks: QuickBooks;
  grok: Grok;
  mail: Mailer;
  files: Files;
  /** Wakes what stands in a row. Never fails: false says that the queue did not take it, and cron wakes again what was not started. */
  queue: { sync: (message: SyncMessage, delaySeconds?: number) => Promise<boolean>; work: (message: WorkMessage, delaySeconds?: number) => Promise<boolean> };
  gates: {
    /** By user id, or by `ip:` and an address. */
    user: (name: string) => DurableObjectStub<UserGate>;
    company: (mac: string) => DurableObjectStub<CompanyGate>;
    turnstile: () => DurableObjectStub<Turnstile>;
  };
  fetch: typeof fetch;
  now: () => Date;
  id: () => string;
  random: RandomBytes;
  sleep: (ms: number) => Promise<void>;
  log: Log;
  hops: Hops;
  spent: Spent;
  /** Tells Sentry of an error; never fails, never waits for long. */
  report: Report;
  /** One data point for the dashboards; see `observe.ts`. */
  measure: Measure;
  requestId: string;
  /** What is at the other end of the request, null where nobody is: in the trail it stands beside each event. */
  device: Device | null;
  /**
   * Says what will be answered, just before the write that makes it true: under an Idempotency-Key the two are kept together,
   * so that a repeat gets the answer even where ours was lost. Without a key nothing is asked of `result`.
   */
  foretell: (result: () => unknown) => Promise<void>;
  /** Lets work go on after the answer. What must not be lost is a row first. */
  later: (work: Promise<unknown>) => void;
};

type Always = "config" | "now" | "id" | "random" | "log" | "requestId" | "device" | "foretell";

/** What one feature call may touch, spelled out in its signature. `db` is bound to the actor's user. */
export type Ctx<K extends keyof Runtime = never> = Pick<Runtime, K | Always> & { actor: Actor };

/** A call before anyone is known. */
export type OpenCtx<K extends keyof Runtime = never> = Pick<Runtime, Exclude<K, "db"> | Always>;

export type Services = Omit<Runtime, "db">;

/** The same services on behalf of `actor`: its user's rows are the only ones that exist. */
export function onBehalf(services: Services, actor: Actor): Runtime & { actor: Actor } {
  return { ...services, db: services.dbAs(actor.userId), actor };
}

/** Everything outside, wired once per request, message or tick. */
export function createServices(env: Env, requestId: string, later: (work: Promise<unknown>) => void): Services {
  const config = readConfig(env);
  const hops: Hops = { gate: 0, db: 0, cache: 0, quickbooks: 0, grok: 0 };
  const spent: Spent = { dbMs: 0, slowest: { ms: 0, statement: "" }, tids: [] };
  const onDbEnd = (ms: number, statement: string) => {
    spent.dbMs += ms;
    if (ms >= spent.slowest.ms) spent.slowest = { ms, statement: statement.slice(0, STATEMENT_MOST) };
  };
  const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
  const logWithId: Log = (level, event, fields) => log(level, event, { requestId, ...fields });
  const outbound = createOutbound(config);
  const counted = <S>(stub: S): S => {
    hops.gate += 1;
    return stub;
  };
  return {
    config,
    dbAs: (userId, timeoutMs, stamp) =>
      createDb({ url: config.DATABASE_URL, httpUrl: config.DATABASE_HTTP_URL, onCall: () => (hops.db += 1), onEnd: onDbEnd }, userId, timeoutMs, stamp),
    cache: createCache({ url: config.UPSTASH_REDIS_REST_URL, token: config.UPSTASH_REDIS_REST_TOKEN, log: logWithId, onCall: () => (hops.cache += 1) }),
    quickbooks: createQuickBooks({
      authorizeUrl: config.QUICKBOOKS_AUTHORIZE_URL,
      tokenUrl: config.QUICKBOOKS_TOKEN_URL,
      revokeUrl: config.QUICKBOOKS_REVOKE_URL,
      apiUrl: config.QUICKBOOKS_API_URL,
      clientId: config.QUICKBOOKS_CLIENT_ID,
      clientSecret: config.QUICKBOOKS_CLIENT_SECRET,
      fetch: outbound,
      now: () => new Date(),
      onCall: (call) => {
        hops.quickbooks += 1;
        if (call.tid !== null) spent.tids = [...spent.tids, call.tid].slice(-TIDS_MOST);
        logWithId("info", "quickbooks.call", call);
      },
    }),
    grok: createGrok({ baseUrl: config.XAI_BASE_URL, apiKey: config.XAI_API_KEY, model: config.XAI_MODEL, fetch: outbound, onCall: () => (hops.grok += 1) }),
    mail: createMailer({ baseUrl: config.RESEND_BASE_URL, apiKey: config.RESEND_API_KEY, from: config.MAIL_FROM, fetch: outbound }),
    files: createFiles(env.FILES),
    queue: {
      sync: (message, delaySeconds) => wake(logWithId, message.type, () => env.SYNC_QUEUE.send(message, delaySeconds ? { delaySeconds } : {})),
      work: (message, delaySeconds) =>
        wake(logWithId, message.type, () =>
          (message.type === "detect" ? env.DETECT_QUEUE : env.WORK_QUEUE).send(message, delaySeconds ? { delaySeconds } : {}),
        ),
    },
    gates: {
      user: (name) => counted(env.USER_GATE.get(env.USER_GATE.idFromName(name))),
      company: (mac) => counted(env.COMPANY_GATE.get(env.COMPANY_GATE.idFromName(mac))),
      turnstile: () => counted(env.TURNSTILE.get(env.TURNSTILE.idFromName(`turn-${(random(1)[0] ?? 0) % TURNSTILES}`))),
    },
    fetch: outbound,
    now: () => new Date(),
    id: () => uuidv7(Date.now(), random(10)),
    random,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    log: logWithId,
    hops,
    spent,
    report: createReporter({ dsn: config.SENTRY_DSN, environment: config.ENVIRONMENT, release: config.RELEASE, fetch: outbound }),
    measure: createMeasure(env.METRICS, { environment: config.ENVIRONMENT, release: config.RELEASE }),
    requestId,
    device: null,
    foretell: () => Promise.resolve(),
    later,
  };
}

/** What is to be done stands in a row: a message that is lost is logged, and sent again by cron. */
async function wake(note: Log, type: string, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(OUTAGES.queue.waitMs, send());
    return true;
  } catch (error) {
    note("warn", "queue.send_failed", { type, ...errorFields(error, 0) });
    return false;
  }
}

const TIDS_MOST = 5;
const STATEMENT_MOST = 2_000;

/** One turnstile for every hash: the storm of log-ins that it paces is bounded by what one isolate can bear. */
const TURNSTILES = 1;
