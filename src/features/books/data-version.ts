import { eq, sql } from "drizzle-orm";
import { users } from "../../../db/schema/auth.ts";
import type { Ctx } from "../../runtime.ts";

/** Raises the user's data version under its row lock: first in every batch that changes what figures are made of. */
export function raiseDataVersion(ctx: Ctx<"db">) {
  return ctx.db
    .update(users)
    .set({ dataVersion: sql`${users.dataVersion} + 1` })
    .where(eq(users.id, ctx.actor.userId));
}

/** The raised version, as a value for the rows of the same batch. */
export function raisedVersion(ctx: Ctx<"db">) {
  return sql<number>`(select data_version from users where id = ${ctx.actor.userId})`;
}
