import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Problem } from "../../core/errors.ts";
import type { App } from "../context.ts";

/** Refuses a body that is too large or of a type that the route does not read, before anything parses it. */
export function limitBody(maxSize: number, types: readonly string[]): MiddlewareHandler<App> {
  const limit = bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem("too_large", { detail: `At most ${maxSize} bytes are read here.` });
    },
  });
  return async (c, next) => {
    if (types.length > 0) {
      const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      if (!types.includes(type)) throw new Problem("unsupported_media_type", { detail: `Send ${types.join(" or ")}.` });
    }
    return limit(c, next);
  };
}
