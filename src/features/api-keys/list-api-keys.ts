import { desc } from "drizzle-orm";
import { myApiKeys } from "../../../db/schema/views.ts";
import type { Ctx } from "../../runtime.ts";

export type ApiKey = {
  id: string;
  name: string;
  lastFour: string;
  scopes: string[];
  allowedRanges: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
};

/** The user's keys, newest first, revoked ones too; at most 200. Never the key itself. */
export async function listApiKeys(ctx: Ctx<"db">): Promise<ApiKey[]> {
  return ctx.db.select().from(myApiKeys).orderBy(desc(myApiKeys.createdAt)).limit(200);
}
