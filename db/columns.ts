import { sql } from "drizzle-orm";
import { type AnyPgColumn, bigint, numeric, pgPolicy, pgRole, timestamp, uuid } from "drizzle-orm/pg-core";

/** The Worker's group: owns nothing, bypasses nothing. Its LOGIN is made at deployment. */
export const appRole = pgRole("finhelm_app").existing();
/** NOLOGIN owner of the views and of the few definer functions; the policies admit it. */
export const systemRole = pgRole("finhelm_system").existing();

/** The user of this transaction, or null: `nullif` because a pooled connection keeps an empty setting. */
export const currentUser = sql`nullif(current_setting('app.user_id', true), '')::uuid`;

/** Whose row it is. Stands on every row of user data, so that each list is one index scan. */
export const userId = () => uuid("user_id").notNull();

/** An instant as an ISO string with offset. Always given by the runtime's clock: no statement calls now(). */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "string", precision: 3 });

/** An exact amount; its currency stands beside it. */
export const money = (name: string) => numeric(name, { precision: 19, scale: 4 });

/** The user's `data_version` at the batch that last changed the row. */
export const dataVersion = () => bigint("data_version", { mode: "number" }).notNull().default(0);

/** Row-level security of a table of user data: its user reads and writes it, the system role passes. */
export function ownRows(table: string, column: AnyPgColumn) {
  const own = sql`${sql.identifier(column.name)} = ${currentUser}`;
  return [
    pgPolicy(`${table}_own`, { as: "permissive", for: "all", to: appRole, using: own, withCheck: own }),
    pgPolicy(`${table}_system`, { as: "permissive", for: "all", to: systemRole, using: sql`true`, withCheck: sql`true` }),
  ];
}
