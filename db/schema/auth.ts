import { sql } from "drizzle-orm";
import { bigint, boolean, foreignKey, index, integer, jsonb, pgTable, text, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, ownRows, userId } from "../columns.ts";

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    name: varchar("name", { length: 100 }).notNull(),
    /** Trimmed and lower-case: one address, one person. */
    email: varchar("email", { length: 255 }).notNull(),
    passwordHash: varchar("password_hash", { length: 255 }).notNull(),
    isVerified: boolean("is_verified").notNull().default(false),
    /** Raised, under this row's lock, by every batch that changes what figures are made of. */
    dataVersion: bigint("data_version", { mode: "number" }).notNull().default(0),
    /** Access tokens made before this are void: set by a reset or change of password. */
    sessionsValidFrom: instant("sessions_valid_from"),
    /** Wrong passwords in a row from devices that never logged in: at a hundred, only a known device or a reset gets in. */
    failedLogins: integer("failed_logins").notNull().default(0),
    /** Sealed. In force once it was confirmed by a code. */
    totpSecret: text("totp_secret"),
    totpEnabledAt: instant("totp_enabled_at"),
    /** The newest 30-second step whose code was used: a code works once. */
    totpLastStep: bigint("totp_last_step", { mode: "number" }),
    /** MACs of the backup codes that are left. */
    backupCodes: varchar("backup_codes", { length: 43 })
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** When everything of this person goes, if they asked for it. */
    eraseAt: instant("erase_at"),
    /** Transactions older than so many months go into files; null where the person did not choose that. */
    archiveAfterMonths: integer("archive_after_months"),
    archiveDueAt: instant("archive_due_at"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("users_email_key").on(t.email),
    index("users_erase")
      .on(t.eraseAt)
      .where(sql`erase_at is not null`),
    index("users_archive")
      .on(t.archiveDueAt)
      .where(sql`archive_due_at is not null`),
    ...ownRows("users", t.id),
  ],
);

/** A family of refresh tokens: one log-in on one device. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    userAgent: varchar("user_agent", { length: 300 }),
    ip: varchar("ip", { length: 45 }),
    place: varchar("place", { length: 120 }),
    createdAt: instant("created_at").notNull(),
    lastUsedAt: instant("last_used_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
    endedReason: varchar("ended_reason", { length: 30 }),
  },
  (t) => [index("sessions_user").on(t.userId, t.createdAt), ...ownRows("sessions", t.userId)],
);

/** Every refresh token of a family, by hash: a spent one that comes back late ends the family. */
export const refreshTokens = pgTable(
  "refresh_tokens",
  {
    hash: varchar("hash", { length: 43 }).primaryKey(),
    userId: userId(),
    sessionId: uuid("session_id").notNull(),
    usedAt: instant("used_at"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.sessionId], foreignColumns: [sessions.id] }).onDelete("cascade"),
    index("refresh_tokens_session").on(t.sessionId),
    ...ownRows("refresh_tokens", t.userId),
  ],
);

export const oneTimeTokens = pgTable(
  "one_time_tokens",
  {
    id: varchar("id", { length: 12 }).notNull().primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    purpose: varchar("purpose", { length: 20 }).notNull(),
    hash: varchar("hash", { length: 43 }).notNull(),
    payload: jsonb("payload"),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    /** The request that used it: of two at once, one alone sees its own name here. */
    usedBy: varchar("used_by", { length: 64 }),
  },
  (t) => [index("one_time_tokens_user").on(t.userId, t.purpose), ...ownRows("one_time_tokens", t.userId)],
);

/** A mail is a row first; the queue only wakes it. Its link is made when it is sent, so that no token rests here. */
export const mails = pgTable(
  "mails",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    template: varchar("template", { length: 30 }).notNull(),
    address: varchar("address", { length: 255 }).notNull(),
    params: jsonb("params")
      .notNull()
      .default(sql`'{}'::jsonb`),
    attempts: integer("attempts").notNull().default(0),
    createdAt: instant("created_at").notNull(),
    dueAt: instant("due_at").notNull(),
    sentAt: instant("sent_at"),
    failure: text("failure"),
  },
  (t) => [
    index("mails_due")
      .on(t.dueAt)
      .where(sql`sent_at is null and failure is null`),
    ...ownRows("mails", t.userId),
  ],
);

/** A person's copy of everything of theirs: asked for, made by the queue, kept for a week. */
export const personExports = pgTable(
  "person_exports",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    status: varchar("status", { length: 20 }).notNull(),
    bytes: bigint("bytes", { mode: "number" }),
    createdAt: instant("created_at").notNull(),
    readyAt: instant("ready_at"),
    expiresAt: instant("expires_at"),
  },
  (t) => [index("person_exports_user").on(t.userId, t.id), ...ownRows("person_exports", t.userId)],
);
