import { sql } from "drizzle-orm";
import type { Ctx } from "../../runtime.ts";

export type AuditProof = { isIntact: boolean; events: number; head: string | null; broken: { id: string; sequence: number } | null };

/**
 * Reads the caller's whole trail and computes every hash anew: a row that was changed, put in or taken out is named, the
 * first one of them. `head` covers all that came before: who keeps it can tell later whether the end was cut off.
 */
export async function verifyAuditEvents(ctx: Ctx<"db">): Promise<AuditProof> {
  const { rows } = await ctx.db.execute<{ id: string | null; sequence: string | null; events: string; head: string | null }>(sql`
    with trail as (
      select e.id, e.sequence, e.hash,
        e.sequence = row_number() over w
          and e.previous_hash = coalesce(lag(e.hash) over w, '')
          and e.hash = audit_hash(e)
          and (e.personal is null or e.personal_hash is not distinct from personal_hash(e.personal)) as is_right
      from audit_events e where e.user_id = ${ctx.actor.userId}
      window w as (order by e.sequence, e.id)
    ), first as (select id, sequence from trail where is_right is not true order by sequence, id limit 1)
    select (select id from first) as id, (select sequence from first) as sequence, (select count(*) from trail) as events,
      (select hash from trail order by sequence desc limit 1) as head`);
  const [found] = rows;
  const broken = found && found.id !== null ? { id: found.id, sequence: Number(found.sequence) } : null;
  return { isIntact: broken === null, events: Number(found?.events ?? 0), head: found?.head ?? null, broken };
}
