import { type Config, type Env, readConfig } from "../../src/env.ts";

/** What the twin of a world knows its application by. */
export const QUICKBOOKS = { url: "http://quickbooks.test", clientId: "simulated-client", clientSecret: "simulated-secret", webhookToken: "simulated-webhooks" };

/** The configuration of a simulated process: only its database is real, and what it seals is the same in every run. */
export function configOf(databaseUrl: string, httpUrl: string): Config {
  const key = Buffer.alloc(32, 7).toString("base64");
  const jwk = { kid: "simulated", kty: "EC", crv: "P-256", x: "x", y: "y", d: "d" };
  const vars = {
    ENVIRONMENT: "test",
    API_URL: "https://api.finhelm.test",
    APP_URL: "https://app.finhelm.test",
    ALLOWED_ORIGINS: "https://app.finhelm.test",
    DATABASE_URL: databaseUrl,
    DATABASE_HTTP_URL: httpUrl,
    UPSTASH_REDIS_REST_URL: "http://redis.test",
    UPSTASH_REDIS_REST_TOKEN: "simulated",
    QUICKBOOKS_AUTHORIZE_URL: `${QUICKBOOKS.url}/connect/oauth2`,
    QUICKBOOKS_TOKEN_URL: `${QUICKBOOKS.url}/oauth2/v1/tokens/bearer`,
    QUICKBOOKS_REVOKE_URL: `${QUICKBOOKS.url}/v2/oauth2/tokens/revoke`,
    QUICKBOOKS_API_URL: QUICKBOOKS.url,
    QUICKBOOKS_CLIENT_ID: QUICKBOOKS.clientId,
    QUICKBOOKS_CLIENT_SECRET: QUICKBOOKS.clientSecret,
    QUICKBOOKS_WEBHOOK_TOKEN: QUICKBOOKS.webhookToken,
    XAI_BASE_URL: "http://grok.test/v1",
    XAI_MODEL: "simulated",
    RESEND_BASE_URL: "http://mail.test",
    RESEND_API_KEY: "simulated",
    MAIL_FROM: "FinHelm <hello@finhelm.test>",
    JWT_KEYS: JSON.stringify([jwk]),
    SEALING_KEYS: `k1:${key}`,
    LINK_SIGNING_KEY: key,
    METRICS_TOKEN: "simulated-metrics-token",
    OPS_TOKEN: "simulated-operators-token",
  };
  return readConfig(vars as unknown as Env);
}
