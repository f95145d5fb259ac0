import { sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import type { OpenCtx } from "../../runtime.ts";

/** The id of the person with this address, or null. The one look-up before a user is known. */
export async function userByEmail(ctx: OpenCtx<"dbAs">, email: string): Promise<string | null> {
  const found = await ctx.dbAs(null).execute<{ id: string | null }>(sql`select user_by_email(${email}) as id`);
  return found.rows[0]?.id ?? null;
}

/** In a batch: what comes after it sees the rows of the person with this address, or none. Spares a log-in a call of its own. */
export function asPersonAt(db: Db, email: string) {
  return db.execute(sql`select set_config('app.user_id', coalesce(user_by_email(${email})::text, ''), true)`);
}
