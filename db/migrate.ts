import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

/**
 * Brings the database up to the newest migration, then sets owners, grants and functions (`system.sql`). Runs as the
 * owner, one at a time (advisory lock); safe to repeat.
 */
export async function migrate(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(7203114)");
    await applyMigrations(drizzle(client), { migrationsFolder: join(import.meta.dirname, "../migrations") });
    await client.query("begin");
    await client.query(await readFile(join(import.meta.dirname, "system.sql"), "utf8"));
    await client.query("commit");
  } finally {
    await client.end();
  }
}

if (process.argv[1] === import.meta.filename) {
  const url = process.env["DATABASE_OWNER_URL"];
  if (!url) throw new Error("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables");
  await migrate(url);
}
