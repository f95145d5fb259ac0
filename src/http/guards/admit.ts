import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { admitCaller } from "../../features/auth/admit-caller.ts";
import { ADDRESS_LIMITS, type Budget, type OpenBudget } from "../../features/auth/limits.ts";
import { admitStranger } from "../../features/auth/admit-stranger.ts";
import type { Verdict } from "../../objects/gcra.ts";
import { type App, openCtx } from "../context.ts";

export type { Budget, OpenBudget };

/** One hop to the user's gate: rate limit, revocation and the key's scopes in a single call. */
export function admit(budget: Budget): MiddlewareHandler<App> {
  return async (c, next) => {
    const credential = c.get("credential");
    if (!credential) throw new Problem("unauthenticated");
    const { actor, verdict, policy } = await admitCaller(openCtx(c), credential, budget, c.get("address"));
    limitHeaders(c, policy, verdict);
    if (!actor) throw new Problem("unauthenticated", { detail: "This credential is not valid, has expired or was ended." });
    if (!verdict.allowed) throw tooMany(verdict);
    c.set("actor", actor);
    await next();
  };
}

/** For routes that anyone may call: a bucket per address. */
export function admitAddress(budget: OpenBudget): MiddlewareHandler<App> {
  return async (c, next) => {
    if (budget !== "none") {
      const verdict = await admitStranger(openCtx(c), budget, c.get("address"));
      limitHeaders(c, { name: budget, ...ADDRESS_LIMITS[budget] }, verdict);
      if (!verdict.allowed) throw tooMany(verdict);
    }
    await next();
  };
}

function tooMany(verdict: Verdict): Problem {
  return new Problem("rate_limited", { retryAfterSeconds: Math.max(1, Math.ceil(verdict.retryAfterMs / 1000)) });
}

/** draft-ietf-httpapi-ratelimit-headers. */
function limitHeaders(c: Context<App>, policy: { name: string; perMinute: number; burst: number }, verdict: Verdict): void {
  c.header("ratelimit-policy", `"${policy.name}";q=${policy.burst};w=${Math.ceil((policy.burst * 60) / policy.perMinute)}`);
  c.header("ratelimit", `"${policy.name}";r=${verdict.remaining};t=${Math.ceil(verdict.resetMs / 1000)}`);
}
