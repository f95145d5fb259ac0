import { Problem } from "../../core/errors.ts";
import type { UserGate } from "../../objects/user-gate.ts";
import type { OpenCtx } from "../../runtime.ts";
import { GATE_TIMEOUT_MS } from "./limits.ts";

/** A gate's answer, or `unavailable` when it failed or did not come in time. The call is not repeated: it may have counted. */
export async function inTime<T>(call: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error("the gate did not answer in time")), GATE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([call, late]);
  } catch (cause) {
    throw new Problem("unavailable", { retryAfterSeconds: 1, cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Tells a user's gate what has ended. Before the database and after it: a crash between leaves it dead, not alive. */
export function tellGate(ctx: OpenCtx<"gates">, userId: string, ended: Parameters<UserGate["endSessions"]>[0]): Promise<void> {
  return inTime(Promise.resolve(ctx.gates.user(userId).endSessions(ended)));
}
