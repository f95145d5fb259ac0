import { Problem } from "../../core/errors.ts";
import type { Limit, Verdict } from "../../objects/gcra.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inTime } from "./gate.ts";
import { ADDRESS_LIMITS, type OpenBudget } from "./limits.ts";

/** One hop to the gate of an address. When it does not answer, nobody is let in: these routes make accounts and sessions. */
export function admitStranger(ctx: OpenCtx<"gates">, budget: Exclude<OpenBudget, "none">, address: string): Promise<Verdict> {
  return takeAt(ctx, `ip:${address}`, budget, ADDRESS_LIMITS[budget]);
}

/** Takes one unit from a bucket of the named gate; 503 when the gate is down. */
export async function takeAt(ctx: OpenCtx<"gates">, gate: string, bucket: string, limit: Limit): Promise<Verdict> {
  try {
    return await inTime(ctx.gates.user(gate).admit({ requestId: ctx.requestId, bucket, limit, cost: 1 }));
  } catch (cause) {
    throw new Problem("unavailable", { retryAfterSeconds: 1, cause });
  }
}
