import { z } from "zod";
import type { CompanyGate } from "./objects/company-gate.ts";
import type { Turnstile } from "./objects/turnstile.ts";
import type { UserGate } from "./objects/user-gate.ts";

const base64Key = z.string().transform((text, c) => {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  if (bytes.length !== 32) c.addIssue({ code: "custom", message: "must be 32 bytes in base64" });
  return bytes;
});

/** `id:base64,id:base64` -> the first key seals, all of them open. */
const keyRing = z.string().transform((text, c) =>
  text.split(",").map((entry) => {
    const [id = "", key = ""] = entry.trim().split(":");
    const parsed = base64Key.safeParse(key);
    if (!/^[a-z0-9]{1,16}$/.test(id) || !parsed.success) c.addIssue({ code: "custom", message: "must be id:base64-of-32-bytes, separated by commas" });
    return { id, key: parsed.success ? parsed.data : new Uint8Array() };
  }),
);

/** Private EC P-256 keys as JWKs, `kid` in each: the first signs, all of them verify. */
const jwtKeys = z.string().transform((text, c) => {
  const parsed = z
    .array(z.looseObject({ kid: z.string(), kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string(), d: z.string() }))
    .min(1)
    .safeParse(json(text));
  if (!parsed.success) c.addIssue({ code: "custom", message: "must be a JSON array of EC P-256 private JWKs with kid" });
  return parsed.success ? parsed.data : [];
});

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);
const optional = z
  .string()
  .optional()
  .transform((text) => (text === "" ? undefined : text));

/** Every variable, once. `.dev.vars.example` and the table in the docs are made from this. */
export const Variables = z.object({
  ENVIRONMENT: z.enum(["development", "test", "staging", "production"]).describe("Which deployment this is"),
  API_URL: z.url().describe("Where this API is reached"),
  APP_URL: z.url().describe("Where links in mails lead: the frontend, or this API"),
  ALLOWED_ORIGINS: list.describe("Browser origins that may call, and hosts that may be returned to; separated by commas"),
  DATABASE_URL: z.string().min(1).describe("Connection string of the Worker's role"),
  DATABASE_HTTP_URL: optional.describe("Neon's HTTP endpoint, where it is not Neon's own"),
  UPSTASH_REDIS_REST_URL: z.url().describe("Upstash's REST endpoint"),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).describe("Its token"),
  QUICKBOOKS_AUTHORIZE_URL: z.url().describe("Intuit's consent page"),
  QUICKBOOKS_TOKEN_URL: z.url().describe("Intuit's token endpoint"),
  QUICKBOOKS_REVOKE_URL: z.url().describe("Intuit's revocation endpoint"),
  QUICKBOOKS_API_URL: z.url().describe("Intuit's API, without /v3"),
  QUICKBOOKS_CLIENT_ID: z.string().min(1).describe("Client id of the Intuit app"),
  QUICKBOOKS_CLIENT_SECRET: z.string().min(1).describe("Its secret"),
  QUICKBOOKS_WEBHOOK_TOKEN: z.string().min(1).describe("Verifier token of its webhooks"),
  XAI_BASE_URL: z.url().describe("xAI's API, with /v1"),
  XAI_API_KEY: optional.describe("xAI key; without one, answers come from templates"),
  XAI_MODEL: z.string().min(1).describe("Model id, pinned"),
  RESEND_BASE_URL: z.url().describe("Resend's API"),
  RESEND_API_KEY: z.string().min(1).describe("Its key"),
  MAIL_FROM: z.string().min(3).describe("Sender of mails"),
  JWT_KEYS: jwtKeys.describe("JSON array of EC P-256 private JWKs; the first signs, all verify"),
  SEALING_KEYS: keyRing.describe("id:base64(32 bytes), separated by commas; the first seals, all open"),
  LINK_SIGNING_KEY: base64Key.describe("base64 of 32 bytes: signs cursors, links and the MACs of what we issue"),
  METRICS_TOKEN: z.string().min(16).describe("Bearer token of /metrics"),
  OPS_TOKEN: z.string().min(16).describe("Bearer token of /ops"),
  SENTRY_DSN: optional.describe("Where errors are reported; empty for nowhere"),
});
export type Config = z.output<typeof Variables>;

/** What the platform binds. Names as in wrangler.toml. */
export type Bindings = {
  USER_GATE: DurableObjectNamespace<UserGate>;
  TURNSTILE: DurableObjectNamespace<Turnstile>;
  COMPANY_GATE: DurableObjectNamespace<CompanyGate>;
  SYNC_QUEUE: Queue;
  WORK_QUEUE: Queue;
  FILES: R2Bucket;
  ASSETS: Fetcher;
};
export type Env = Bindings & Record<string, unknown>;

/**
 * The configuration, or an error that names every missing or malformed variable and prints no value.
 * Parsed once per isolate: the platform hands the same object to every request.
 */
export function readConfig(env: Env): Config {
  const known = parsed.get(env);
  if (known) return known;
  const result = Variables.safeParse(env);
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code === "invalid_type" ? "missing or not text" : issue.message}`);
    throw new Error(`FinHelm cannot start. Set these variables: ${[...new Set(wrong)].join("; ")}`);
  }
  parsed.set(env, result.data);
  return result.data;
}

const parsed = new WeakMap<object, Config>();

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
