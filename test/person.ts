import { env, SELF } from "cloudflare:test";
import { inject } from "vitest";
import { accounts } from "../db/schema/accounts.ts";
import { users } from "../db/schema/auth.ts";
import type { Env } from "../src/env.ts";
import { auditRow } from "../src/features/audit/audit-row.ts";
import { hashPassword } from "../src/features/auth/passwords.ts";
import { newSession } from "../src/features/auth/sessions.ts";
import { createServices } from "../src/runtime.ts";

export type Reply<T> = { status: number; body: T; headers: Headers };
export type Json = Record<string, unknown>;
type Options = { headers?: Record<string, string> };

export const API_URL = "https://api.finhelm.test";
export const PASSWORD = "correct horse battery staple";

let sequence = 0;

/** A client of the API: its own address, so that no test spends another's limits, and optionally a credential. */
export function client(credential?: string, ip = freshAddress()) {
  async function call<T = Json>(method: string, path: string, body?: unknown, options: Options = {}): Promise<Reply<T>> {
    const response = await SELF.fetch(`${API_URL}${path}`, {
      method,
      redirect: "manual",
      headers: {
        "cf-connecting-ip": ip,
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
  }
  return {
    call,
    get: <T = Json>(path: string, options?: Options) => call<T>("GET", path, undefined, options),
    post: <T = Json>(path: string, body: unknown = {}, options?: Options) => call<T>("POST", path, body, options),
    patch: <T = Json>(path: string, body: unknown, options?: Options) => call<T>("PATCH", path, body, options),
    delete: <T = Json>(path: string, options?: Options) => call<T>("DELETE", path, undefined, options),
  };
}

const WAITS_MOST = 60;

/** Waits where the budget of a person is spent: more is asked in a test of one than a person asks. */
export async function patiently<T>(call: () => Promise<Reply<T>>): Promise<Reply<T>> {
  for (let waits = 0; waits < WAITS_MOST; waits++) {
    const reply = await call();
    if (reply.status !== 429) return reply;
    await new Promise((done) => setTimeout(done, 1_000 * Number(reply.headers.get("retry-after"))));
  }
  throw new Error(`a budget that is spent after ${WAITS_MOST} waits`);
}

export function freshAddress(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(3));
  return `10.${[...bytes].join(".")}`;
}

export type Message = { to: string; subject: string; links: string[]; text: string };

/** Mails to an address, newest first, once there are at least `least`. On a busy machine the queue may take its time. */
export async function inbox(address: string, least = 1): Promise<Message[]> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`${inject("worldUrl")}/mail/_control/messages?to=${encodeURIComponent(address)}`);
    const found = (await response.json()) as { messages: Message[] } | Message[];
    const messages = Array.isArray(found) ? found : found.messages;
    if (messages.length >= least) return messages;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no mail for ${address}`);
}

/** The token in the link of the newest mail to an address. */
export async function mailedToken(address: string, least = 1): Promise<string> {
  const [newest] = await inbox(address, least);
  const token = /token=([\w]+)/.exec(newest?.links.join(" ") ?? "")?.[1];
  if (!token) throw new Error("the mail has no link");
  return token;
}

export function freshEmail(): string {
  return `person-${Date.now()}-${++sequence}-${crypto.randomUUID().slice(0, 8)}@example.com`;
}

/** Somebody new, verified and logged in, through the front door, with the mail that comes of it. */
export async function signedUp() {
  const email = freshEmail();
  const ip = freshAddress();
  const stranger = client(undefined, ip);
  expectStatus(await stranger.post("/auth/signup", { name: "Test Person", email, password: PASSWORD }), 202);
  expectStatus(await stranger.get(`/auth/verify-email?token=${await mailedToken(email)}`), 200);
  const login = await stranger.post<{ accessToken: string; refreshToken: string }>("/auth/login", { email, password: PASSWORD });
  expectStatus(login, 200);
  return { email, ip, accessToken: login.body.accessToken, refreshToken: login.body.refreshToken, stranger, ...client(login.body.accessToken, ip) };
}

const services = () => createServices(env as unknown as Env, crypto.randomUUID(), () => undefined);
let hash: Promise<string> | undefined;

/**
 * Somebody new, verified and logged in: the rows that {@link signedUp} leaves, without its mail, and with one password
 * hash for a whole file, since each takes as long as a hundred requests. Nobody else's rows or limits touch them.
 */
export async function person(): Promise<Person> {
  const ctx = services();
  const [userId, email, ip] = [ctx.id(), freshEmail(), freshAddress()];
  const db = ctx.dbAs(userId);
  const at = ctx.now().toISOString();
  const passwordHash = await (hash ??= hashPassword(ctx, PASSWORD));
  const session = await newSession(ctx, db, userId, { ip, userAgent: "", place: null });
  const steps = ["person.signed_up", "person.verified", "person.logged_in"] as const;
  await db.batch([
    db.insert(users).values({ id: userId, name: "Test Person", email, passwordHash, isVerified: true, createdAt: at, updatedAt: at }),
    db
      .insert(accounts)
      .values({ id: ctx.id(), userId, serviceName: "manual", displayName: "Entered by hand", status: "connected", createdAt: at, updatedAt: at }),
    ...session.rows,
    ...steps.map((action) => auditRow(ctx, db, { userId, action, actor: "person" })),
  ]);
  const { accessToken, refreshToken } = session.tokens;
  return { email, ip, accessToken, refreshToken, stranger: client(undefined, ip), ...client(accessToken, ip) };
}
export type Person = Awaited<ReturnType<typeof signedUp>>;

/** A client with an API key of `person` that has these scopes. */
export async function withKey(owner: Person, scopes: string[]) {
  const made = await owner.post<{ id: string; key: string }>("/api-keys", { name: "test", scopes });
  expectStatus(made, 201);
  return { id: made.body.id, key: made.body.key, ...client(made.body.key, owner.ip) };
}

export type Account = { id: string; displayName: string; status: string };
export type Run = {
  id: string;
  phase: string;
  finishedAt: string | null;
  incomplete: boolean;
  reason: string | null;
  counts: Record<string, Record<string, number>>;
};

/** Connects a company of the QuickBooks twin as a person does: consents, comes back, completes. */
export async function connect(who: Person, realmId: string, options: { syncFrom?: string } = {}): Promise<Account> {
  const link = await who.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks", ...options });
  expectStatus(link, 201);
  const consent = await fetch(link.body.authorizeUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ realmId, decision: "allow" }) });
  const callback = new URL(consent.headers.get("location") ?? "");
  const parked = await who.stranger.get(`${callback.pathname}${callback.search}`);
  const linkCode = new URL(parked.headers.get("location") ?? "").searchParams.get("linkCode");
  const completed = await who.post<Account>("/accounts/complete", { linkCode });
  expectStatus(completed, 201);
  return completed.body;
}

/** The newest run of an account, once it has ended. */
export async function synced(who: Person, accountId: string, seconds = 60): Promise<Run> {
  for (let tries = 0; tries < seconds; tries++) {
    const runs = await who.get<{ data: Run[] }>(`/accounts/${accountId}/sync-runs`);
    const [run] = runs.status === 200 ? runs.body.data : [];
    if (run?.finishedAt) return run;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  throw new Error("the sync did not end in time");
}

function expectStatus(reply: Reply<unknown>, status: number): void {
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
}
