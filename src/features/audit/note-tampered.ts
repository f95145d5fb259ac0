import type { Ctx } from "../../runtime.ts";
import { auditRow } from "./audit-row.ts";

/** Keeps that a sealed value of the caller's did not open, and where it was met. */
export async function noteTampered(ctx: Ctx<"db">, route: string): Promise<void> {
  await auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "vault.tampered", actor: ctx.actor.kind, details: { route } });
}
