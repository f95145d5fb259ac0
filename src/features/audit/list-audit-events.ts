import { and, desc, eq, gte, lt, lte } from "drizzle-orm";
import { myAuditEvents as e } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import type { Ctx } from "../../runtime.ts";

export type AuditFilters = { action?: string | undefined; subject?: string | undefined; from?: string | undefined; to?: string | undefined };
export type AuditEntry = {
  id: string;
  sequence: number;
  action: string;
  subject: string | null;
  actor: string;
  requestId: string | null;
  occurredAt: string;
  ip: string | null;
  userAgent: string | null;
  details: Record<string, unknown> | null;
  hash: string;
};

/** What happened to the account, newest first. */
export async function listAuditEvents(
  ctx: Ctx<"db">,
  input: AuditFilters & { cursor?: string | undefined; limit: number },
): Promise<{ data: AuditEntry[]; nextCursor: string | null }> {
  const key = ctx.config.LINK_SIGNING_KEY;
  const { cursor, limit, ...filters } = input;
  const bound = { list: "audit", user: ctx.actor.userId, ...filters };
  const after = cursor === undefined ? undefined : await readCursor(key, bound, cursor);
  const rows = await ctx.db
    .select()
    .from(e)
    .where(
      and(
        filters.action === undefined ? undefined : eq(e.action, filters.action),
        filters.subject === undefined ? undefined : eq(e.subject, filters.subject),
        filters.from === undefined ? undefined : gte(e.occurredAt, filters.from),
        filters.to === undefined ? undefined : lte(e.occurredAt, filters.to),
        after?.[0] === undefined ? undefined : lt(e.sequence, Number(after[0])),
      ),
    )
    .orderBy(desc(e.sequence))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(toEntry), nextCursor: rows.length > limit && last ? await writeCursor(key, bound, [String(last.sequence)]) : null };
}

function toEntry(row: typeof e.$inferSelect): AuditEntry {
  const personal = (row.personal ?? {}) as { ip?: string; userAgent?: string };
  return {
    id: row.id,
    sequence: row.sequence,
    action: row.action,
    subject: row.subject,
    actor: row.actorKind,
    requestId: row.requestId,
    occurredAt: row.occurredAt,
    ip: personal.ip ?? null,
    userAgent: personal.userAgent ?? null,
    details: row.details as Record<string, unknown> | null,
    hash: row.hash,
  };
}
