import { desc, eq } from "drizzle-orm";
import { myReconciliations } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { getAccount } from "./get-account.ts";

/** One account whose figure is not QuickBooks' own: debit positive, in home currency. */
export type Difference = { report: string; account: string; name: string; theirs: string; ours: string; difference: string; cause: string | null };
export type Reconciliation = {
  id: string;
  asOf: string;
  basis: string;
  status: "balanced" | "explained" | "drift";
  currency: string;
  differences: Difference[];
  createdAt: string;
};

/** The newest comparison of our books with QuickBooks' own reports; missing until the first proof was made. */
export async function getReconciliation(ctx: Ctx<"db">, accountId: string): Promise<Reconciliation> {
  await getAccount(ctx, accountId);
  const [row] = await ctx.db
    .select()
    .from(myReconciliations)
    .where(eq(myReconciliations.accountId, accountId))
    .orderBy(desc(myReconciliations.createdAt), desc(myReconciliations.id))
    .limit(1);
  if (!row) throw new Problem("not_found", { detail: "The books have not been compared yet." });
  const { id, asOf, basis, currency, createdAt } = row;
  return { id, asOf, basis, status: row.status as Reconciliation["status"], currency, differences: row.differences as Difference[], createdAt };
}
