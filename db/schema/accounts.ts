import { sql } from "drizzle-orm";
import { bigint, boolean, date, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { dataVersion, instant, ownRows, userId } from "../columns.ts";
import { users } from "./auth.ts";

/** A linked service, or the one `manual` account of a user. */
export const accounts = pgTable(
  "accounts",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    serviceName: varchar("service_name", { length: 50 }).notNull(),
    displayName: varchar("display_name", { length: 200 }).notNull(),
    /** HMAC of the provider's id (QuickBooks: realmId): finds the account without storing the id in the clear. */
    externalAccountMac: varchar("external_account_mac", { length: 43 }),
    /** The provider's id, sealed. */
    externalAccountId: text("external_account_id"),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    tokenExpiresAt: instant("token_expires_at"),
    refreshExpiresAt: instant("refresh_expires_at"),
    tokenVersion: integer("token_version").notNull().default(0),
    /** Until when one Worker alone may refresh the tokens. */
    leaseUntil: instant("lease_until"),
    status: varchar("status", { length: 20 }).notNull(),
    statusReason: varchar("status_reason", { length: 50 }),
    homeCurrency: varchar("home_currency", { length: 3 }),
    fiscalYearStart: integer("fiscal_year_start").notNull().default(1),
    syncFrom: date("sync_from", { mode: "string" }),
    nextSyncAt: instant("next_sync_at"),
    lastSyncedAt: instant("last_synced_at"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("accounts_user_service_external").on(t.userId, t.serviceName, t.externalAccountMac),
    uniqueIndex("accounts_manual")
      .on(t.userId)
      .where(sql`service_name = 'manual'`),
    index("accounts_external").on(t.externalAccountMac),
    index("accounts_due")
      .on(t.nextSyncAt)
      .where(sql`status = 'connected'`),
    ...ownRows("accounts", t.userId),
  ],
);

/** An OAuth round trip: the callback parks code and company, sealed; only the user who started can complete it. */
export const linkAttempts = pgTable(
  "link_attempts",
  {
    id: varchar("id", { length: 12 }).notNull().primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    service: varchar("service", { length: 50 }).notNull(),
    stateHash: varchar("state_hash", { length: 43 }).notNull(),
    returnUrl: text("return_url").notNull(),
    syncFrom: date("sync_from", { mode: "string" }),
    linkCodeHash: varchar("link_code_hash", { length: 43 }),
    parked: text("parked"),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    completedAt: instant("completed_at"),
  },
  (t) => [index("link_attempts_user").on(t.userId), ...ownRows("link_attempts", t.userId)],
);

export const syncRuns = pgTable(
  "sync_runs",
  {
    id: uuid("id").primaryKey(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    trigger: varchar("trigger", { length: 20 }).notNull(),
    phase: varchar("phase", { length: 20 }).notNull(),
    /** Raised by each claim: a write under an older number changes nothing. */
    fence: integer("fence").notNull().default(0),
    /** Where the run stands: entity, position, window. Written with the rows it speaks of. */
    cursor: jsonb("cursor")
      .notNull()
      .default(sql`'{}'::jsonb`),
    /** Per entity: pages, rows, transactions, problems, expected. */
    counts: jsonb("counts")
      .notNull()
      .default(sql`'{}'::jsonb`),
    incomplete: boolean("incomplete").notNull().default(false),
    reason: varchar("reason", { length: 50 }),
    /** Failures in a row without progress: the next try waits longer. */
    attempts: integer("attempts").notNull().default(0),
    /** While a Worker has it: until when nobody else may. Otherwise: not before. */
    claimedUntil: instant("claimed_until"),
    createdAt: instant("created_at").notNull(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    uniqueIndex("sync_runs_one_open")
      .on(t.accountId)
      .where(sql`finished_at is null`),
    index("sync_runs_account").on(t.accountId, t.createdAt),
    ...ownRows("sync_runs", t.userId),
  ],
);

/** Up to when the copy is known to be complete: the next incremental run starts there, less an overlap. */
export const syncCursors = pgTable(
  "sync_cursors",
  {
    accountId: uuid("account_id")
      .primaryKey()
      .references(() => accounts.id, { onDelete: "cascade" }),
    userId: userId(),
    changedSince: instant("changed_since").notNull(),
    fullAt: instant("full_at"),
    /** When the copy was last compared with the provider's own reports. */
    provenAt: instant("proven_at"),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => ownRows("sync_cursors", t.userId),
);

export const reconciliations = pgTable(
  "reconciliations",
  {
    id: uuid("id").primaryKey(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    syncRunId: uuid("sync_run_id"),
    asOf: date("as_of", { mode: "string" }).notNull(),
    basis: varchar("basis", { length: 10 }).notNull(),
    status: varchar("status", { length: 20 }).notNull(),
    currency: varchar("currency", { length: 3 }).notNull(),
    /** Per account that differs: theirs, ours, difference. Decimal strings. */
    differences: jsonb("differences")
      .notNull()
      .default(sql`'[]'::jsonb`),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    index("reconciliations_account").on(t.accountId, t.createdAt),
    ...ownRows("reconciliations", t.userId),
  ],
);

/** Calls to the provider by month: Intuit meters reads. */
export const providerUsage = pgTable(
  "provider_usage",
  {
    accountId: uuid("account_id").notNull(),
    month: varchar("month", { length: 7 }).notNull(),
    userId: userId(),
    calls: integer("calls").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.month] }),
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    ...ownRows("provider_usage", t.userId),
  ],
);

/** The provider's object as it came. */
export const sourceDocuments = pgTable(
  "source_documents",
  {
    accountId: uuid("account_id").notNull(),
    entity: varchar("entity", { length: 40 }).notNull(),
    externalId: varchar("external_id", { length: 40 }).notNull(),
    userId: userId(),
    version: bigint("version", { mode: "number" }).notNull(),
    changedAt: instant("changed_at").notNull(),
    /** Its own date, where it has one: what lies before the window is kept and not posted. */
    documentDate: date("document_date", { mode: "string" }),
    /** The last run that was shown it: what a whole scan was not shown is gone. */
    seenIn: uuid("seen_in"),
    isDeleted: boolean("is_deleted").notNull().default(false),
    body: jsonb("body"),
    problems: jsonb("problems"),
    dataVersion: dataVersion(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.entity, t.externalId] }),
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    ...ownRows("source_documents", t.userId),
  ],
);
