import { sql } from "drizzle-orm";
import { boolean, date, foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { dataVersion, instant, money, ownRows, userId } from "../columns.ts";
import { accounts } from "./accounts.ts";

/** The chart of accounts of one company, or of a user's manual books. */
export const ledgerAccounts = pgTable(
  "ledger_accounts",
  {
    id: uuid("id").primaryKey(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    externalId: varchar("external_id", { length: 40 }).notNull(),
    name: varchar("name", { length: 200 }).notNull(),
    /** `Parent:Child`, as the provider writes it: the category of a line. */
    fullName: varchar("full_name", { length: 500 }).notNull(),
    classification: varchar("classification", { length: 20 }).notNull(),
    accountType: varchar("account_type", { length: 40 }).notNull(),
    accountSubType: varchar("account_sub_type", { length: 60 }),
    currency: varchar("currency", { length: 3 }).notNull(),
    isActive: boolean("is_active").notNull().default(true),
    dataVersion: dataVersion(),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    uniqueIndex("ledger_accounts_external").on(t.accountId, t.externalId),
    index("ledger_accounts_user").on(t.userId),
    ...ownRows("ledger_accounts", t.userId),
  ],
);

/** What people read: one row a business event. */
export const transactions = pgTable(
  "transactions",
  {
    id: uuid("id").primaryKey(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    source: varchar("source", { length: 20 }).notNull(),
    entity: varchar("entity", { length: 40 }),
    externalId: varchar("external_id", { length: 40 }),
    transactionDate: date("transaction_date", { mode: "string" }).notNull(),
    /** Signed: money in is positive. */
    amount: money("amount").notNull(),
    currency: varchar("currency", { length: 3 }).notNull(),
    category: varchar("category", { length: 500 }),
    description: text("description"),
    counterparty: varchar("counterparty", { length: 500 }),
    memo: text("memo"),
    docNumber: varchar("doc_number", { length: 40 }),
    kind: varchar("kind", { length: 40 }).notNull(),
    /** Whether a bank or card balance changed: an invoice and its payment are not both counted. */
    movedCash: boolean("moved_cash").notNull(),
    status: varchar("status", { length: 20 }).notNull().default("posted"),
    isDeleted: boolean("is_deleted").notNull().default(false),
    dataVersion: dataVersion(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    uniqueIndex("transactions_external").on(t.accountId, t.entity, t.externalId),
    index("transactions_list").on(t.userId, t.transactionDate.desc().nullsFirst(), t.id.desc().nullsFirst()).where(sql`not is_deleted`),
    ...ownRows("transactions", t.userId),
  ],
);

/** Double entry: debit positive; over one transaction the home amounts sum to zero. */
export const postings = pgTable(
  "postings",
  {
    transactionId: uuid("transaction_id").notNull(),
    line: integer("line").notNull(),
    userId: userId(),
    accountId: uuid("account_id").notNull(),
    ledgerAccountId: uuid("ledger_account_id").notNull(),
    postingDate: date("posting_date", { mode: "string" }).notNull(),
    amount: money("amount").notNull(),
    currency: varchar("currency", { length: 3 }).notNull(),
    homeAmount: money("home_amount").notNull(),
    memo: text("memo"),
  },
  (t) => [
    primaryKey({ columns: [t.transactionId, t.line] }),
    foreignKey({ columns: [t.transactionId], foreignColumns: [transactions.id] }).onDelete("cascade"),
    // cascades of one deletion run one after the other: without its own, that of a company would meet these rows
    foreignKey({ columns: [t.ledgerAccountId], foreignColumns: [ledgerAccounts.id] }).onDelete("cascade"),
    index("postings_ledger_account").on(t.ledgerAccountId),
    index("postings_ledger").on(t.accountId, t.ledgerAccountId, t.postingDate),
    ...ownRows("postings", t.userId),
  ],
);
