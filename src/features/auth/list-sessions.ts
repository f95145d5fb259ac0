import { and, desc, gt, isNull } from "drizzle-orm";
import { mySessions } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";

export type Session = {
  id: string;
  userAgent: string | null;
  ip: string | null;
  place: string | null;
  createdAt: string;
  lastUsedAt: string;
  current: boolean;
};

/** The caller's sessions that are alive, newest first; at most 200. */
export async function listSessions(ctx: Ctx<"db">): Promise<Session[]> {
  const rows = await ctx.db
    .select()
    .from(mySessions)
    .where(and(isNull(mySessions.endedAt), gt(mySessions.expiresAt, ctx.now().toISOString())))
    .orderBy(desc(mySessions.createdAt))
    .limit(200);
  const current = ctx.actor.kind === "person" ? ctx.actor.sessionId : null;
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.userAgent,
    ip: row.ip,
    place: row.place,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
    current: row.id === current,
  }));
}
