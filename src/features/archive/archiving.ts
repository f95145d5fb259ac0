import { eq, sql } from "drizzle-orm";
import { users } from "../../../db/schema/auth.ts";
import { me, myArchives } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";

/** After how many months a person's transactions go into files, null for never, and what is there now. */
export type Archiving = { afterMonths: number | null; transactions: number; files: number; until: string | null };

export async function getArchiving(ctx: Ctx<"db">): Promise<Archiving> {
  const { rows } = await ctx.db.execute<{ months: number | null; n: number; files: number; until: string | null }>(sql`
    select u.archive_after_months as months, coalesce(sum(a.rows), 0)::int as n, count(a.id)::int as files, (max(a.month) + interval '1 month' - interval '1 day')::date::text as until
    from ${me} u left join ${myArchives} a on a.status = 'kept' group by u.archive_after_months`);
  const [row] = rows;
  return { afterMonths: row?.months ?? null, transactions: row?.n ?? 0, files: row?.files ?? 0, until: row?.until ?? null };
}

/** Sets the age. Null stops the archiving; what is archived stays where it is, and comes back as it changes. */
export async function setArchiving(ctx: Ctx<"db">, afterMonths: number | null): Promise<Archiving> {
  const { userId, kind } = ctx.actor;
  await ctx.db.batch([
    ctx.db
      .update(users)
      .set({ archiveAfterMonths: afterMonths, archiveDueAt: afterMonths === null ? null : ctx.now().toISOString() })
      .where(eq(users.id, userId)),
    auditRow(ctx, ctx.db, { userId, action: "archive.changed", actor: kind, details: { afterMonths } }),
  ]);
  return getArchiving(ctx);
}
