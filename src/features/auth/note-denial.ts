import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";

/** Keeps that a credential was used for what it may not do: the first sign of a key in wrong hands. */
export async function noteDenial(ctx: Ctx<"db">, denied: { scope: string; route: string }): Promise<void> {
  await note(ctx, "access.denied", denied);
}

/** Keeps that an id was asked for which this person has nothing under: the first sign of somebody who tries ids. */
export async function noteMiss(ctx: Ctx<"db">, missed: { id: string; route: string }): Promise<void> {
  await note(ctx, "access.missed", missed);
}

async function note(ctx: Ctx<"db">, action: "access.denied" | "access.missed", details: Record<string, string>): Promise<void> {
  const { actor } = ctx;
  const subject = actor.kind === "key" ? { subject: actor.keyId } : {};
  await auditRow(ctx, ctx.db, { userId: actor.userId, action, actor: actor.kind, ...subject, details });
}
