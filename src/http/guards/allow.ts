import type { MiddlewareHandler } from "hono";
import type { Scope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import { confirmPresence } from "../../features/auth/confirm-presence.ts";
import { noteDenial } from "../../features/auth/note-denial.ts";
import { type App, ctx } from "../context.ts";

/** Lets a credential pass that has `scope`; a refusal stands in the audit trail. */
export function allow(scope: Scope): MiddlewareHandler<App> {
  return async (c, next) => {
    if (!c.get("actor")?.scopes.includes(scope)) {
      c.get("services").later(noteDenial(ctx(c), { scope, route: c.req.routePath }));
      throw new Problem("forbidden", { detail: `This needs the scope ${scope}.` });
    }
    await next();
  };
}

/** For what cannot be taken back: a person with a second factor sends a code of it in the header `TOTP-Code`. */
export const present: MiddlewareHandler<App> = async (c, next) => {
  await confirmPresence(ctx(c), c.req.header("totp-code"));
  await next();
};
