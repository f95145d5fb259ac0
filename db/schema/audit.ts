import { bigint, index, jsonb, pgPolicy, pgTable, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { appRole, currentUser, instant, systemRole } from "../columns.ts";

/** Append only: the Worker's role may insert and read, never change. A trigger numbers the rows and chains them by hash. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: uuid("id").primaryKey(),
    /** No foreign key: the trail outlives the person. Null for events without a user. */
    userId: uuid("user_id"),
    sequence: bigint("sequence", { mode: "number" }).notNull().default(0),
    action: varchar("action", { length: 60 }).notNull(),
    subject: varchar("subject", { length: 100 }),
    actorKind: varchar("actor_kind", { length: 10 }).notNull(),
    requestId: varchar("request_id", { length: 64 }),
    occurredAt: instant("occurred_at").notNull(),
    /** The personal part (address, device): outside the chain, which covers only its salted hash; erasure clears it. */
    personal: jsonb("personal"),
    personalHash: varchar("personal_hash", { length: 64 }),
    details: jsonb("details"),
    previousHash: varchar("previous_hash", { length: 64 }).notNull().default(""),
    hash: varchar("hash", { length: 64 }).notNull().default(""),
  },
  (t) => [
    uniqueIndex("audit_events_chain").on(t.userId, t.sequence),
    index("audit_events_user").on(t.userId, t.id.desc().nullsFirst()),
    pgPolicy("audit_events_read", { for: "select", to: appRole, using: sql`user_id = ${currentUser}` }),
    pgPolicy("audit_events_append", { for: "insert", to: appRole, withCheck: sql`user_id is not distinct from ${currentUser}` }),
    pgPolicy("audit_events_system", { for: "all", to: systemRole, using: sql`true`, withCheck: sql`true` }),
  ],
);
