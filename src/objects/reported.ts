import type { DurableObject } from "cloudflare:workers";
import { errorFields, log } from "../core/log.ts";
import { type Env, readConfig } from "../env.ts";
import { createOutbound } from "../integrations/outbound.ts";
import { createReporter } from "../integrations/sentry/reporter.ts";

type ObjectClass = new (state: DurableObjectState, env: Env) => DurableObject<Env>;
type Method = (this: { env: Env; ctx: DurableObjectState }, ...given: unknown[]) => unknown;

/**
 * The same object, whose failures are seen: what one of its methods throws is logged and reported with the id of the request
 * that called (its first argument may carry one), and thrown on. No argument leaves but that id.
 */
export function reported<T>(Base: T): T {
  const prototype = (Base as ObjectClass).prototype as unknown as Record<string, Method>;
  const className = (Base as ObjectClass).name;
  class Reported extends (Base as ObjectClass) {}
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const method = Object.getOwnPropertyDescriptor(prototype, name)?.value as Method | undefined;
    if (name === "constructor" || typeof method !== "function") continue;
    const seen: Method = function seen(...given) {
      const failed = (error: unknown): never => {
        const requestId = requestIdOf(given[0]);
        log("error", "object.failed", { requestId, object: className, method: name, ...errorFields(error) });
        const config = readConfig(this.env);
        const report = createReporter({ dsn: config.SENTRY_DSN, environment: config.ENVIRONMENT, release: config.RELEASE, fetch: createOutbound(config) });
        this.ctx.waitUntil(report(error, { entrance: "object", name: `${className}.${name}`, requestId }));
        throw error;
      };
      try {
        const result = method.apply(this, given);
        return result instanceof Promise ? result.catch(failed) : result;
      } catch (error) {
        return failed(error);
      }
    };
    Object.defineProperty(Reported.prototype, name, { value: seen, writable: true, configurable: true });
  }
  return Reported as T;
}

function requestIdOf(first: unknown): string {
  const id = typeof first === "object" && first !== null && "requestId" in first ? first.requestId : undefined;
  return typeof id === "string" ? id.slice(0, 64) : "";
}
