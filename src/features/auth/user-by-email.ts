import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";

/** The id of the person with this address, or null. The one look-up before a user is known that log-in needs. */
export async function userByEmail(ctx: OpenCtx<"dbAs">, email: string): Promise<string | null> {
  const found = await ctx.dbAs(null).execute<{ id: string | null }>(sql`select user_by_email(${email}) as id`);
  return found.rows[0]?.id ?? null;
}
