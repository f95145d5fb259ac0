import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import OAuthClient from "intuit-oauth";
import QuickBooks from "node-quickbooks";
import Promised from "quickbooks-node-promise";
import { expect, it } from "vitest";
import { createQuickbooksTwin, type QuickbooksTwin } from "../../../dev/twins/quickbooks/twin.ts";

export const SAMPLE = "9130350000000001";
export const REAL = "9130350000000002";
export const APP = { clientId: "app-id", clientSecret: "app-secret", webhookToken: "verify_me" };
export const REDIRECT = "http://localhost:9/callback";

/** What a behaviour of the twin rests on. */
export type Evidence = "Intuit's page" | "captured traffic" | "seen with the real client" | "assumption";

const listed = new Map<string, readonly Evidence[]>();
const checked = new Set<string>();

/** One behaviour, by its id: where the facts list it, and how sure they are. */
export function behaviour(id: string, evidence: Evidence | readonly Evidence[], what: string, run: () => Promise<void>): void {
  const sources = [evidence].flat();
  if (listed.has(id)) throw new Error(`two behaviours are ${id}`);
  listed.set(id, sources);
  it(`[${id}] ${what} (${sources.join(", ")})`, async () => {
    await run();
    checked.add(id);
  });
}

/** Those that have a case. */
export const isListed = (id: string): boolean => listed.has(id);

/** How many were checked, and what they rest on; one may rest on two. */
export function behavioursChecked(): string {
  const counts = new Map<Evidence, number>();
  for (const id of checked) for (const evidence of listed.get(id) ?? []) counts.set(evidence, (counts.get(evidence) ?? 0) + 1);
  return `${checked.size} behaviours checked, resting on ${[...counts].map(([evidence, count]) => `${evidence} ${count}`).join(", ")}`;
}

export type Stage = { readonly twin: QuickbooksTwin; readonly url: string; readonly base: string; close(): Promise<void> };

let stage: Stage | null = null;

export function on(): Stage {
  if (!stage) throw new Error("the twin is not served");
  return stage;
}

/** Serves a twin on a free port, under the path it will have in the world, and points the three clients at it. */
export async function raise(): Promise<void> {
  const twin = createQuickbooksTwin(APP);
  const app = new Hono().route("/quickbooks", twin.app);
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  // safe: a TCP server's address is of this kind
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    await twin.close();
    await new Promise((resolve) => server.close(resolve));
  };
  for (const realm of [SAMPLE, REAL]) twin.control.throttle(realm, { enabled: false });
  stage = { twin, url, base: `${url}/quickbooks`, close };
  point(stage.base);
}

function point(base: string): void {
  const [tokens, revoke, user] = [`${base}/oauth2/v1/tokens/bearer`, `${base}/v2/oauth2/tokens/revoke`, `${base}/v1/openid_connect/userinfo`];
  OAuthClient.environment.sandbox = `${base}/`;
  new OAuthClient({ clientId: "", clientSecret: "", environment: "sandbox", redirectUri: REDIRECT }).setAuthorizeURLs({
    authorizeEndpoint: `${base}/connect/oauth2`,
    tokenEndpoint: tokens,
    revokeEndpoint: revoke,
    userInfoEndpoint: user,
  });
  Object.assign(QuickBooks, { V3_ENDPOINT_BASE_URL: `${base}/v3/company/`, TOKEN_URL: tokens, REVOKE_URL: revoke, USER_INFO_URL: user });
  Object.assign(Promised, {
    V3_ENDPOINT_BASE_URL: `${base}/v3/company/`,
    TOKEN_URL: tokens,
    REVOKE_URL: revoke,
    USER_INFO_URL: user,
    AUTHORIZATION_URL: `${base}/connect/oauth2`,
    JWKS_URL: `${base}/op/v1/jwks`,
  });
}

/** A company of its own for one behaviour, unlimited unless it is about limits. */
export function company(
  template: { template: "sample" } | { template: "empty" } | { template: "generated"; seed: string | number; size?: number; multiCurrency?: boolean } = {
    template: "sample",
  },
): string {
  const { realm } = on().twin.control.createCompany(template);
  on().twin.control.throttle(realm, { enabled: false });
  return realm;
}

export function intuit(): OAuthClient {
  return new OAuthClient({ clientId: APP.clientId, clientSecret: APP.clientSecret, environment: "sandbox", redirectUri: REDIRECT });
}

/** A person's consent, as a script gives it: the URL the browser is sent back to. */
export async function consent(realm: string, decision: "allow" | "deny" = "allow", state = "s"): Promise<string> {
  const uri = intuit().authorizeUri({ scope: ["com.intuit.quickbooks.accounting"], state });
  const reply = await fetch(uri, { method: "POST", body: new URLSearchParams({ realmId: realm, decision }), redirect: "manual" });
  expect(reply.status).toBe(302);
  return reply.headers.get("location") ?? "";
}

export const rows = (json: Json, key: string): Row[] => rowsIn(json.QueryResponse, key);
export const sizeIn = (json: Json, key: string): number => rows(json, key).length;

export type Tokens = { access_token: string; refresh_token: string; expires_in: number; x_refresh_token_expires_in: number };

/** intuit-oauth, connected by the whole way. */
export async function connected(realm: string): Promise<OAuthClient> {
  const client = intuit();
  await client.createToken(await consent(realm));
  return client;
}

export type Reply = { status: number; text: string; json: Json; headers: Headers };
type Cells = { ColData: { value: string; id?: string }[] };
export type Line = { Amount?: number; DetailType?: string; LinkedTxn?: { TxnId: string; TxnType: string }[] };
export type Row = {
  Id: string;
  SyncToken: string;
  TxnDate: string;
  TotalAmt?: number;
  Amount?: number;
  Balance?: number;
  status?: string;
  Line?: Line[];
  MetaData?: { LastUpdatedTime: string };
  TxnTaxDetail?: { TotalTax?: number };
  CashBack?: { Amount: number };
  [field: string]: unknown;
};
/** The shapes that replies may have; tests say which one they expect. */
export type Json = {
  QueryResponse?: Record<string, unknown>;
  CDCResponse?: { QueryResponse: Record<string, unknown>[] }[];
  BatchItemResponse?: Record<string, unknown>[];
  Fault?: { Error: { code: string; Message: string; Detail: string }[]; type: string };
  fault?: { error: { code: string; message: string }[] };
  Rows?: { Row: ({ group?: string; Summary?: Cells } & Partial<Cells>)[] };
  eventNotifications?: { realmId: string; dataChangeEvent: { entities: { id: string; name: string; operation: string }[] } }[];
  Purchase?: Row;
  [key: string]: unknown;
};

/** The list in an answer to a query, or in one entity's part of the changes. */
export function rowsIn(found: Record<string, unknown> | undefined, key?: string): Row[] {
  const list = key === undefined ? Object.values(found ?? {}).find(Array.isArray) : found?.[key];
  // safe: the twin's lists hold objects of this shape
  return (list ?? []) as Row[];
}

export const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? ""));

export async function call(
  realm: string,
  path: string,
  options: { token?: string | undefined; accept?: string; method?: string; body?: string; type?: string } = {},
): Promise<Reply> {
  const token = options.token ?? on().twin.control.connect(realm).access_token;
  const headers = {
    accept: options.accept ?? "application/json",
    authorization: `Bearer ${token}`,
    ...(options.body === undefined ? {} : { "content-type": options.type ?? "application/json" }),
  };
  const reply = await fetch(`${on().base}/v3/company/${realm}/${path}`, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    headers,
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await reply.text();
  return { status: reply.status, text, json: parsed(text), headers: reply.headers };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

export const query = (realm: string, statement: string, token?: string) => call(realm, `query?query=${encodeURIComponent(statement)}`, { token });

/** node-quickbooks, whose callbacks become promises. */
export function nodeQuickbooks(realm: string, tokens: { access_token: string; refresh_token: string } = on().twin.control.connect(realm)) {
  const client = new QuickBooks(APP.clientId, APP.clientSecret, tokens.access_token, false, realm, true, false, "75", "2.0", tokens.refresh_token);
  // safe: the client has every method that the tests name, each with a callback as its last argument
  const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
  const ask = (method: string, ...args: unknown[]): Promise<Json> =>
    new Promise((resolve, reject) => methods[method]?.call(client, ...args, (error: unknown, body: Json) => (error ? reject(error as Error) : resolve(body))));
  return { client, ask };
}

export async function promised(realm: string, tokens: Tokens = on().twin.control.connect(realm)) {
  const client = new Promised(
    {
      appKey: APP.clientId,
      appSecret: APP.clientSecret,
      redirectUrl: REDIRECT,
      scope: ["com.intuit.quickbooks.accounting"],
      useProduction: false,
      storeMethod: "internal",
      autoRefresh: true,
      minorversion: 75,
    } as ConstructorParameters<typeof Promised>[0],
    realm,
  );
  await client.saveToken({ ...tokens, token_type: "bearer", realmID: realm } as unknown as Parameters<typeof client.saveToken>[0]);
  return client;
}

export async function refused(act: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await act;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("this was not refused");
}
