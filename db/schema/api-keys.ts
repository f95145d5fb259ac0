import { sql } from "drizzle-orm";
import { index, pgTable, varchar } from "drizzle-orm/pg-core";
import { instant, ownRows, userId } from "../columns.ts";
import { users } from "./auth.ts";

export const apiKeys = pgTable(
  "api_keys",
  {
    id: varchar("id", { length: 12 }).primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    name: varchar("name", { length: 100 }).notNull(),
    /** HMAC of the whole key under a pepper: who reads this table can make no key. */
    mac: varchar("mac", { length: 43 }).notNull(),
    lastFour: varchar("last_four", { length: 4 }).notNull(),
    scopes: varchar("scopes", { length: 40 }).array().notNull(),
    /** Address ranges (CIDR) that may use it; empty for anywhere. */
    allowedRanges: varchar("allowed_ranges", { length: 50 })
      .array()
      .notNull()
      .default(sql`'{}'`),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at"),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
  },
  (t) => [index("api_keys_user").on(t.userId, t.createdAt), ...ownRows("api_keys", t.userId)],
);
