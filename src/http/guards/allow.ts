import type { MiddlewareHandler } from "hono";
import type { Scope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import type { App } from "../context.ts";

/** Lets a credential pass that has `scope`. */
export function allow(scope: Scope): MiddlewareHandler<App> {
  return async (c, next) => {
    if (!c.get("actor")?.scopes.includes(scope)) throw new Problem("forbidden", { detail: `This needs the scope ${scope}.` });
    await next();
  };
}
