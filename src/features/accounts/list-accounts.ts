import { asc, ne } from "drizzle-orm";
import { myAccounts } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { type Account, toAccount } from "./account.ts";

/** The user's linked services and the manual account, oldest first; at most 200. */
export async function listAccounts(ctx: Ctx<"db">): Promise<Account[]> {
  const rows = await ctx.db.select().from(myAccounts).where(ne(myAccounts.status, "linking")).orderBy(asc(myAccounts.createdAt), asc(myAccounts.id)).limit(200);
  return rows.map(toAccount);
}
