import { and, desc, eq, ne } from "drizzle-orm";
import { providerUsage } from "../../../db/schema/accounts.ts";
import { myAccounts } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { type AccountInFull, toAccount } from "./account.ts";

const MONTHS_MOST = 12;

/** One linked service of the user, with how often its provider was called, newest month first; a stranger's is missing. */
export async function getAccount(ctx: Ctx<"db">, id: string): Promise<AccountInFull> {
  const { month, calls } = providerUsage;
  const [[row], usage] = await ctx.db.batch([
    ctx.db
      .select()
      .from(myAccounts)
      .where(and(eq(myAccounts.id, id), ne(myAccounts.status, "linking"))),
    ctx.db.select({ month, calls }).from(providerUsage).where(eq(providerUsage.accountId, id)).orderBy(desc(month)).limit(MONTHS_MOST),
  ]);
  if (!row) throw new Problem("not_found");
  return { ...toAccount(row), usage };
}
