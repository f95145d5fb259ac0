import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";

/** Keeps that a credential was used for what it may not do: the first sign of a key in wrong hands. */
export async function noteDenial(ctx: Ctx<"db">, denied: { scope: string; route: string }): Promise<void> {
  const subject = ctx.actor.kind === "key" ? { subject: ctx.actor.keyId } : {};
  await auditRow(ctx, ctx.db, {
    userId: ctx.actor.userId,
    action: "access.denied",
    actor: ctx.actor.kind,
    ...subject,
    details: { scope: denied.scope, route: denied.route },
  });
}
