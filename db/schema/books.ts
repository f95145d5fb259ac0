import { type SQL, sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { dataVersion, instant, money, ownRows, userId } from "../columns.ts";
import { accounts } from "./accounts.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** The words of a row. The user is a word too, so that a search reads no postings of other people's rows. */
const WORDS = sql`array_to_tsvector(array['user:' || user_id::text]) || to_tsvector('simple', coalesce(own_description, description, '') || ' ' || coalesce(counterparty, '') || ' ' || coalesce(memo, '') || ' ' || coalesce(notes, ''))`;

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

/**
 * One index per filter and sort, so that a page is read from where it begins: the default list, and each column that a
 * list is narrowed by. A category is found by its first one, two or three levels, so that a parent includes its children.
 */
function listed(
  t: Record<
    | "userId"
    | "transactionDate"
    | "id"
    | "amount"
    | "accountId"
    | "counterparty"
    | "kind"
    | "currency"
    | "status"
    | "source"
    | "category1"
    | "category2"
    | "category3",
    AnyPgColumn
  >,
) {
  const both = (name: string, lead: readonly AnyPgColumn[], where: SQL) => [
    index(`transactions_${name}_date`)
      .on(t.userId, ...lead, t.transactionDate, t.id)
      .where(where),
    index(`transactions_${name}_amount`)
      .on(t.userId, ...lead, t.amount, t.id)
      .where(where),
  ];
  return [
    ...both("cash", [], sql`not is_deleted and moved_cash`),
    ...both("no_cash", [], sql`not is_deleted and not moved_cash`),
    ...both("account", [t.accountId], sql`not is_deleted`),
    ...both("counterparty", [t.counterparty], sql`not is_deleted and counterparty is not null`),
    ...both("kind", [t.kind], sql`not is_deleted`),
    ...both("currency", [t.currency], sql`not is_deleted`),
    ...both("status", [t.status], sql`not is_deleted and status <> 'posted'`),
    ...both("source", [t.source], sql`not is_deleted`),
    ...both("category_1", [t.category1], sql`not is_deleted and category_1 is not null`),
    ...both("category_2", [t.category2], sql`not is_deleted and category_2 is not null`),
    ...both("category_3", [t.category3], sql`not is_deleted and category_3 is not null`),
  ];
}

/** The first `depth` levels of the category that is shown, or null where it has fewer. */
function levels(depth: number): SQL {
  return sql.raw(`regexp_substr(coalesce(own_category, category), '^[^:]*${":[^:]*".repeat(depth - 1)}')`);
}

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
    /** What a person said instead: beside the provider's words, so that no sync undoes it and no ledger report sees it. */
    ownCategory: varchar("own_category", { length: 500 }),
    ownDescription: text("own_description"),
    notes: text("notes"),
    /** Parts by category, `[{category, amount, memo}]`, whose sum is the amount; null where it is one. */
    splits: jsonb("splits"),
    shownCategory: varchar("shown_category", { length: 500 }).generatedAlwaysAs(sql`coalesce(own_category, category)`),
    // columns, not expressions in an index: under a policy only what is leakproof orders a page
    category1: varchar("category_1", { length: 500 }).generatedAlwaysAs(levels(1)),
    category2: varchar("category_2", { length: 500 }).generatedAlwaysAs(levels(2)),
    category3: varchar("category_3", { length: 500 }).generatedAlwaysAs(levels(3)),
    search: tsvector("search").generatedAlwaysAs(WORDS),
    dataVersion: dataVersion(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    uniqueIndex("transactions_external").on(t.accountId, t.entity, t.externalId),
    index("transactions_list")
      .on(t.userId, t.transactionDate.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`not is_deleted`),
    index("transactions_by_amount")
      .on(t.userId, t.amount, t.id)
      .where(sql`not is_deleted`),
    ...listed(t),
    index("transactions_search").using("gin", t.search),
    ...ownRows("transactions", t.userId),
  ],
);

/** What a transaction said before each change of it, and who changed it. Written by a trigger, whoever writes the row. */
export const transactionVersions = pgTable(
  "transaction_versions",
  {
    transactionId: uuid("transaction_id").notNull(),
    version: integer("version").notNull(),
    userId: userId(),
    /** `person`, or the source of the row. */
    author: varchar("author", { length: 20 }).notNull(),
    /** The fields that changed, as they were. */
    before: jsonb("before").notNull(),
    changedAt: instant("changed_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.transactionId, t.version] }),
    foreignKey({ columns: [t.transactionId], foreignColumns: [transactions.id] }).onDelete("cascade"),
    ...ownRows("transaction_versions", t.userId),
  ],
);

/**
 * By which categories a transaction in parts is found: those of its parts and all that are above them, with what a list is
 * sorted by. Written by a trigger, whoever writes the row.
 */
export const transactionParts = pgTable(
  "transaction_parts",
  {
    transactionId: uuid("transaction_id").notNull(),
    category: varchar("category", { length: 500 }).notNull(),
    userId: userId(),
    transactionDate: date("transaction_date", { mode: "string" }).notNull(),
    /** Of the whole transaction. */
    amount: money("amount").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.transactionId, t.category] }),
    foreignKey({ columns: [t.transactionId], foreignColumns: [transactions.id] }).onDelete("cascade"),
    index("transaction_parts_date").on(t.userId, t.category, t.transactionDate, t.transactionId),
    index("transaction_parts_amount").on(t.userId, t.category, t.amount, t.transactionId),
    ...ownRows("transaction_parts", t.userId),
  ],
);

/** What every posting says, whoever posted it. */
export const posting = () => ({
  transactionId: uuid("transaction_id").notNull(),
  line: integer("line").notNull(),
  userId: userId(),
  accountId: uuid("account_id").notNull(),
  ledgerAccountId: uuid("ledger_account_id").notNull(),
  postingDate: date("posting_date", { mode: "string" }).notNull(),
  currency: varchar("currency", { length: 3 }).notNull(),
  homeAmount: money("home_amount").notNull(),
  memo: text("memo"),
});

/** Double entry: debit positive; over one transaction the home amounts sum to zero. */
export const postings = pgTable("postings", { ...posting(), amount: money("amount").notNull() }, (t) => [
  primaryKey({ columns: [t.transactionId, t.line] }),
  foreignKey({ columns: [t.transactionId], foreignColumns: [transactions.id] }).onDelete("cascade"),
  // cascades of one deletion run one after the other: without its own, that of a company would meet these rows
  foreignKey({ columns: [t.ledgerAccountId], foreignColumns: [ledgerAccounts.id] }).onDelete("cascade"),
  index("postings_ledger_account").on(t.ledgerAccountId),
  index("postings_ledger").on(t.accountId, t.ledgerAccountId, t.postingDate),
  ...ownRows("postings", t.userId),
]);

/**
 * What the provider posts by itself (cost of goods sold, opening stock, revaluation), read from its own ledger, line by
 * line, with its cause. Home currency, debit positive. Views of postings contain them, so that every sum does.
 */
export const providerPostings = pgTable("provider_postings", { ...posting(), cause: varchar("cause", { length: 20 }).notNull() }, (t) => [
  primaryKey({ columns: [t.transactionId, t.line] }),
  foreignKey({ columns: [t.transactionId], foreignColumns: [transactions.id] }).onDelete("cascade"),
  foreignKey({ columns: [t.ledgerAccountId], foreignColumns: [ledgerAccounts.id] }).onDelete("cascade"),
  index("provider_postings_ledger_account").on(t.ledgerAccountId),
  index("provider_postings_ledger").on(t.accountId, t.ledgerAccountId, t.postingDate),
  ...ownRows("provider_postings", t.userId),
]);
