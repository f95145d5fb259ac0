import { inject } from "vitest";
import { codeAt } from "../../src/features/auth/totp.ts";
import { connected, freshCompany, linkCodeFor } from "../http/accounts-twin.ts";
import { client, freshAddress, freshEmail, inbox, type Json, PASSWORD, person, type Person, type Reply, synced } from "../person.ts";

/** One call of an operation, ready to be made; its body is JSON, or text of a `type`. `email` is whose rows it touches, where it is not the caller. */
export type Call = { path: string; body?: unknown; type?: string; email?: string; stranger?: true };
/** `fresh`: the call changes the person such that the next one needs somebody else. `company`: a connected one is needed. */
export type Plan = { fresh?: true; company?: true; prepare: (who: Subject) => Promise<Call> };
/** `until`: before that moment their access token is good. */
export type Subject = Person & { accountId: string; until: number };

const coffee = { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" };
const categories = { type: "category_breakdown", from: "2026-01-01", to: "2026-01-31" };
const NEW_PASSWORD = "another horse, another battery";
const open = (path: string, body: Json): Call => ({ path, body, stranger: true });

/** Somebody for the calls of one operation; with a company whose first sync has ended, where that is needed. */
export async function subject(withCompany: boolean): Promise<Subject> {
  const who = await person();
  const until = Date.now() + 10 * 60_000;
  if (!withCompany) return { ...who, accountId: "", until };
  const accountId = await connected(who, await freshCompany(3));
  await synced(who, accountId);
  return { ...who, accountId, until };
}

/** How often a call is made again that is over a budget, or waits for its turn. */
export const TRIES_MOST = 20;

/** What is set up is no trial: over a budget (429) or without a turn at hashing (503) it is asked again. */
async function granted<T = Json>(call: () => Promise<Reply<T>>): Promise<T> {
  for (let tries = 0; tries < TRIES_MOST; tries++) {
    const reply = await call();
    if (reply.status < 300) return reply.body;
    if (reply.status !== 429 && reply.status !== 503) throw new Error(`not set up: ${reply.status} ${JSON.stringify(reply.body)}`);
    await pause(Number(reply.headers.get("retry-after") ?? 1) * 1_000);
  }
  throw new Error(`not set up in ${TRIES_MOST} tries`);
}

const made = async (who: Person, path: string, body: unknown) => (await granted(() => who.post<{ id: string }>(path, body))).id;

/** The token of the mail that `ask` brings about. */
async function tokenAfter(email: string, ask: () => Promise<Reply<Json>>): Promise<string> {
  const response = await fetch(`${inject("worldUrl")}/mail/_control/messages?to=${encodeURIComponent(email)}`);
  const before = ((await response.json()) as { messages: unknown[] }).messages.length;
  await granted(ask);
  const [newest] = await inbox(email, before + 1);
  return /token=([\w]+)/.exec(newest?.links.join(" ") ?? "")?.[1] ?? "";
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const fromAnywhere = () => ({ headers: { "cf-connecting-ip": freshAddress() } });
const key = (who: Person) => made(who, "/api-keys", { name: "one", scopes: ["profile:read"] });
const entry = (who: Person) => made(who, "/transactions", coffee);
const report = (who: Person) => made(who, "/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" });
const ask = (who: Person) => made(who, "/ai/insights", { question: "What did I spend in January 2026?" });

async function signedUp(): Promise<{ email: string; token: string }> {
  const email = freshEmail();
  const token = await tokenAfter(email, () => client().post("/auth/signup", { name: "New", email, password: PASSWORD }));
  return { email, token };
}

async function secretOf(who: Person): Promise<string> {
  return (await granted(() => who.post<{ secret: string }>("/me/totp"))).secret;
}
const code = (secret: string, ahead = 0) => codeAt(secret, Math.floor(Date.now() / 30_000) + ahead);

async function readyExport(who: Person): Promise<string> {
  const id = await made(who, "/me/export", {});
  for (let tries = 0; tries < 200; tries++) {
    if ((await who.get(`/me/exports/${id}`)).body["status"] === "ready") return id;
    await pause(150);
  }
  throw new Error("the export was never ready");
}

/** A signed link of a report, without the host. */
async function link(who: Person, kind: "downloadUrl" | "chartUrl"): Promise<Call> {
  for (let tries = 0; tries < 5; tries++) {
    const id = kind === "chartUrl" ? await made(who, "/reports", categories) : await report(who);
    const found = (await granted(() => who.get(`/reports/${id}`)))[kind];
    const url = typeof found === "string" ? new URL(found) : null;
    if (url) return { path: `${url.pathname}${url.search}`, stranger: true };
  }
  throw new Error("no report was ready");
}

/** What each operation needs before it can be asked. One that is not here is asked as it stands: a read without an id needs no more. */
export const PLANS: Record<string, Plan> = {
  linkAccount: { prepare: async () => ({ path: "/accounts", body: { service: "quickbooks" } }) },
  completeLink: { prepare: async (who) => ({ path: "/accounts/complete", body: { linkCode: (await linkCodeFor(who, await freshCompany(1))).linkCode } }) },
  getAccount: { company: true, prepare: async (who) => ({ path: `/accounts/${who.accountId}` }) },
  removeAccount: { prepare: async (who) => ({ path: `/accounts/${await connected(who, await freshCompany(1))}` }) },
  startSync: { company: true, prepare: async (who) => ({ path: `/accounts/${who.accountId}/sync`, body: {} }) },
  listSyncRuns: { company: true, prepare: async (who) => ({ path: `/accounts/${who.accountId}/sync-runs` }) },
  getReconciliation: { company: true, prepare: async (who) => ({ path: `/accounts/${who.accountId}/reconciliation` }) },
  // nobody can have more than a hundred
  createApiKey: { fresh: true, prepare: async () => ({ path: "/api-keys", body: { name: "one", scopes: ["profile:read"] } }) },
  rotateApiKey: { fresh: true, prepare: async (who) => ({ path: `/api-keys/${await key(who)}/rotate`, body: {} }) },
  revokeApiKey: { fresh: true, prepare: async (who) => ({ path: `/api-keys/${await key(who)}` }) },
  reportLeakedKeys: {
    fresh: true,
    prepare: async (who) => {
      const leaked = await granted(() => who.post<{ key: string }>("/api-keys", { name: "leaked", scopes: ["profile:read"] }));
      return open("/security/leaked-keys", { keys: [leaked.key] });
    },
  },
  signUp: {
    prepare: async () => {
      const email = freshEmail();
      return { ...open("/auth/signup", { name: "New", email, password: PASSWORD }), email };
    },
  },
  logIn: { fresh: true, prepare: async (who) => open("/auth/login", { email: who.email, password: PASSWORD }) },
  verifyEmail: {
    prepare: async () => {
      const { email, token } = await signedUp();
      return { path: `/auth/verify-email?token=${token}`, stranger: true, email };
    },
  },
  resendVerification: {
    prepare: async () => {
      const { email } = await signedUp();
      return { ...open("/auth/resend-verification", { email }), email };
    },
  },
  forgotPassword: { prepare: async (who) => open("/auth/forgot-password", { email: who.email }) },
  resetPassword: {
    fresh: true,
    prepare: async (who) => {
      const token = await tokenAfter(who.email, () => who.stranger.post("/auth/forgot-password", { email: who.email }, fromAnywhere()));
      return open("/auth/reset-password", { token, password: NEW_PASSWORD });
    },
  },
  changePassword: { fresh: true, prepare: async () => ({ path: "/auth/change-password", body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } }) },
  refreshSession: { fresh: true, prepare: async (who) => open("/auth/refresh", { refreshToken: who.refreshToken }) },
  logOut: { fresh: true, prepare: async () => ({ path: "/auth/logout" }) },
  endOtherSessions: { fresh: true, prepare: async () => ({ path: "/auth/sessions" }) },
  endSession: {
    fresh: true,
    prepare: async (who) => ({ path: `/auth/sessions/${String((await who.get<{ data: { id: string }[] }>("/auth/sessions")).body.data[0]?.id)}` }),
  },
  updateProfile: { prepare: async () => ({ path: "/me", body: { name: `Ada ${crypto.randomUUID().slice(0, 4)}` } }) },
  startTotp: { fresh: true, prepare: async () => ({ path: "/me/totp", body: {} }) },
  confirmTotp: { fresh: true, prepare: async (who) => ({ path: "/me/totp/confirm", body: { code: await code(await secretOf(who)) } }) },
  removeTotp: { fresh: true, prepare: async () => ({ path: "/me/totp" }) },
  // while one is being made, that one is the answer
  askExport: { fresh: true, prepare: async () => ({ path: "/me/export", body: {} }) },
  getExport: { prepare: async (who) => ({ path: `/me/exports/${await made(who, "/me/export", {})}` }) },
  downloadExport: { prepare: async (who) => ({ path: `/me/exports/${await readyExport(who)}/download` }) },
  askErasure: { fresh: true, prepare: async () => ({ path: "/me" }) },
  cancelErasure: {
    fresh: true,
    prepare: async (who) => {
      await granted(() => who.delete("/me"));
      return { path: "/me/keep", body: {} };
    },
  },
  askInsight: {
    prepare: async (who) => {
      // the day's budget and the client of xAI are there then
      await ask(who);
      return { path: "/ai/insights", body: { question: `What did I spend in January 2026? ${crypto.randomUUID().slice(0, 4)}` } };
    },
  },
  getInsight: { prepare: async (who) => ({ path: `/ai/insights/${await ask(who)}` }) },
  explainInsight: {
    prepare: async (who) => {
      await entry(who);
      const asked = await ask(who);
      const { figures } = await granted(() => who.get<{ figures: { explain: string | null }[] }>(`/ai/insights/${asked}`));
      return { path: figures.find((figure) => figure.explain !== null)?.explain ?? "" };
    },
  },
  setArchiving: { prepare: async () => ({ path: "/archive", body: { afterMonths: 36 } }) },
  createReport: { prepare: async () => ({ path: "/reports", body: { type: "transactions", from: "2026-01-01", to: "2026-01-31" } }) },
  getReport: { prepare: async (who) => ({ path: `/reports/${await report(who)}` }) },
  explainReport: {
    prepare: async (who) => {
      await entry(who);
      const id = await made(who, "/reports", categories);
      const { figures } = await granted(() => who.get<{ figures: { lines: { explain: string[] }[] } }>(`/reports/${id}`));
      const url = new URL(figures.lines[0]?.explain[0] ?? "", "https://x");
      return { path: `${url.pathname}${url.search}` };
    },
  },
  downloadReport: { prepare: (who) => link(who, "downloadUrl") },
  drawReport: { prepare: (who) => link(who, "chartUrl") },
  recordTransaction: {
    prepare: async (who) => {
      // the ledger of what is entered by hand is there then
      await entry(who);
      return { path: "/transactions", body: coffee };
    },
  },
  recordTransactions: {
    prepare: async (who) => {
      await entry(who);
      return { path: "/transactions/batch", body: { transactions: [coffee, { ...coffee, amount: "-4.00" }] } };
    },
  },
  importTransactions: {
    prepare: async (who) => {
      await entry(who);
      return {
        path: "/transactions/import?account=a&currency=USD&description=text",
        body: `date,amount,text\n2026-01-02,-3.50,kiosk ${crypto.randomUUID()}\n`,
        type: "text/csv",
      };
    },
  },
  summarizeTransactions: { prepare: async () => ({ path: "/transactions/summary?groupBy=month" }) },
  getTransaction: { prepare: async (who) => ({ path: `/transactions/${await entry(who)}` }) },
  updateTransaction: { prepare: async (who) => ({ path: `/transactions/${await entry(who)}`, body: { description: "tea" } }) },
  removeTransaction: { prepare: async (who) => ({ path: `/transactions/${await entry(who)}` }) },
};
