import { bigint, index, integer, jsonb, pgTable, text, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, ownRows, userId } from "../columns.ts";
import { users } from "./auth.ts";

/** Every question and what was answered. Text and transcript are sealed. */
export const aiQueries = pgTable(
  "ai_queries",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
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
  (t) => [index("ai_queries_user").on(t.userId, t.id.desc().nullsFirst()), ...ownRows("ai_queries", t.userId)],
);
