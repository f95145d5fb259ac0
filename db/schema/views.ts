import { sql } from "drizzle-orm";
import { date, integer, pgSchema, text, uuid, varchar } from "drizzle-orm/pg-core";
import { currentUser, money, userId } from "../columns.ts";
import { accounts, reconciliations, sourceDocuments, syncRuns } from "./accounts.ts";
import { apiKeys } from "./api-keys.ts";
import { auditEvents } from "./audit.ts";
import { personExports, sessions, users } from "./auth.ts";
import { ledgerAccounts, postings, providerPostings, transactionParts, transactions, transactionVersions } from "./books.ts";
import { aiQueries } from "./insights.ts";
import { reports } from "./reports.ts";

/**
 * What is read is read here. A policy admits only leakproof operators to an index; a view owned by `finhelm_system` and
 * filtered by the same expression has no such limit (measured: 97 ms against 0.1 for a page sorted by amount).
 * Owners and grants are set by `db/system.sql` after every migration.
 */
export const mine = pgSchema("mine");

const own = sql`user_id = ${currentUser}`;

export const me = mine.view("users").as((q) =>
  q
    .select()
    .from(users)
    .where(sql`id = ${currentUser}`),
);
export const myExports = mine.view("person_exports").as((q) => q.select().from(personExports).where(own));
export const mySessions = mine.view("sessions").as((q) => q.select().from(sessions).where(own));
export const myAccounts = mine.view("accounts").as((q) => q.select().from(accounts).where(own));
export const mySyncRuns = mine.view("sync_runs").as((q) => q.select().from(syncRuns).where(own));
export const myReconciliations = mine.view("reconciliations").as((q) => q.select().from(reconciliations).where(own));
export const mySourceDocuments = mine.view("source_documents").as((q) => q.select().from(sourceDocuments).where(own));
export const myLedgerAccounts = mine.view("ledger_accounts").as((q) => q.select().from(ledgerAccounts).where(own));
export const myTransactions = mine.view("transactions").as((q) => q.select().from(transactions).where(own));
export const myTransactionParts = mine.view("transaction_parts").as((q) => q.select().from(transactionParts).where(own));
export const myTransactionVersions = mine.view("transaction_versions").as((q) => q.select().from(transactionVersions).where(own));
/** The whole double entry: what documents post, and what the provider posts by itself, which has a cause. The one place where the two meet. */
export const myPostings = mine
  .view("postings", {
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
    cause: varchar("cause", { length: 20 }),
  })
  .as(
    sql`select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount, memo, null::varchar(20) as cause from ${postings} where ${own}
    union all select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, home_amount, currency, home_amount, memo, cause from ${providerPostings} where ${own}`,
  );
export const myReports = mine.view("reports").as((q) => q.select().from(reports).where(own));
export const myApiKeys = mine.view("api_keys").as((q) => q.select().from(apiKeys).where(own));
export const myAiQueries = mine.view("ai_queries").as((q) => q.select().from(aiQueries).where(own));
export const myAuditEvents = mine.view("audit_events").as((q) => q.select().from(auditEvents).where(own));
