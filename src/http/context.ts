import type { Context } from "hono";
import type { Actor } from "../core/actor.ts";
import { Problem, type ProblemCode } from "../core/errors.ts";
import type { CallerCredential } from "../features/auth/read-credential.ts";
import type { Env } from "../env.ts";
import { type Device, onBehalf, type Runtime, type Services } from "../runtime.ts";

export type Variables = {
  services: Services;
  requestId: string;
  /** The address that limits count: of the client, or its /64 in IPv6. */
  address: string;
  credential?: CallerCredential;
  actor?: Actor;
  problem?: ProblemCode;
  /** How this route words what its feature foretells. */
  wire?: Wire;
};
type Wire = (result: never) => { status: number; body: object };
export type App = { Bindings: Env; Variables: Variables };

/** The runtime on behalf of the caller. Throws where nobody was authenticated: a route without a guard reaches no data. */
export function ctx(c: Context<App>): Runtime & { actor: Actor } {
  const actor = c.get("actor");
  if (!actor) throw new Problem("unauthenticated");
  return onBehalf(c.get("services"), actor);
}

/** The services of a route that anyone may call. */
export function openCtx(c: Context<App>): Services {
  return c.get("services");
}

/** What is known of the device at the other end: kept with sessions and in the audit trail. */
export function device(c: Context<App>): Device {
  return { ip: c.get("address"), userAgent: (c.req.header("user-agent") ?? "").slice(0, 300), place: placeOf(c) };
}

/** On one machine no address lies anywhere: what stands in for Cloudflare there names a city all the same. */
function placeOf(c: Context<App>): string | null {
  if (c.env.ENVIRONMENT === "development") return null;
  const { city, country } = (c.req.raw.cf ?? {}) as Partial<Record<"city" | "country", string>>;
  return [city, country].filter(Boolean).join(", ").slice(0, 120) || null;
}

/** Says how the route words the result of its feature, so that an answer can be kept before it is given. */
export function wording<T>(c: Context<App>, wire: (result: T) => { status: number; body: object }): void {
  c.set("wire", wire as Wire);
}
