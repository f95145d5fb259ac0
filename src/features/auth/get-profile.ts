import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";

export type Profile = {
  id: string;
  name: string;
  email: string;
  isVerified: boolean;
  hasSecondFactor: boolean;
  backupCodesLeft: number;
  eraseAt: string | null;
  createdAt: string;
};

/** The person behind the credential. */
export async function getProfile(ctx: Ctx<"db">): Promise<Profile> {
  const [row] = await ctx.db.select().from(me);
  if (!row) throw new Problem("unauthenticated");
  const { id, name, email, isVerified, eraseAt, createdAt } = row;
  return { id, name, email, isVerified, hasSecondFactor: row.totpEnabledAt !== null, backupCodesLeft: row.backupCodes.length, eraseAt, createdAt };
}
