import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";

export type Profile = { id: string; name: string; email: string; isVerified: boolean; createdAt: string };

/** The person behind the credential. */
export async function getProfile(ctx: Ctx<"db">): Promise<Profile> {
  const [row] = await ctx.db.select({ id: me.id, name: me.name, email: me.email, isVerified: me.isVerified, createdAt: me.createdAt }).from(me);
  if (!row) throw new Problem("unauthenticated");
  return row;
}
