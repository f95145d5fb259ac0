import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { describe, inject, it } from "vitest";
import { migrate } from "../../db/migrate.ts";
import { contractions } from "../../dev/pending-migrations.ts";

const meta = join(import.meta.dirname, "../../migrations/meta");
type Column = { name: string; type: string; notNull: boolean; default?: unknown; generated?: unknown };
type Snapshot = { tables: Record<string, { columns: Record<string, Column> }>; views: Record<string, { columns: Record<string, Column> }> };
const { entries } = JSON.parse(readFileSync(join(meta, "_journal.json"), "utf8")) as { entries: { idx: number; tag: string }[] };
const snapshot = (idx: number) => JSON.parse(readFileSync(join(meta, `${String(idx).padStart(4, "0")}_snapshot.json`), "utf8")) as Snapshot;

/** Why the version that wrote for `before` would fail on `after`; empty when it would not. */
function breaks(before: Snapshot, after: Snapshot): string[] {
  const wrong: string[] = [];
  for (const [kind, of] of [
    ["table", "tables"],
    ["view", "views"],
  ] as const) {
    for (const [name, was] of Object.entries(before[of])) {
      const is = after[of][name];
      if (!is) wrong.push(`${kind} ${name} is gone`);
      for (const column of Object.values(was.columns)) {
        const now = is?.columns[column.name];
        if (is && (!now || now.type !== column.type)) wrong.push(`${name}.${column.name} is gone or another type`);
        if (now?.notNull && !column.notNull) wrong.push(`${name}.${column.name} must be filled now`);
      }
      for (const column of Object.values(is?.columns ?? {})) {
        if (!was.columns[column.name] && column.notNull && column.default === undefined && column.generated === undefined)
          wrong.push(`${name}.${column.name} is new and an old insert does not fill it`);
      }
    }
  }
  return wrong;
}

describe("the last migration", () => {
  it("lets the version before run on: nothing it names is gone, and nothing new must be filled", ({ expect }) => {
    const last = entries.at(-1)?.idx ?? 0;
    expect(last).toBeGreaterThan(0);
    expect(breaks(snapshot(last - 1), snapshot(last))).toEqual([]);
    expect(contractions(readFileSync(join(meta, `../${entries.at(-1)?.tag}.sql`), "utf8"))).toEqual([]);
  });

  it("would be told apart from one that does not", ({ expect }) => {
    const after = snapshot(entries.at(-1)?.idx ?? 0);
    const before = structuredClone(after);
    const [table] = Object.keys(after.tables);
    const columns = after.tables[table ?? ""]?.columns ?? {};
    const [taken = ""] = Object.keys(columns);
    delete columns[taken];
    columns["fresh"] = { name: "fresh", type: "text", notNull: true };
    expect(breaks(before, after)).toHaveLength(2);
  });
});

describe("an owner who is no superuser, as Neon's is none", () => {
  it("migrates an empty database, and again, with what the one who makes a role is given by itself", async ({ expect }) => {
    const [name, password] = [`owner_${crypto.randomUUID().slice(0, 8)}`, crypto.randomUUID()];
    const server = new pg.Client({ connectionString: inject("ownerUrl") });
    await server.connect();
    await server.query(`create role ${name} login createrole createdb nosuperuser password '${password}'`);
    await server.query(`grant finhelm_app, finhelm_system to ${name} with admin true, inherit false, set false`);
    await server.query(`create database ${name} owner ${name}`);
    await server.end();
    const url = Object.assign(new URL(inject("ownerUrl")), { username: name, password, pathname: `/${name}` }).href;
    await migrate(url);
    await migrate(url);
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const { rows } = await owner.query<{ owner: string; n: string }>(
      "select viewowner as owner, count(*) as n from pg_views where schemaname = 'mine' group by 1",
    );
    await owner.end();
    expect(rows).toEqual([{ owner: "finhelm_system", n: expect.stringMatching(/^[1-9]/) as string }]);
  });
});

describe("a deployment", () => {
  it("refuses statements on which the running version would fail, unless it is said why they may", ({ expect }) => {
    const takes = [
      "ALTER TABLE t DROP COLUMN c;",
      "DROP TABLE t;",
      "ALTER TABLE t RENAME COLUMN a TO b;",
      "ALTER TABLE t ALTER COLUMN c SET DATA TYPE text;",
      "ALTER TABLE t ALTER COLUMN c SET NOT NULL;",
      'ALTER TABLE "t" ADD COLUMN "c" text NOT NULL;',
    ];
    for (const statement of takes) expect(contractions(statement)).toEqual([statement]);
    const adds = ["ALTER TABLE t ADD COLUMN c text;", "ALTER TABLE t ADD COLUMN c int DEFAULT 0 NOT NULL;", "CREATE INDEX i ON t (c);", "DROP INDEX i;"];
    for (const statement of [...adds, "-- contract: nothing reads it since 1.4\nALTER TABLE t DROP COLUMN c;"]) expect(contractions(statement)).toEqual([]);
  });
});
