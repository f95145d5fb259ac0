import { Problem } from "../../core/errors.ts";
import { OUTAGES } from "../../core/outages.ts";
import { within } from "../../core/within.ts";
import type { UserGate } from "../../objects/user-gate.ts";
import type { OpenCtx } from "../../runtime.ts";

/** A gate's answer, or `unavailable` when it failed or did not come in time. The call is not repeated: it may have counted. */
export async function inTime<T>(call: PromiseLike<T>): Promise<T> {
  try {
    return await within(OUTAGES.gate.waitMs, call);
  } catch (cause) {
    throw new Problem("unavailable", { retryAfterSeconds: OUTAGES.gate.retryAfterSeconds, cause });
  }
}

/** Tells a user's gate what has ended. Before the database and after it: a crash between leaves it dead, not alive. */
export function tellGate(ctx: OpenCtx<"gates">, userId: string, ended: Parameters<UserGate["endSessions"]>[0]): Promise<void> {
  return inTime(Promise.resolve(ctx.gates.user(userId).endSessions(ended)));
}
