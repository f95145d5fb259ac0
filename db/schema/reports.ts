import { bigint, index, integer, jsonb, pgTable, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, ownRows, userId } from "../columns.ts";
import { users } from "./auth.ts";

export const reports = pgTable(
  "reports",
  {
    id: uuid("id").primaryKey(),
    userId: userId().references(() => users.id, { onDelete: "cascade" }),
    reportType: varchar("report_type", { length: 50 }).notNull(),
    parameters: jsonb("parameters").notNull(),
    /** Hash of the parameters: the same question asked of the same books has the same answer. */
    parametersHash: varchar("parameters_hash", { length: 43 }),
    status: varchar("status", { length: 20 }).notNull(),
    /** Raised by each claim, and until when the claim holds: a write under an older number changes nothing. */
    fence: integer("fence").notNull().default(0),
    leaseUntil: instant("lease_until"),
    /** Of a file that is being written: its upload, the parts that are kept, and where the rows go on. */
    progress: jsonb("progress"),
    rowsExpected: integer("rows_expected"),
    /** The books' version that the figures were made of. */
    dataVersion: bigint("data_version", { mode: "number" }),
    figures: jsonb("figures"),
    objectKey: varchar("object_key", { length: 200 }),
    rows: integer("rows"),
    bytes: bigint("bytes", { mode: "number" }),
    failure: varchar("failure", { length: 50 }),
    createdAt: instant("created_at").notNull(),
    startedAt: instant("started_at"),
    generatedAt: instant("generated_at"),
  },
  (t) => [
    index("reports_same").on(t.userId, t.parametersHash, t.dataVersion),
    index("reports_user").on(t.userId, t.id.desc().nullsFirst()),
    ...ownRows("reports", t.userId),
  ],
);
