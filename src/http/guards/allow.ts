import type { MiddlewareHandler } from "hono";
import type { Scope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import { confirmPresence } from "../../features/auth/confirm-presence.ts";
import { noteDenial, noteMiss } from "../../features/auth/note-denial.ts";
import { type App, ctx } from "../context.ts";

/**
 * Lets a credential pass that has `scope`. A refusal stands in the audit trail, and so does an id that this person has
 * nothing under: whether it is a stranger's is known to nobody, and a row of tries shows by itself.
 */
export function allow(scope: Scope): MiddlewareHandler<App> {
  return async (c, next) => {
    if (!c.get("actor")?.scopes.includes(scope)) {
      c.get("services").later(noteDenial(ctx(c), { scope, route: c.req.routePath }));
      throw new Problem("forbidden", { detail: `This needs the scope ${scope}.` });
    }
    await next();
    const [id, services] = [c.req.param("id"), c.get("services")];
    if (c.res.status === 404 && id !== undefined) services.later(noteMiss(ctx(c), { id, route: c.req.routePath }));
  };
}

/** For what cannot be taken back: a person with a second factor sends a code of it in the header `TOTP-Code`. */
export const present: MiddlewareHandler<App> = async (c, next) => {
  await confirmPresence(ctx(c), c.req.header("totp-code"));
  await next();
};
