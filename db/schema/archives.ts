import { sql } from "drizzle-orm";
import { date, foreignKey, index, integer, pgTable, primaryKey, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, money, ownRows, userId } from "../columns.ts";
import { accounts } from "./accounts.ts";
import { ledgerAccounts } from "./books.ts";

/**
 * A file in the bucket that holds old transactions of one company and one month in place of the hot tables. The file is the
 * unit: it is written, checked and only then taken for the rows; and when one of its rows changes, all of them come back.
 */
export const archives = pgTable(
  "archives",
  {
    id: uuid("id").primaryKey(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    month: date("month", { mode: "string" }).notNull(),
    /** `writing`: the rows are where they were. `kept`: they are in the file. `restored`: they are back, and the file may go. */
    status: varchar("status", { length: 10 }).notNull(),
    /** Who brought its rows back: one of several at once. */
    claim: uuid("claim"),
    rows: integer("rows").notNull(),
    bytes: integer("bytes").notNull(),
    sha256: varchar("sha256", { length: 43 }).notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    index("archives_user").on(t.userId, t.id),
    index("archives_account").on(t.accountId, t.month),
    ...ownRows("archives", t.userId),
  ],
);

/** Which transaction is in which file: found by its document when that changes. */
export const archivedTransactions = pgTable(
  "archived_transactions",
  {
    transactionId: uuid("transaction_id").primaryKey(),
    userId: userId(),
    archiveId: uuid("archive_id").notNull(),
    accountId: uuid("account_id").notNull(),
    entity: varchar("entity", { length: 40 }).notNull(),
    externalId: varchar("external_id", { length: 40 }).notNull(),
    transactionDate: date("transaction_date", { mode: "string" }).notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.archiveId], foreignColumns: [archives.id] }).onDelete("cascade"),
    uniqueIndex("archived_transactions_external").on(t.accountId, t.entity, t.externalId),
    index("archived_transactions_archive").on(t.archiveId),
    index("archived_transactions_user").on(t.userId, t.transactionDate),
    ...ownRows("archived_transactions", t.userId),
  ],
);

/** What the rows of a file come to, by month: per ledger account and currency, and, where there is no ledger account, what moved cash per category and currency. */
export const archiveTotals = pgTable(
  "archive_totals",
  {
    archiveId: uuid("archive_id").notNull(),
    n: integer("n").notNull(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    month: date("month", { mode: "string" }).notNull(),
    ledgerAccountId: uuid("ledger_account_id"),
    category: varchar("category", { length: 500 }),
    currency: varchar("currency", { length: 3 }).notNull(),
    amount: money("amount").notNull(),
    homeAmount: money("home_amount").notNull(),
    rows: integer("rows").notNull(),
    /** Of what the provider posts by itself. */
    cause: varchar("cause", { length: 20 }),
  },
  (t) => [
    primaryKey({ columns: [t.archiveId, t.n] }),
    foreignKey({ columns: [t.archiveId], foreignColumns: [archives.id] }).onDelete("cascade"),
    foreignKey({ columns: [t.ledgerAccountId], foreignColumns: [ledgerAccounts.id] }).onDelete("cascade"),
    index("archive_totals_ledger")
      .on(t.accountId, t.ledgerAccountId, t.month)
      .where(sql`ledger_account_id is not null`),
    index("archive_totals_user").on(t.userId, t.month),
    ...ownRows("archive_totals", t.userId),
  ],
);
