import { me } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";
import { takeCode } from "./second-factor.ts";

/** Passes a person without a second factor, and one who gives a code of it. A key passes: it was given what it may do. */
export async function confirmPresence(ctx: Ctx<"db" | "gates">, code: string | undefined): Promise<void> {
  if (ctx.actor.kind !== "person") return;
  const [user] = await ctx.db.select({ totpEnabledAt: me.totpEnabledAt }).from(me);
  if (user && user.totpEnabledAt !== null) await takeCode(ctx, ctx.db, ctx.actor.userId, code);
}
