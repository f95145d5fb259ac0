import { sql } from "drizzle-orm";
import { me, myAccounts, myArchives } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";

/** Two statements for a batch: the version of the books and the last day that is in the archive, and the linked accounts with what a question needs of them. */
export function linked(ctx: Ctx<"db">) {
  return [
    ctx.db
      .select({
        dataVersion: me.dataVersion,
        archivedUntil: sql<
          string | null
        >`(select (max(a.month) + interval '1 month' - interval '1 day')::date::text from ${myArchives} a where a.status = 'kept')`,
      })
      .from(me),
    ctx.db
      .select({
        id: myAccounts.id,
        service: myAccounts.serviceName,
        status: myAccounts.status,
        key: myAccounts.accessToken,
        homeCurrency: myAccounts.homeCurrency,
        fiscalStart: myAccounts.fiscalYearStart,
      })
      .from(myAccounts),
  ] as const;
}
