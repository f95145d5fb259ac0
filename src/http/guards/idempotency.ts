import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { type Answer, reserveKey, sealAnswer, settleKey, stampOf } from "../../features/operations/idempotency.ts";
import { type App, ctx } from "../context.ts";

/**
 * Honours `Idempotency-Key`: the first request under a key is carried out, with a stamp in each of its writes, and the answer
 * in it where the feature foretells it; every other one gets that answer. Bare and quoted keys are the same. Without the header nothing happens.
 */
export const idempotency: MiddlewareHandler<App> = async (c, next) => {
  const key = idempotencyKey(c);
  if (key === undefined) return next();
  const own = ctx(c);
  // read as bytes: a body of another charset must reach the handler as it came
  const body = new TextDecoder().decode(await c.req.arrayBuffer());
  const known = await reserveKey(own, key, `${c.req.method} ${c.req.url} ${body}`);
  if (known) return new Response(known.body, { status: known.status, headers: { "content-type": known.contentType, "idempotency-replayed": "true" } });
  const services = c.get("services");
  let foretold: { status: number; answer: string } | null = null;
  const stamp = stampOf(own, key, () => foretold);
  c.set("services", {
    ...services,
    dbAs: (userId, timeoutMs) => services.dbAs(userId, timeoutMs, userId === own.actor.userId ? stamp : undefined),
    foretell: async (result) => {
      const wire = c.get("wire");
      if (!wire) return;
      const { status, body } = wire((await result()) as never);
      foretold = { status, answer: await sealAnswer(own, key, { status, contentType: "application/json", body: JSON.stringify(body) }) };
    },
  });
  await next();
  // before the answer leaves, so that a repeat finds it
  await (async () => settleKey(own, key, await answerOf(c.res.clone())))().catch((error: unknown) =>
    services.log("warn", "idempotency.not_settled", { error: error instanceof Error ? error.name : "unknown" }),
  );
};

/** The request's key, bare and quoted being the same; none without the header. */
export function idempotencyKey(c: Context<App>): string | undefined {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return undefined;
  const found = /^(?:"([\x21\x23-\x7e]{1,100})"|([\x21\x23-\x7e]{1,100}))$/.exec(header);
  const key = found?.[1] ?? found?.[2];
  if (key === undefined) {
    throw new Problem("invalid_request", { errors: [{ pointer: "/idempotency-key", detail: "must be 1 to 100 printable characters without spaces" }] });
  }
  return key;
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, contentType: response.headers.get("content-type") ?? "application/json", body: await response.text() };
}
