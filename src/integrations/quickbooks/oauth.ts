/** Intuit's OAuth 2: where to send the person, and what to do with the code and the tokens that come of it. */
import { z } from "zod";
import { QuickBooksFault } from "./faults.ts";
import type { Send } from "./call.ts";

/** Read and write: Intuit has no scope that only reads the books. */
const SCOPE = "com.intuit.quickbooks.accounting";

/** Store both before using either: the refresh token may be a new one, and then the former is dead. */
export type Tokens = { accessToken: string; refreshToken: string; accessExpiresAt: Date; refreshExpiresAt: Date };

export type OAuthOptions = { authorizeUrl: string; tokenUrl: string; revokeUrl: string; clientId: string; clientSecret: string; now: () => Date };

/** Tokens are limited to what Intuit documents and a header can carry. */
const Token = (max: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(max);
const Seconds = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number);
const TokenReply = z.object({ access_token: Token(4096), refresh_token: Token(512), expires_in: Seconds, x_refresh_token_expires_in: Seconds });

export type OAuth = {
  /** The address to send the person to. `state` must come back unchanged; Intuit adds `code` and `realmId`. */
  authorizeUrl(request: { state: string; redirectUri: string }): string;
  /** Redeems a code, once: a code sent twice may cost the tokens of the first. */
  exchangeCode(grant: { code: string; redirectUri: string }): Promise<Tokens>;
  /** New tokens. Never two at once for one connection: Intuit may revoke both. After `unavailable` the token may be spent. */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends our access to the company. `invalid_grant` means that it had ended already. */
  revoke(token: string): Promise<void>;
};

export function createOAuth(options: OAuthOptions, send: Send): OAuth {
  const authorization = `Basic ${btoa(`${options.clientId}:${options.clientSecret}`)}`;

  async function grant(operation: string, form: Record<string, string>): Promise<Tokens> {
    const asked = options.now().getTime();
    const headers = { authorization, accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    const { body, at } = await send(operation, options.tokenUrl, { method: "POST", headers, body: new URLSearchParams(form).toString() });
    const reply = TokenReply.safeParse(body);
    if (!reply.success) throw new QuickBooksFault("unavailable", "unexpected_reply", at);
    const after = (seconds: number): Date => new Date(asked + seconds * 1000);
    const { access_token, refresh_token, expires_in, x_refresh_token_expires_in } = reply.data;
    return { accessToken: access_token, refreshToken: refresh_token, accessExpiresAt: after(expires_in), refreshExpiresAt: after(x_refresh_token_expires_in) };
  }

  return {
    authorizeUrl({ state, redirectUri }) {
      const url = new URL(options.authorizeUrl);
      const query = { client_id: options.clientId, response_type: "code", scope: SCOPE, redirect_uri: redirectUri, state };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },
    exchangeCode: ({ code, redirectUri }) => grant("exchangeCode", { grant_type: "authorization_code", code, redirect_uri: redirectUri }),
    refresh: (refreshToken) => grant("refresh", { grant_type: "refresh_token", refresh_token: refreshToken }),
    async revoke(token) {
      const headers = { authorization, accept: "application/json", "content-type": "application/json" };
      await send("revoke", options.revokeUrl, { method: "POST", headers, body: JSON.stringify({ token }) }).catch((error: unknown) => {
        throw error instanceof QuickBooksFault && error.httpStatus === 400 ? new QuickBooksFault("invalid_grant", error.code, error) : error;
      });
    },
  };
}
