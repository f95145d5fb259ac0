import type { MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { type Answer, reserveKey, settleKey, stampOf } from "../../features/operations/idempotency.ts";
import { type App, ctx } from "../context.ts";

/**
 * Honours `Idempotency-Key`: the first request under a key is carried out, with a stamp in each of its writes; every other
 * one gets its answer. Bare and quoted keys are the same. Without the header nothing happens.
 */
export const idempotency: MiddlewareHandler<App> = async (c, next) => {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return next();
  const key = /^(?:"([\x21\x23-\x7e]{1,100})"|([\x21\x23-\x7e]{1,100}))$/
    .exec(header)
    ?.slice(1)
    .find((part) => part !== undefined);
  if (key === undefined) {
    throw new Problem("invalid_request", { errors: [{ pointer: "/idempotency-key", detail: "must be 1 to 100 printable characters without spaces" }] });
  }
  const own = ctx(c);
  const known = await reserveKey(own, key, `${c.req.method} ${c.req.url} ${await c.req.text()}`);
  if (known) return new Response(known.body, { status: known.status, headers: { "content-type": known.contentType, "idempotency-replayed": "true" } });
  const services = c.get("services");
  const stamp = stampOf(own, key);
  c.set("services", { ...services, dbAs: (userId, timeoutMs) => services.dbAs(userId, timeoutMs, userId === own.actor.userId ? stamp : undefined) });
  await next();
  const settled = (async () => settleKey(own, key, await answerOf(c.res.clone())))();
  // a stream is kept when it has ended; everything else before it leaves, so that a repeat finds it
  if (c.res.headers.get("content-type")?.startsWith("text/event-stream")) services.later(settled);
  else await settled.catch((error: unknown) => services.log("warn", "idempotency.not_settled", { error: error instanceof Error ? error.name : "unknown" }));
};

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, contentType: response.headers.get("content-type") ?? "application/json", body: await response.text() };
}
