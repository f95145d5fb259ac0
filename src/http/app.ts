import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { errorFields } from "../core/log.ts";
import { Problem } from "../core/errors.ts";
import { ended } from "../observe.ts";
import { OUTAGES } from "../core/outages.ts";
import { createServices } from "../runtime.ts";
import { addressOf } from "./address.ts";
import { type App, device } from "./context.ts";
import { describe } from "./document.ts";
import { problemResponse } from "./problem.ts";
import { createRouter } from "./router.ts";
import { accounts } from "./routes/accounts.ts";
import { apiKeys } from "./routes/api-keys.ts";
import { archive } from "./routes/archive.ts";
import { audit } from "./routes/audit.ts";
import { auth } from "./routes/auth.ts";
import { bankFiles } from "./routes/bank-files.ts";
import { insights } from "./routes/insights.ts";
import { meta } from "./routes/meta.ts";
import { ops } from "./routes/ops.ts";
import { profile } from "./routes/profile.ts";
import { reports } from "./routes/reports.ts";
import { syncs } from "./routes/syncs.ts";
import { transactions } from "./routes/transactions.ts";
import { webhooks } from "./routes/webhooks.ts";

/** The whole HTTP face: one request id, one log line, one shape of failure, and the routers. */
export function createApp(): OpenAPIHono<App> {
  const app = createRouter();
  app.use(prepare);
  app.use(securityHeaders);
  app.use(refusePlainHttp);
  app.use(crossOrigin);
  for (const router of [auth, profile, accounts, syncs, transactions, bankFiles, archive, reports, insights, apiKeys, audit, webhooks, ops])
    app.route("/", router);
  describe(app);
  app.route("/", meta(app));
  app.notFound((c) => problemResponse(c, unknownPath(app, c.req.method, c.req.path)));
  app.onError((error, c) => problemResponse(c, isBadJson(error) ? new Problem("invalid_request", { detail: "The body is not valid JSON." }) : error));
  return app;
}

const prepare: MiddlewareHandler<App> = async (c, next) => {
  const started = Date.now();
  const requestId = crypto.randomUUID();
  c.set("requestId", requestId);
  c.set("address", addressOf(c.req.raw));
  const wired = createServices(c.env, requestId, (work) =>
    c.executionCtx.waitUntil(work.catch((error: unknown) => services.log("error", "later.failed", errorFields(error)))),
  );
  const services = { ...wired, device: device(c) };
  // a read is not waited for longer than a read, however many statements it takes
  const { dbAs } = services;
  const brief: typeof dbAs = (userId, timeoutMs = OUTAGES.postgres.waitMs.read, stamp) => dbAs(userId, timeoutMs, stamp);
  c.set("services", c.req.method === "GET" ? { ...services, dbAs: brief } : services);
  await next();
  c.header("x-request-id", requestId);
  const actor = c.get("actor");
  const code = c.get("problem");
  const [method, route, status] = [c.req.method, c.req.routePath, c.res.status];
  ended(
    services,
    "info",
    { kind: "request", name: route, method, outcome: String(status), ...(code ? { code } : {}), ms: Date.now() - started },
    { method, route, status, ...(actor ? { userId: actor.userId, actor: actor.kind } : {}), ...(code ? { code } : {}) },
  );
};

const securityHeaders: MiddlewareHandler<App> = async (c, next) => {
  await next();
  const headers = c.res.headers;
  headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};

/** Where the API is reached by https, plain http is refused, not redirected: a credential was sent in the clear already. */
const refusePlainHttp: MiddlewareHandler<App> = (c, next) => {
  const isPlain = new URL(c.req.url).protocol === "http:" && c.get("services").config.API_URL.startsWith("https:");
  if (isPlain) throw new Problem("forbidden", { detail: "Use https." });
  return next();
};

/** Browser origins are allowed by exact name. No cookie exists, so no credentials are either. */
const crossOrigin: MiddlewareHandler<App> = (c, next) =>
  cors({
    origin: (origin) => (c.get("services").config.ALLOWED_ORIGINS.includes(origin) ? origin : null),
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "if-none-match", "totp-code"],
    exposeHeaders: ["etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id", "idempotency-replayed"],
    maxAge: 600,
  })(c, next);

/** 405 with the methods that exist, where only the method is unknown; else 404. */
function unknownPath(app: OpenAPIHono<App>, method: string, path: string): Problem {
  const allowed = app.routes
    .filter((route) => route.method !== "ALL" && route.method !== method && pattern(route.path).test(path))
    .map((route) => route.method);
  const unique = [...new Set(allowed)].sort();
  return unique.length === 0 ? new Problem("not_found", { detail: "There is nothing at this path." }) : new Problem("method_not_allowed", { allow: unique });
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z]+/g, "[^/]+")}$`);
}

/** What Hono throws when a body cannot be parsed. */
function isBadJson(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof HTTPException && error.status === 400);
}
