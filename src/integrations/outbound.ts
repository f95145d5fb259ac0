import type { Config } from "../env.ts";

/**
 * The one way out of the Worker. Only hosts that the configuration names are reached, whatever address is asked for, and a
 * redirect is an answer that nobody follows: nothing that a user or a provider says leads anywhere else.
 */
export function createOutbound(config: Config): typeof fetch {
  const { QUICKBOOKS_TOKEN_URL, QUICKBOOKS_REVOKE_URL, QUICKBOOKS_API_URL, XAI_BASE_URL, RESEND_BASE_URL, SENTRY_DSN } = config;
  const named = [QUICKBOOKS_TOKEN_URL, QUICKBOOKS_REVOKE_URL, QUICKBOOKS_API_URL, XAI_BASE_URL, RESEND_BASE_URL, ...(SENTRY_DSN ? [SENTRY_DSN] : [])];
  const origins = new Set(named.map((url) => new URL(url).origin));
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!origins.has(url.origin) || url.username !== "" || url.password !== "") throw new Error("an address that the configuration does not name");
    return fetch(input, { ...init, redirect: "manual" });
  };
}
