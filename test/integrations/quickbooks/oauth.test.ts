/** Sending people to Intuit, and what comes of codes and tokens. */
import { describe, expect, it } from "vitest";
import { ACCESS, faultOf, REFRESH, SECRET, wired } from "./wire.ts";

describe("oauth", () => {
  const granted = `{"token_type":"bearer","access_token":"${ACCESS}","expires_in":3600,"refresh_token":"${REFRESH}","x_refresh_token_expires_in":8726400}`;
  const tokens = {
    accessToken: ACCESS,
    refreshToken: REFRESH,
    accessExpiresAt: new Date("2026-03-04T11:00:00Z"),
    refreshExpiresAt: new Date("2026-06-13T10:00:00Z"),
  };

  it("sends the person to Intuit with a state", () => {
    const url = new URL(wired({}).quickbooks.authorizeUrl({ state: "s t+&", redirectUri: "https://app.example/accounts/callback/quickbooks" }));
    expect(url.origin + url.pathname).toBe("https://appcenter.example/connect/oauth2");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "client",
      response_type: "code",
      scope: "com.intuit.quickbooks.accounting",
      redirect_uri: "https://app.example/accounts/callback/quickbooks",
      state: "s t+&",
    });
  });

  it("redeems a code and a refresh token", async () => {
    const { quickbooks, sent, calls } = wired({ body: granted });
    expect(await quickbooks.exchangeCode({ code: "c/1+", redirectUri: "https://app.example/cb" })).toEqual(tokens);
    expect(await quickbooks.refresh(REFRESH)).toEqual(tokens);
    expect(
      await Promise.all(
        sent.map(async (request) => [
          request.method,
          request.url,
          request.headers.get("authorization"),
          request.headers.get("content-type"),
          Object.fromEntries(new URLSearchParams(await request.text())),
        ]),
      ),
    ).toEqual([
      [
        "POST",
        "https://oauth.example/tokens/bearer",
        `Basic ${btoa(`client:${SECRET}`)}`,
        "application/x-www-form-urlencoded",
        { grant_type: "authorization_code", code: "c/1+", redirect_uri: "https://app.example/cb" },
      ],
      [
        "POST",
        "https://oauth.example/tokens/bearer",
        `Basic ${btoa(`client:${SECRET}`)}`,
        "application/x-www-form-urlencoded",
        { grant_type: "refresh_token", refresh_token: REFRESH },
      ],
    ]);
    expect(calls.map(({ operation }) => operation)).toEqual(["exchangeCode", "refresh"]);
  });

  it.each([
    [400, '{"error":"invalid_grant"}', "invalid_grant", "invalid_grant"],
    [400, '{"error":"invalid_grant","error_description":"Incorrect or invalid refresh token"}', "invalid_grant", "invalid_grant"],
    [401, '{"error":"invalid_client"}', "invalid_client", "invalid_client"],
    [400, '{"error":"unsupported_grant_type"}', "invalid", "unsupported_grant_type"],
    [429, "", "throttled", "http_429"],
    [503, "<html>", "unavailable", "http_503"],
    [200, "{}", "unavailable", "unexpected_reply"],
    [200, granted.replace(REFRESH, "a b"), "unavailable", "unexpected_reply"],
    [200, granted.replace("3600", "-1"), "unavailable", "unexpected_reply"],
  ])("refused with %i %s is %s", async (status, body, kind, code) => {
    expect(await faultOf({ status, body }, (quickbooks) => quickbooks.refresh(REFRESH))).toMatchObject({ kind, code, tid: "tid-1", operation: "refresh" });
  });

  it("revokes, and knows when there was nothing left to revoke", async () => {
    const { quickbooks, sent } = wired({});
    await quickbooks.revoke(REFRESH);
    expect([sent[0]?.url, sent[0]?.headers.get("content-type"), await sent[0]?.text()]).toEqual([
      "https://developer.example/tokens/revoke",
      "application/json",
      JSON.stringify({ token: REFRESH }),
    ]);
    const refused = (status: number) => faultOf({ status }, (qb) => qb.revoke(REFRESH));
    expect(await refused(400)).toMatchObject({ kind: "invalid_grant", code: "http_400", httpStatus: 400, tid: "tid-1" });
    expect(await refused(401)).toMatchObject({ kind: "unauthorized" });
    expect(await refused(500)).toMatchObject({ kind: "unavailable" });
  });
});
