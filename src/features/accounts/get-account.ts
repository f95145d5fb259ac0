import { and, eq, ne } from "drizzle-orm";
import { myAccounts } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { type Account, toAccount } from "./account.ts";

/** One linked service of the user; a stranger's is missing. */
export async function getAccount(ctx: Ctx<"db">, id: string): Promise<Account> {
  const [row] = await ctx.db
    .select()
    .from(myAccounts)
    .where(and(eq(myAccounts.id, id), ne(myAccounts.status, "linking")));
  if (!row) throw new Problem("not_found");
  return toAccount(row);
}
