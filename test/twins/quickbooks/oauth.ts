import { describe, expect } from "vitest";
import {
  APP,
  behaviour,
  call,
  company,
  connected,
  consent,
  intuit,
  nodeQuickbooks,
  on,
  promised,
  REDIRECT,
  refused,
  SAMPLE,
  text,
  type Tokens,
} from "./harness.ts";

const DAY = 86_400_000;
const basic = `Basic ${Buffer.from(`${APP.clientId}:${APP.clientSecret}`).toString("base64")}`;

async function tokenCall(fields: Record<string, string>, headers: Record<string, string> = { authorization: basic }) {
  const reply = await fetch(`${on().base}/oauth2/v1/tokens/bearer`, { method: "POST", headers, body: new URLSearchParams(fields) });
  return { status: reply.status, text: await reply.text(), headers: reply.headers };
}

const refresh = async (token: string) => {
  const { status, text } = await tokenCall({ grant_type: "refresh_token", refresh_token: token });
  return { status, body: JSON.parse(text) as Tokens & { error?: string; error_description?: string } };
};

export function oauth(): void {
  describe("OAuth", () => {
    consenting();
    exchanging();
    refreshing();
    concurrent();
    revoking();
  });
}

function consenting(): void {
  behaviour("8.oauth.consent", "assumption", "shows the companies, Connect and Refuse, and allows no frame", async () => {
    const page = await fetch(intuit().authorizeUri({ scope: ["com.intuit.quickbooks.accounting"], state: "x" }));
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(html).toContain("Ridgeway Design Studio");
    expect(html).toContain("Gateshead Council 2019");
    expect(html).toMatch(/<input type="radio" name="realmId" value="9130350000000001"/);
  });
  behaviour("8.oauth.realm-in-redirect", ["Intuit's page", "captured traffic"], "gives realmId in the redirect and never in the token reply", async () => {
    const back = new URL(await consent(SAMPLE, "allow", "my state"));
    expect(back.searchParams.get("realmId")).toBe(SAMPLE);
    expect(back.searchParams.get("state")).toBe("my state");
    const { text } = await tokenCall({ grant_type: "authorization_code", code: back.searchParams.get("code") ?? "", redirect_uri: REDIRECT });
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(["access_token", "expires_in", "refresh_token", "token_type", "x_refresh_token_expires_in"]);
  });
  behaviour("8.oauth.denial", "assumption", "sends access_denied and the state when the person refuses", async () => {
    const back = new URL(await consent(SAMPLE, "deny", "s1"));
    expect(Object.fromEntries(back.searchParams)).toEqual({ error: "access_denied", state: "s1" });
  });
  behaviour("8.oauth.client-id", "Intuit's page", "refuses an unknown client id on the page itself", async () => {
    const reply = await fetch(`${on().base}/connect/oauth2?client_id=other&response_type=code&scope=x&redirect_uri=${encodeURIComponent(REDIRECT)}`, {
      redirect: "manual",
    });
    expect(reply.status).toBe(400);
  });
}

function exchanging(): void {
  behaviour("8.oauth.code-single-use", "Intuit's page", "takes a code once", async () => {
    const back = await consent(SAMPLE);
    await intuit().createToken(back);
    const error = await refused(intuit().createToken(back));
    expect(`${text(error["error"])} ${text(error["message"])}`).toContain("invalid_grant");
  });
  behaviour("8.oauth.code-short-lived", "assumption", "lets a code expire, and binds it to its redirect_uri", async () => {
    const code = new URL(await consent(SAMPLE)).searchParams.get("code") ?? "";
    const other = await tokenCall({ grant_type: "authorization_code", code, redirect_uri: "http://localhost:9/other" });
    expect([other.status, other.text]).toEqual([400, '{"error":"invalid_grant","error_description":"Invalid authorization code"}']);
    const late = new URL(await consent(SAMPLE)).searchParams.get("code") ?? "";
    on().twin.control.moveClock({ scope: "oauth", advanceMs: 301_000 });
    expect((await tokenCall({ grant_type: "authorization_code", code: late, redirect_uri: REDIRECT })).status).toBe(400);
  });
  behaviour("8.oauth.secrets", ["Intuit's page", "captured traffic"], "takes the secret by Basic and in the body", async () => {
    for (const headers of [{ authorization: basic }, {}]) {
      const code = new URL(await consent(SAMPLE)).searchParams.get("code") ?? "";
      const secret: Record<string, string> = "authorization" in headers ? {} : { client_id: APP.clientId, client_secret: APP.clientSecret };
      expect((await tokenCall({ grant_type: "authorization_code", code, redirect_uri: REDIRECT, ...secret }, headers)).status).toBe(200);
    }
  });
  behaviour(
    "1.5.invalid-client",
    ["Intuit's page", "captured traffic"],
    "answers 401 invalid_client to wrong keys, 400 invalid_grant to a bogus code",
    async () => {
      const wrong = await tokenCall({ grant_type: "authorization_code", code: "x", redirect_uri: REDIRECT }, { authorization: `Basic ${btoa("a:b")}` });
      expect([wrong.status, wrong.text]).toEqual([401, '{"error":"invalid_client"}']);
      const bogus = await tokenCall({ grant_type: "authorization_code", code: "x", redirect_uri: REDIRECT });
      expect([bogus.status, bogus.text]).toEqual([400, '{"error":"invalid_grant","error_description":"Invalid authorization code"}']);
      expect(bogus.headers.get("intuit_tid")).toMatch(/^1-/);
    },
  );
  behaviour("1.3.sizes", "Intuit's page", "keeps tokens within 4096 and 512 characters, an hour and 101 days", async () => {
    const token = (await connected(SAMPLE)).getToken();
    expect(token.access_token.length).toBeLessThanOrEqual(4096);
    expect(token.refresh_token.length).toBeLessThanOrEqual(512);
    expect([token.expires_in, token.x_refresh_token_expires_in]).toEqual([3600, 8_726_400]);
  });
  behaviour("1.3.hard-expiry", ["Intuit's page", "captured traffic"], "adds the hard expiry when a header asks for it", async () => {
    const { refresh_token } = on().twin.control.connect(SAMPLE);
    const { text } = await tokenCall(
      { grant_type: "refresh_token", refresh_token },
      { authorization: basic, "x-include-refresh-token-hard-expires-in": "true" },
    );
    expect((JSON.parse(text) as Record<string, number>)["x_refresh_token_hard_expires_in"]).toBeLessThanOrEqual(157_680_000);
  });
  behaviour("1.2.openid", "seen with the real client", "gives an id_token that quickbooks-node-promise's key set verifies, and userinfo", async () => {
    const { access_token, refresh_token } = on().twin.control.connect(SAMPLE, "openid com.intuit.quickbooks.accounting");
    const { text } = await tokenCall({ grant_type: "refresh_token", refresh_token });
    expect((JSON.parse(text) as Record<string, string>)["id_token"]?.split(".")).toHaveLength(3);
    const info = await nodeQuickbooks(SAMPLE, { access_token, refresh_token }).ask("getUserInfo");
    expect(info["email"]).toBe("owner@example.com");
  });
}

function refreshing(): void {
  behaviour("8.oauth.access-3600", "Intuit's page", "ends an access token after an hour with 401 and 3200", async () => {
    const { control } = on().twin;
    const { access_token } = control.connect(SAMPLE);
    expect((await call(SAMPLE, `companyinfo/${SAMPLE}`, { token: access_token })).status).toBe(200);
    control.expireAccess(SAMPLE);
    const late = await call(SAMPLE, `companyinfo/${SAMPLE}`, { token: access_token });
    expect([late.status, late.json.fault?.error[0]?.code]).toEqual([401, "3200"]);
  });
  behaviour("8.oauth.rotation-24h", "Intuit's page", "gives the same refresh token within a day and another after it; the old one is dead", async () => {
    const realm = company({ template: "empty" });
    const first = on().twin.control.connect(realm).refresh_token;
    expect((await refresh(first)).body.refresh_token).toBe(first);
    on().twin.control.moveClock({ scope: "oauth", advanceMs: DAY });
    const second = (await refresh(first)).body.refresh_token;
    expect(second).not.toBe(first);
    const dead = await refresh(first);
    expect([dead.status, dead.body.error]).toEqual([400, "invalid_grant"]);
    expect((await refresh(second)).status).toBe(200);
  });
  behaviour("8.oauth.idle-101d", "Intuit's page", "lets a refresh token die that nobody used for 101 days; each use starts anew", async () => {
    const realm = company({ template: "empty" });
    let token = on().twin.control.connect(realm).refresh_token;
    for (const days of [100, 100]) {
      on().twin.control.moveClock({ scope: "oauth", advanceMs: days * DAY });
      const next = await refresh(token);
      expect(next.status).toBe(200);
      token = next.body.refresh_token;
    }
    on().twin.control.moveClock({ scope: "oauth", advanceMs: 102 * DAY });
    expect((await refresh(token)).body).toEqual({ error: "invalid_grant", error_description: "Incorrect or invalid refresh token" });
  });
  behaviour("1.4.hard-limit", "Intuit's page", "ends a chain after five years however often it is used", async () => {
    const realm = company({ template: "empty" });
    on().twin.control.configureOAuth({ realm, hardSeconds: 10 * 86_400 });
    const token = on().twin.control.connect(realm).refresh_token;
    on().twin.control.moveClock({ scope: "oauth", advanceMs: 11 * DAY });
    expect((await refresh(token)).status).toBe(400);
  });
  behaviour("8.oauth.clients-refresh", "seen with the real client", "refreshes intuit-oauth, node-quickbooks and quickbooks-node-promise", async () => {
    const realm = company({ template: "empty" });
    const client = await connected(realm);
    const before = client.getToken().access_token;
    await client.refresh();
    expect(client.getToken().access_token).not.toBe(before);
    const node = nodeQuickbooks(realm);
    expect((await node.ask("refreshAccessToken"))["token_type"]).toBe("bearer");
    const third = await promised(realm);
    expect((await third.refreshAccessToken()).access_token).toBeTruthy();
  });
}

function concurrent(): void {
  behaviour("8.oauth.concurrent-overlap", "Intuit's page", "revokes the chain when two refreshes overlap and the mode is on", async () => {
    const realm = company({ template: "empty" });
    on().twin.control.configureOAuth({ realm, concurrentRefreshRevokes: true, tokenDelayMs: 50 });
    const { refresh_token } = on().twin.control.connect(realm);
    const both = await Promise.all([refresh(refresh_token), refresh(refresh_token)]);
    on().twin.control.configureOAuth({ tokenDelayMs: 0 });
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    const winner = both.find(({ status }) => status === 200)?.body;
    expect((await refresh(winner?.refresh_token ?? "")).status).toBe(400);
    expect((await call(realm, `companyinfo/${realm}`, { token: winner?.access_token })).status).toBe(401);
  });
  behaviour("8.oauth.reuse-revokes", "Intuit's page", "revokes the chain when a superseded token is used and the mode is on", async () => {
    const realm = company({ template: "empty" });
    on().twin.control.configureOAuth({ realm, concurrentRefreshRevokes: true, rotateEveryMs: 0 });
    const { refresh_token } = on().twin.control.connect(realm);
    const second = (await refresh(refresh_token)).body.refresh_token;
    expect((await refresh(refresh_token)).status).toBe(400);
    expect((await refresh(second)).status).toBe(400);
    expect(on().twin.control.connections(realm)[0]).toMatchObject({ revoked: true, reused: 1 });
  });
  behaviour("1.6.window", "assumption", "can take two refreshes within a window for two at once", async () => {
    const realm = company({ template: "empty" });
    on().twin.control.configureOAuth({ realm, concurrentRefreshRevokes: true, concurrentWindowMs: 5000 });
    const { refresh_token } = on().twin.control.connect(realm);
    expect((await refresh(refresh_token)).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(400);
  });
  behaviour("1.6.lost-reply", "captured traffic", "rotates and loses the reply: the caller's token is dead", async () => {
    const realm = company({ template: "empty" });
    const { refresh_token } = on().twin.control.connect(realm);
    on().twin.control.addFault({ match: { realm, target: "token" }, fault: { kind: "rotate-lost" } });
    await expect(refresh(refresh_token)).rejects.toThrow();
    expect((await refresh(refresh_token)).body.error).toBe("invalid_grant");
  });
  behaviour("1.5.retry", "seen with the real client", "answers 503 twice and then well: intuit-oauth retries its token calls", async () => {
    const realm = company({ template: "empty" });
    const client = await connected(realm);
    on().twin.control.addFault({ match: { realm, target: "token" }, times: 2, fault: { kind: "status", status: 503 } });
    await client.refresh();
    expect(
      on()
        .twin.control.calls({ realm, target: "token" })
        .map(({ status }) => status),
    ).toEqual([200, 503, 503, 200]);
  });
}

function revoking(): void {
  behaviour("8.oauth.revoke-json", "seen with the real client", "revokes by JSON (intuit-oauth, access token): both tokens die", async () => {
    const realm = company({ template: "empty" });
    const client = await connected(realm);
    const { access_token, refresh_token } = client.getToken();
    await client.revoke();
    expect((await call(realm, `companyinfo/${realm}`, { token: access_token })).status).toBe(401);
    expect((await refresh(refresh_token)).status).toBe(400);
  });
  behaviour(
    "8.oauth.revoke-form",
    "seen with the real client",
    "revokes by form (node-quickbooks, quickbooks-node-promise): 200 and an empty body",
    async () => {
      const realm = company({ template: "empty" });
      const node = nodeQuickbooks(realm);
      const { client } = node;
      expect((await node.ask("revokeAccess", true))["status"]).toBe(200);
      expect((client as unknown as { token: unknown }).token).toBeNull();
      await (await promised(realm)).revokeAccess(true);
      expect(
        on()
          .twin.control.connections(realm)
          .every(({ revoked }) => revoked),
      ).toBe(true);
    },
  );
  behaviour("1.7.revoke-invalid", "Intuit's page", "answers 400 to the revoking of what is no token", async () => {
    const reply = await fetch(`${on().base}/v2/oauth2/tokens/revoke`, {
      method: "POST",
      headers: { authorization: basic, "content-type": "application/json" },
      body: '{"token":"nothing"}',
    });
    expect(reply.status).toBe(400);
  });
  behaviour("1.7.user-disconnects", "Intuit's page", "answers 401 and invalid_grant once the person disconnected in QuickBooks", async () => {
    const realm = company({ template: "empty" });
    const { access_token, refresh_token } = on().twin.control.connect(realm);
    on().twin.control.disconnect(realm);
    expect((await call(realm, `companyinfo/${realm}`, { token: access_token })).status).toBe(401);
    expect((await refresh(refresh_token)).body.error).toBe("invalid_grant");
  });
  behaviour("8.oauth.wrong-env", ["Intuit's page", "captured traffic"], "answers 403 and 3100 to the keys of the other environment", async () => {
    const realm = company({ template: "empty" });
    on().twin.control.changeCompany(realm, { environment: "production" });
    const error = await refused((await connected(realm)).makeApiCall({ url: `${on().base}/v3/company/${realm}/companyinfo/${realm}` }));
    expect(JSON.stringify(error)).toContain("403");
    expect((await call(realm, `companyinfo/${realm}`)).json.fault?.error[0]?.code).toBe("3100");
  });
}
