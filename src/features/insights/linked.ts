import { me, myAccounts } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";

/** Two statements for a batch: the version of the books, and the linked accounts with what a question needs of them. */
export function linked(ctx: Ctx<"db">) {
  return [
    ctx.db.select({ dataVersion: me.dataVersion }).from(me),
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
