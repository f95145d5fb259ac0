import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { World } from "../world.ts";
import type { Call } from "./calls.ts";
import { faultReply } from "./dialects.ts";
import { injected, type FaultKind } from "./faults.ts";

/** A connection that broke where no socket is there to break. Not an Error, so that no handler turns it into a reply. */
export const DROPPED = { dropped: true } as const;

/** Answers a call as `answer` would, or as the fault it meets spoils it. */
export async function spoiled(world: World, c: Context, call: Call, fault: FaultKind | null, answer: () => Promise<Response>): Promise<Response> {
  if (!fault) return answer();
  call.fault = fault.kind === "fault" ? `${fault.kind}:${fault.code}` : fault.kind;
  switch (fault.kind) {
    case "fault": {
      const { spec, dialect } = injected(fault);
      return faultReply(spec, dialect, world.clock.now(call.realm), retry(fault.retryAfter));
    }
    case "status":
      return new Response(fault.body ?? "", {
        status: fault.status,
        headers: { "content-type": fault.contentType ?? "text/plain", ...retry(fault.retryAfter) },
      });
    case "hang":
      await pause(fault.ms, c.req.raw.signal, world.closing);
      return fault.ms === undefined ? hangUp(c) : answer();
    case "drop":
      if (fault.when === "after") await answer();
      return hangUp(c);
    case "cut": {
      const reply = await answer();
      const text = await reply.text();
      return new Response(text.slice(0, fault.bytes ?? Math.floor(text.length / 2)), {
        status: reply.status,
        headers: { "content-type": reply.headers.get("content-type") ?? "application/json" },
      });
    }
    case "oauth-error":
      return Response.json(fault.description === undefined ? { error: fault.error } : { error: fault.error, error_description: fault.description }, {
        status: fault.status ?? 400,
      });
    case "rotate-lost":
      await answer();
      return hangUp(c);
    case "rotate":
    default:
      return answer();
  }
}

export function hangUp(c: Context): Promise<Response> {
  // safe: these are the bindings of the Node server, and absent anywhere else
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  if (!outgoing) return Promise.reject(DROPPED);
  outgoing.destroy();
  return Promise.resolve(RESPONSE_ALREADY_SENT);
}

function retry(after: number | undefined): Record<string, string> {
  return after === undefined ? {} : { "retry-after": String(after) };
}

/** Ends after `ms`, or when the caller leaves, or when the twin closes. */
export function pause(ms: number | undefined, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    for (const signal of signals) {
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    }
  });
}
