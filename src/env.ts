import { z } from "zod";
import type { CompanyGate } from "./objects/company-gate.ts";
import type { Turnstile } from "./objects/turnstile.ts";
import type { UserGate } from "./objects/user-gate.ts";

const base64Key = z.string().transform((text, c) => {
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : new Uint8Array();
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

const dsn = optional.pipe(z.url().optional());

/** A variable's place in the documents: where its value comes from, and what it looks like. */
export type Described = { description: string; secret: boolean; example: string };

/** What may stand in the open in `wrangler.toml`. */
const open = <T extends z.ZodType>(schema: T, description: string, example: string): T => schema.meta({ description, secret: false, example });
/** What only `wrangler secret put` ever sees; the example says how it is made. */
const secret = <T extends z.ZodType>(schema: T, description: string, example = ""): T => schema.meta({ description, secret: true, example });

const RANDOM_KEY = "openssl rand -base64 32";
const RANDOM_TOKEN = "openssl rand -hex 24";

/** Every variable, once. `.dev.vars.example` and the table in `docs/configuration.md` are made from this (`npm run configuration`). */
export const Variables = z.object({
  ENVIRONMENT: open(z.enum(["development", "test", "staging", "production"]), "Which deployment this is", "development"),
  RELEASE: open(optional, "Which build this is: named in errors; set by the deployment", ""),
  API_URL: open(z.url(), "Where this API is reached", "https://api.example.com"),
  APP_URL: open(z.url(), "Where links in mails lead: the frontend, or this API", "https://app.example.com"),
  ALLOWED_ORIGINS: open(list, "Browser origins that may call, and hosts that may be returned to; separated by commas", "https://app.example.com"),
  DATABASE_URL: secret(
    z.string().min(1),
    "Connection string of the Worker's role, which owns nothing",
    "postgres://finhelm_worker:PASSWORD@HOST/finhelm?sslmode=require",
  ),
  DATABASE_HTTP_URL: open(optional, "Neon's HTTP endpoint, where it is not Neon's own; empty in production", ""),
  UPSTASH_REDIS_REST_URL: open(z.url(), "Upstash's REST endpoint", "https://NAME.upstash.io"),
  UPSTASH_REDIS_REST_TOKEN: secret(z.string().min(1), "Its token", "from Upstash's console"),
  QUICKBOOKS_AUTHORIZE_URL: open(z.url(), "Intuit's consent page", "https://appcenter.intuit.com/connect/oauth2"),
  QUICKBOOKS_TOKEN_URL: open(z.url(), "Intuit's token endpoint", "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
  QUICKBOOKS_REVOKE_URL: open(z.url(), "Intuit's revocation endpoint", "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"),
  QUICKBOOKS_API_URL: open(z.url(), "Intuit's API, without /v3", "https://quickbooks.api.intuit.com"),
  QUICKBOOKS_CLIENT_ID: secret(z.string().min(1), "Client id of the Intuit app", "from Intuit's developer portal"),
  QUICKBOOKS_CLIENT_SECRET: secret(z.string().min(1), "Its secret", "from Intuit's developer portal"),
  QUICKBOOKS_WEBHOOK_TOKEN: secret(z.string().min(1), "Verifier token of its webhooks", "from Intuit's developer portal"),
  XAI_BASE_URL: open(z.url(), "xAI's API, with /v1", "https://api.x.ai/v1"),
  XAI_API_KEY: secret(optional, "xAI key; without one, answers come from templates", "from xAI's console"),
  XAI_MODEL: open(z.string().min(1), "Model id, pinned", "grok-4.3"),
  RESEND_BASE_URL: open(z.url(), "Resend's API", "https://api.resend.com"),
  RESEND_API_KEY: secret(z.string().min(1), "Its key", "from Resend's console"),
  MAIL_FROM: open(z.string().min(3), "Sender of mails", "FinHelm <hello@example.com>"),
  JWT_KEYS: secret(jwtKeys, "JSON array of EC P-256 private JWKs; the first signs, all verify", "npm run --silent secrets -- JWT_KEYS"),
  SEALING_KEYS: secret(keyRing, "id:base64(32 bytes), separated by commas; the first seals, all open", "npm run --silent secrets -- SEALING_KEYS"),
  LINK_SIGNING_KEY: secret(base64Key, "base64 of 32 bytes: signs cursors, links and the MACs of what we issue", RANDOM_KEY),
  USER_UNITS_PER_MINUTE: open(
    z.coerce.number().int().min(60).default(600),
    "What a user may spend a minute, a fifth of it at once: a read costs 1, a write 2, a report 10, a question 20",
    "600",
  ),
  METRICS_TOKEN: secret(z.string().min(16), "Bearer token of /metrics", RANDOM_TOKEN),
  OPS_TOKEN: secret(z.string().min(16), "Bearer token of /ops", RANDOM_TOKEN),
  SENTRY_DSN: secret(dsn, "Where errors are reported; empty for nowhere", "from Sentry's project settings"),
});
export type Config = z.output<typeof Variables>;

/** What the platform binds. Names as in wrangler.toml. */
export type Bindings = {
  USER_GATE: DurableObjectNamespace<UserGate>;
  TURNSTILE: DurableObjectNamespace<Turnstile>;
  COMPANY_GATE: DurableObjectNamespace<CompanyGate>;
  SYNC_QUEUE: Queue;
  WORK_QUEUE: Queue;
  DETECT_QUEUE: Queue;
  FILES: R2Bucket;
  ASSETS: Fetcher;
  /** Absent where nothing is measured. */
  METRICS?: AnalyticsEngineDataset;
};
export type Env = Bindings & Record<string, unknown>;

/** Names what is missing or malformed, and shows no value: safe in a log. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/**
 * The configuration, or an error that names every missing or malformed variable and prints no value.
 * Parsed once per isolate: the platform hands the same object to every request.
 */
export function readConfig(env: Env): Config {
  const known = parsed.get(env);
  if (known) return known;
  const result = Variables.safeParse(env);
  if (!result.success) {
    const wrong = result.error.issues.map(({ path: [name = ""], message }) => `${String(name)} (${env[String(name)] === undefined ? "missing" : message})`);
    throw new ConfigurationError(`FinHelm cannot start. Set these variables: ${[...new Set(wrong)].join("; ")}`);
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
