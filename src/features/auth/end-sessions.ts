import { and, eq, isNull, ne } from "drizzle-orm";
import { sessions } from "../../../db/schema/auth.ts";
import { mySessions } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { tellGate } from "./gate.ts";

/**
 * Ends one session of the caller. The gate is told first, then the database, then the gate again: a crash between leaves
 * the session dead, not alive.
 */
export async function endSession(ctx: Ctx<"db" | "gates">, id: string, reason = "ended"): Promise<void> {
  const [found] = await ctx.db
    .select({ id: mySessions.id })
    .from(mySessions)
    .where(and(eq(mySessions.id, id), isNull(mySessions.endedAt)));
  if (!found) throw new Problem("not_found");
  await end(ctx, [id], reason);
}

/** Ends every session of the caller but the one in use; returns how many. */
export async function endOtherSessions(ctx: Ctx<"db" | "gates">): Promise<number> {
  const current = ctx.actor.kind === "person" ? ctx.actor.sessionId : "";
  const others = await ctx.db
    .select({ id: mySessions.id })
    .from(mySessions)
    .where(and(isNull(mySessions.endedAt), ne(mySessions.id, current)));
  if (others.length > 0)
    await end(
      ctx,
      others.map((one) => one.id),
      "ended_others",
    );
  return others.length;
}

/** Ends the session in use. */
export async function logOut(ctx: Ctx<"db" | "gates">): Promise<void> {
  if (ctx.actor.kind === "person") await end(ctx, [ctx.actor.sessionId], "logged_out");
}

async function end(ctx: Ctx<"db" | "gates">, ids: string[], reason: string): Promise<void> {
  const { userId, kind } = ctx.actor;
  const tell = () => tellGate(ctx, userId, { ids });
  const at = ctx.now().toISOString();
  await tell();
  const [first, ...rest] = ids.map((id) =>
    ctx.db
      .update(sessions)
      .set({ endedAt: at, endedReason: reason })
      .where(and(eq(sessions.id, id), isNull(sessions.endedAt))),
  );
  if (!first) return;
  await ctx.db.batch([first, ...rest, auditRow(ctx, ctx.db, { userId, action: "session.ended", actor: kind, details: { count: ids.length, reason } })]);
  await tell();
}
