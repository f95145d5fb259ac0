import { sql } from "drizzle-orm";
import { bigint, date, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, money, ownRows, userId } from "../columns.ts";
import { accounts } from "./accounts.ts";
import { users } from "./auth.ts";

/** Every question and what was answered, and what was found without being asked. Text, answer and transcript are sealed. */
export const aiQueries = pgTable(
  "ai_queries",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    /** `asked` by somebody, or `detected` after a sync. */
    origin: varchar("origin", { length: 10 }).notNull().default("asked"),
    /** Of what was detected: in which company's books. */
    accountId: uuid("account_id"),
    /** Of what was detected: the same thing found again is the same row. */
    dedupeKey: varchar("dedupe_key", { length: 120 }),
    /** Of what was detected: how large it was when it was last raised. */
    magnitude: money("magnitude"),
    /** The hash of an Idempotency-Key, and of what was asked with it. */
    askKey: varchar("ask_key", { length: 43 }),
    askHash: varchar("ask_hash", { length: 43 }),
    /** Until when somebody is at work on it; then it may be asked anew. */
    leaseUntil: instant("lease_until"),
    queryText: text("query_text").notNull(),
    response: jsonb("response"),
    transcript: text("transcript"),
    tools: jsonb("tools"),
    grounding: varchar("grounding", { length: 20 }),
    model: varchar("model", { length: 100 }),
    costTicks: bigint("cost_ticks", { mode: "number" }).notNull().default(0),
    inputTokens: integer("input_tokens").notNull().default(0),
    outputTokens: integer("output_tokens").notNull().default(0),
    dataVersion: bigint("data_version", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] }).onDelete("cascade"),
    index("ai_queries_user").on(t.userId, t.id.desc().nullsFirst()),
    uniqueIndex("ai_queries_ask_key")
      .on(t.userId, t.askKey)
      .where(sql`ask_key is not null`),
    uniqueIndex("ai_queries_dedupe")
      .on(t.userId, t.dedupeKey)
      .where(sql`dedupe_key is not null`),
    ...ownRows("ai_queries", t.userId),
  ],
);

/** What a user's questions cost on one day, in ticks: spent, and held for those being answered (`{id: [ticks, until]}`). */
export const aiBudgets = pgTable(
  "ai_budgets",
  {
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    day: date("day", { mode: "string" }).notNull(),
    spent: bigint("spent", { mode: "number" }).notNull().default(0),
    held: jsonb("held")
      .notNull()
      .default(sql`'{}'::jsonb`),
  },
  (t) => [primaryKey({ columns: [t.userId, t.day] }), index("ai_budgets_day").on(t.day), ...ownRows("ai_budgets", t.userId)],
);
