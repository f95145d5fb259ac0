import type { MiddlewareHandler } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import type { App } from "../context.ts";

/** What a 304 says besides: a browser holds it against the origin as well, and a client counts what is left of its budget. */
const KEPT = [...RETAINED_304_HEADERS, "access-control-allow-origin", "access-control-expose-headers", "ratelimit", "ratelimit-policy"];

const tagged = etag({ retainedHeaders: KEPT });

/**
 * Lets the caller's own cache keep an answer and ask whether it still stands: the ETag is made of what was answered, so
 * that a 304 is as true as the answer would have been. A failure is kept by nobody.
 */
export const revalidate: MiddlewareHandler<App> = (c, next) =>
  tagged(c, async () => {
    await next();
    if (!c.res.ok) return;
    c.res.headers.set("cache-control", "private, no-cache");
    // of two people at one browser, neither is asked with the other's
    c.res.headers.append("vary", "Authorization");
  });
