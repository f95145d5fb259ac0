import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

const FOLDER = join(import.meta.dirname, "../migrations");
type Journal = { entries: { when: number; tag: string }[] };

/** The migrations that a database has not seen (all, without one), and their statements that take something away. */
export async function pendingMigrations(ownerUrl: string | undefined): Promise<{ names: string[]; contracting: string[] }> {
  const { entries } = JSON.parse(readFileSync(join(FOLDER, "meta/_journal.json"), "utf8")) as Journal;
  const newest = ownerUrl === undefined ? 0 : await newestApplied(ownerUrl);
  const names = entries.filter(({ when }) => when > newest).map(({ tag }) => tag);
  // the first one makes everything: there is no version before it
  const contracting =
    newest === 0 ? [] : names.flatMap((name) => contractions(readFileSync(join(FOLDER, `${name}.sql`), "utf8")).map((text) => `${name}: ${text}`));
  return { names, contracting };
}

/**
 * Statements on which the version before would fail: what is dropped or renamed, a type that changes, a column that an old
 * insert does not fill. One with `-- contract:` and a reason is let through: the code that needed it is gone already.
 */
export function contractions(sql: string): string[] {
  return sql
    .split("--> statement-breakpoint")
    .map((statement) => statement.trim())
    .filter((statement) => !/^\s*--\s*contract:\s*\S/im.test(statement))
    .filter((statement) => {
      const text = statement.replaceAll(/--.*$/gm, "");
      const taken = /\bdrop\s+(table|column|schema|type)\b|\brename\b|\bset\s+data\s+type\b|\bset\s+not\s+null\b/i.test(text);
      const unfilled = /\badd\s+column\b[^;]*\bnot\s+null\b/i.test(text) && !/\bdefault\b|\bgenerated\b/i.test(text);
      return taken || unfilled;
    });
}

async function newestApplied(ownerUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ exists: string | null }>("select to_regclass('drizzle.__drizzle_migrations')::text as exists");
    if ((rows[0]?.exists ?? null) === null) return 0;
    const found = await client.query<{ at: string | null }>("select max(created_at)::text as at from drizzle.__drizzle_migrations");
    return Number(found.rows[0]?.at ?? 0);
  } finally {
    await client.end();
  }
}
