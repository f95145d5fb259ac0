import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Scope } from "../core/actor.ts";
import type { ProblemCode } from "../core/errors.ts";
import type { App } from "./context.ts";
import { admit, admitAddress, type Budget, type OpenBudget } from "./guards/admit.ts";
import { allow, present } from "./guards/allow.ts";
import { authenticate } from "./guards/authenticate.ts";
import { idempotency } from "./guards/idempotency.ts";
import { limitBody } from "./guards/limit-body.ts";
import { revalidate } from "./guards/revalidate.ts";
import { problemResponses } from "./problem.ts";

/**
 * Who may call: anyone (with a limit per address), or a credential with a scope (with the user's budget). What cannot be
 * taken back is `sensitive`: a person with a second factor gives a code of it in the header `TOTP-Code`.
 */
export type Access = { public: OpenBudget } | { scope: Scope; limit: Budget; sensitive?: true };

type Declaration = Omit<RouteConfig, "middleware" | "security" | "operationId"> & {
  operationId: string;
  access: Access;
  /** Anticipated failures beyond those that the guards and the validation bring. */
  fails?: readonly ProblemCode[];
  /** The feature answers a repeated Idempotency-Key itself, so the guard stays out of its way. */
  ownIdempotency?: true;
  /** A list or a report: it carries an ETag, and whoever has it already is told so. The rest is kept by nobody. */
  revalidated?: true;
  /** Bytes; 256 KiB unless the route says more. */
  bodyLimit?: number;
};

const IdempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({ description: "The same key and body get the first answer again, for 24 hours.", example: "5b4c1f0e-order-17" }),
});

const RevalidationHeader = z.object({
  "if-none-match": z
    .string()
    .optional()
    .openapi({ description: "The ETag of the answer that you have: 304 says that it still stands.", example: '"9f86d081884c7d65"' }),
});
const ETAG = { etag: { description: "Names this answer; send it in If-None-Match", schema: { type: "string" } } } as const;

const DEFAULT_BODY_LIMIT = 256 * 1024;

/**
 * Declares a route. `access` is required, and both the guards that run and the security that the document promises are
 * derived from it, so they cannot disagree. Guards run before validation: a stranger never learns our schemas.
 */
export function route<P extends string, const D extends Declaration & { path: P }>(declaration: D): D {
  const { access, fails = [], ownIdempotency, revalidated, bodyLimit = DEFAULT_BODY_LIMIT, ...config } = declaration;
  const body = config.request?.body;
  if (body && body.required !== true) throw new Error(`${config.operationId}: a body must be required, or it is not validated`);
  const guarded = "scope" in access;
  const isPost = config.method === "post" && !config.path.startsWith("/auth/");
  const codes: ProblemCode[] = [
    ...(guarded ? (["unauthenticated", "forbidden"] as const) : []),
    "rate_limited",
    "internal",
    "unavailable",
    ...(config.request ? (["invalid_request"] as const) : []),
    ...(body ? (["too_large", "unsupported_media_type"] as const) : []),
    ...(guarded && isPost ? (["key_reused", "conflict"] as const) : []),
    ...(guarded && access.sensitive ? (["code_required"] as const) : []),
    ...fails,
  ];
  const before: MiddlewareHandler<App>[] = guarded ? [authenticate, admit(access.limit), allow(access.scope)] : [admitAddress(access.public)];
  const after: MiddlewareHandler<App>[] = [
    ...(guarded && isPost && !ownIdempotency ? [idempotency] : []),
    ...(guarded && access.sensitive ? [present] : []),
    ...(revalidated ? [revalidate] : []),
  ];
  const headers = guarded && isPost ? IdempotencyHeader : revalidated ? RevalidationHeader : undefined;
  const built = createRoute({
    ...config,
    security: guarded ? [{ bearer: [access.scope] }] : [],
    middleware: [...before, limitBody(bodyLimit, body ? Object.keys(body.content) : []), ...after],
    request: headers ? { ...config.request, headers } : config.request,
    responses: {
      ...config.responses,
      ...(revalidated ? { 200: { ...config.responses[200], headers: ETAG }, 304: { description: "What you have still stands" } } : {}),
      ...problemResponses([...new Set(codes)]),
    },
  } as RouteConfig);
  // only documentation and middleware are added: the request and success shapes are the caller's
  return built as unknown as D;
}
