import { index, integer, jsonb, pgTable, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { pgPolicy } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { appRole, currentUser, instant, ownRows, systemRole, userId } from "../columns.ts";
import { users } from "./auth.ts";

/** The first answer to a request with an Idempotency-Key, sealed, for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    key: varchar("key", { length: 100 }).notNull(),
    requestHash: varchar("request_hash", { length: 43 }).notNull(),
    /** The request that has it: its answer alone is kept. */
    leasedBy: varchar("leased_by", { length: 64 }).notNull(),
    leaseUntil: instant("lease_until").notNull(),
    /** Set in the same batch as what the request writes: whoever comes after a lost answer writes nothing again. */
    appliedAt: instant("applied_at"),
    status: integer("status"),
    answer: text("answer"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.key] }), index("idempotency_keys_age").on(t.createdAt), ...ownRows("idempotency_keys", t.userId)],
);

/** Messages that no retry could help, with their cause. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id"),
    queue: varchar("queue", { length: 30 }).notNull(),
    message: jsonb("message").notNull(),
    cause: text("cause").notNull(),
    attempts: integer("attempts").notNull(),
    createdAt: instant("created_at").notNull(),
    /** Settled once: sent again, or given up by an operator. */
    replayedAt: instant("replayed_at"),
    droppedAt: instant("dropped_at"),
  },
  (t) => [
    index("dead_letters_open").on(t.createdAt),
    pgPolicy("dead_letters_append", { for: "insert", to: appRole, withCheck: sql`user_id is not distinct from ${currentUser}` }),
    pgPolicy("dead_letters_system", { for: "all", to: systemRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
