import { timingSafeEqual } from "node:crypto";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type Context } from "hono";
import { spoiled, pause } from "../api/spoil.ts";
import { titleOf } from "../companies/registry.ts";
import { isObject, parseJson } from "../json.ts";
import { mannerOf, type World } from "../world.ts";
import type { Chain } from "./chains.ts";
import { consentPage, refusalPage } from "./consent.ts";
import { idToken, jwks } from "./id-token.ts";
import { admitRefresh, beginRefresh, exchangeCode, GrantRefused, renew, tokenReply } from "./tokens.ts";

/** How long the token endpoint takes, so that two calls can overlap. */
export type OAuthPace = { tokenDelayMs: number };

export function oauthRoutes(world: World, pace: OAuthPace): Hono {
  const app = new Hono();
  app.get("/connect/oauth2", (c) => {
    const wrong = wrongRequest(world, c);
    if (wrong) return c.html(refusalPage(wrong), 400);
    const companies = world.companies.specs().map((spec) => ({ realm: spec.realm, name: titleOf(spec), note: `Company ${spec.realm}` }));
    return c.html(consentPage("The app", (c.req.query("scope") ?? "").split(" ").filter(Boolean), companies), 200, {
      "cache-control": "no-store",
      "content-security-policy": "frame-ancestors 'none'",
    });
  });
  app.post("/connect/oauth2", async (c) => decide(world, c, await form(c)));
  app.post("/oauth2/v1/tokens/bearer", (c) => token(world, pace, c));
  app.post("/v2/oauth2/tokens/revoke", (c) => revoke(world, c));
  app.get("/v1/openid_connect/userinfo", (c) => userinfo(world, c));
  app.get("/op/v1/jwks", (c) => c.json(jwks()));
  return app;
}

function wrongRequest(world: World, c: Context): string | null {
  const { client_id, response_type, redirect_uri, scope } = c.req.query();
  if (client_id !== world.options.clientId) return "The app's client id is not known.";
  if (response_type !== "code") return "response_type must be code.";
  if (!scope) return "No scope was asked for.";
  if (redirect_uri === undefined || !URL.canParse(redirect_uri) || !/^https?:$/.test(new URL(redirect_uri).protocol))
    return "The redirect_uri is not one of the app's.";
  return null;
}

/** A company id comes to the app in this redirect and nowhere else. */
function decide(world: World, c: Context, fields: Record<string, string>): Response {
  const wrong = wrongRequest(world, c);
  if (wrong) return c.html(refusalPage(wrong), 400);
  const { redirect_uri = "", state, scope = "" } = c.req.query();
  const back = new URL(redirect_uri);
  if (fields["decision"] !== "allow") {
    back.searchParams.set("error", "access_denied");
  } else {
    const realm = fields["realmId"] ?? "";
    if (!world.companies.specs().some((spec) => spec.realm === realm)) return c.html(refusalPage("There is no such company."), 400);
    back.searchParams.set("code", world.chains.issueCode(realm, redirect_uri, scope));
  }
  if (state !== undefined) back.searchParams.set("state", state);
  if (fields["decision"] === "allow") back.searchParams.set("realmId", fields["realmId"] ?? "");
  return c.redirect(back.href, 302);
}

async function token(world: World, pace: OAuthPace, c: Context): Promise<Response> {
  const fields = await form(c);
  const grant = fields["grant_type"] ?? "";
  const owner = grant === "refresh_token" ? world.chains.byRefresh(fields["refresh_token"] ?? "") : undefined;
  const realm = owner?.realm ?? world.chains.findCode(fields["code"] ?? "")?.realm ?? "";
  const moment = { realm, target: "token" as const, method: "POST", operation: grant, entity: null, statement: null };
  const call = world.calls.open({ ...moment, at: world.clock.base() });
  const fault = world.faults.meet(moment);
  const reply = await spoiled(world, c, call, fault, () => granted(world, pace, c, fields, fault?.kind === "rotate" || fault?.kind === "rotate-lost"));
  call.status = reply.status;
  return stamped(world, reply);
}

async function granted(world: World, pace: OAuthPace, c: Context, fields: Record<string, string>, rotate: boolean): Promise<Response> {
  const now = () => world.clock.now("oauth");
  try {
    if (!isClient(world, c, fields)) throw new GrantRefused("invalid_client");
    const chain = await chainFor(world, pace, fields, rotate);
    const reply = tokenReply(world.chains, now(), chain, c.req.header("x-include-refresh-token-hard-expires-in") === "true");
    const withId = chain.scope.split(" ").includes("openid") ? { id_token: idToken(world.options.clientId, chain.realm, now()) } : {};
    return Response.json({ ...reply, ...withId }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (!(error instanceof GrantRefused)) throw error;
    return Response.json(error.body, { status: error.status });
  }
}

async function chainFor(world: World, pace: OAuthPace, fields: Record<string, string>, rotate: boolean): Promise<Chain> {
  const now = () => world.clock.now("oauth");
  if (fields["grant_type"] === "authorization_code") return exchangeCode(world.chains, now(), fields["code"] ?? "", fields["redirect_uri"]);
  if (fields["grant_type"] !== "refresh_token") throw new GrantRefused("unsupported_grant_type");
  const value = fields["refresh_token"] ?? "";
  const known = world.chains.byRefresh(value);
  const end = known ? beginRefresh(known) : () => undefined;
  try {
    const chain = admitRefresh(world.chains, now(), value);
    if (pace.tokenDelayMs > 0) await pause(pace.tokenDelayMs, world.closing);
    renew(world.chains, now(), chain, rotate);
    return chain;
  } finally {
    end();
  }
}

/** Either token ends both. JSON and form are taken alike. */
async function revoke(world: World, c: Context): Promise<Response> {
  const fields = await form(c);
  const value = fields["token"] ?? "";
  const chain = world.chains.byRefresh(value) ?? world.chains.byAccess(value)?.chain;
  const moment = { realm: chain?.realm ?? "", target: "revoke" as const, method: "POST", operation: "revoke", entity: null, statement: null };
  const call = world.calls.open({ ...moment, at: world.clock.base() });
  const answer = (): Promise<Response> => {
    if (!isClient(world, c, {})) return Promise.resolve(Response.json({ error: "invalid_client" }, { status: 401 }));
    if (!chain || chain.revoked) return Promise.resolve(Response.json({ error: "invalid_request", error_description: "Token is not valid" }, { status: 400 }));
    if (world.chains.settings(chain.realm).revokeScope === "company") world.chains.revokeRealm(chain.realm);
    else world.chains.revoke(chain);
    return Promise.resolve(new Response("", { status: 200 }));
  };
  const reply = await spoiled(world, c, call, world.faults.meet(moment), answer);
  call.status = reply.status;
  return stamped(world, reply);
}

async function userinfo(world: World, c: Context): Promise<Response> {
  const found = world.chains.byAccess((c.req.header("authorization") ?? "").replace(/^Bearer /i, ""));
  const moment = { realm: found?.chain.realm ?? "", target: "userinfo" as const, method: "GET", operation: "userinfo", entity: null, statement: null };
  const call = world.calls.open({ ...moment, at: world.clock.base() });
  const valid =
    found !== undefined && !found.chain.revoked && world.clock.now("oauth") < found.until && mannerOf(world, found.chain.realm).environment === "sandbox";
  const person = { sub: "2f1c6f2e-twin-4f0b-9a35-000000000001", email: "owner@example.com", emailVerified: true, givenName: "Robin", familyName: "Ridgeway" };
  const reply = await spoiled(world, c, call, world.faults.meet(moment), () =>
    Promise.resolve(valid ? Response.json(person) : Response.json({ error: "invalid_token" }, { status: 401 })),
  );
  call.status = reply.status;
  return stamped(world, reply);
}

/** Basic, or in the body: both are taken. */
function isClient(world: World, c: Context, fields: Record<string, string>): boolean {
  const basic = /^Basic (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const given = basic === undefined ? `${fields["client_id"] ?? ""}:${fields["client_secret"] ?? ""}` : Buffer.from(basic, "base64").toString("utf8");
  const [a, b] = [Buffer.from(given), Buffer.from(`${world.options.clientId}:${world.options.clientSecret}`)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function form(c: Context): Promise<Record<string, string>> {
  const text = await c.req.text();
  if ((c.req.header("content-type") ?? "").includes("json")) {
    const parsed = parseJson(text);
    return isObject(parsed) ? Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)])) : {};
  }
  return Object.fromEntries(new URLSearchParams(text));
}

function stamped(world: World, reply: Response): Response {
  if (reply !== RESPONSE_ALREADY_SENT) reply.headers.set("intuit_tid", world.tid());
  return reply;
}
