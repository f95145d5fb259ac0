import { neon, NeonDbError, neonConfig } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { describe, inject, it } from "vitest";

const world: string = inject("worldUrl");
const url: string = inject("ownerUrl").replace(/@[^/]+\//, "@db.localtest/");
neonConfig.fetchEndpoint = () => `${world}/neon/sql`;

describe("Neon's own driver, unpatched", () => {
  const query = neon(url);

  it("reads every type as it does from Neon", async ({ expect }) => {
    const [row] = await query`select 1.10::numeric as money, 9007199254740993::bigint as big, '{"a":1.50}'::jsonb as doc, '2026-01-31'::date::text as day,
      array[1,2] as list, '\\x00ff'::bytea as bytes, null as nothing, true as yes, ${"x"}::text as param`;
    expect(row).toMatchObject({
      money: "1.10",
      big: "9007199254740993",
      doc: { a: 1.5 },
      day: "2026-01-31",
      list: [1, 2],
      nothing: null,
      yes: true,
      param: "x",
    });
    expect([...((row?.["bytes"] ?? []) as Uint8Array)]).toEqual([0, 255]);
  });

  it("reads ids, instants, texts, nulls and the ends of numbers", async ({ expect }) => {
    const id = "0199aa00-0000-7000-8000-000000000001";
    const [row] =
      await query`select ${id}::uuid as id, '2026-01-31T12:00:00.123456Z'::timestamptz as at, '2026-01-31'::date as day, 99999999999.9999::numeric(19,4) as most,
      -9223372036854775808 as least, 'NaN'::float8 as nan, ${["a", 'b"c', "d,e"]}::text[] as texts, array[null,1] as holes, ${{ a: [1, "é"] }}::jsonb as doc, ${null}::text as nothing, ${"é\n\\"} as text`;
    expect(row).toMatchObject({ id, at: new Date("2026-01-31T12:00:00.123Z"), most: "99999999999.9999", least: "-9223372036854775808", nan: Number.NaN });
    expect(row).toMatchObject({ texts: ["a", 'b"c', "d,e"], holes: [null, 1], doc: { a: [1, "é"] }, nothing: null, text: "é\n\\" });
    expect(row?.["day"]).toBeInstanceOf(Date);
    const bytes = Buffer.from([0, 1, 254, 255]);
    expect((await query`select ${bytes}::bytea as bytes, length(${bytes}::bytea) as n`)[0]).toMatchObject({ n: 4, bytes });
  });

  it("gives full results and arrays when asked", async ({ expect }) => {
    const full = await neon(url, { fullResults: true, arrayMode: true })`select 1 as a, 'b' as b`;
    expect([full.rows, full.rowCount, full.command, full.fields.map((field) => field.name)]).toEqual([[[1, "b"]], 1, "SELECT", ["a", "b"]]);
  });

  it("runs a batch as one transaction, and rolls all of it back", async ({ expect }) => {
    const table = `t_${crypto.randomUUID().replaceAll("-", "")}`;
    await query.query(`create table ${table} (id int primary key)`);
    await expect(query.transaction([query.query(`insert into ${table} values (1)`), query.query(`insert into ${table} values (1)`)])).rejects.toMatchObject({
      code: "23505",
      constraint: `${table}_pkey`,
      table,
    });
    expect(await query.query(`select count(*)::int as n from ${table}`)).toEqual([{ n: 0 }]);
    const [, shown] = await query.transaction([query`select 1`, query`show transaction_isolation`], { isolationLevel: "Serializable", readOnly: true });
    expect(shown).toEqual([{ transaction_isolation: "serializable" }]);
    await query.query(`drop table ${table}`);
  });

  it("names the error of a bad statement and of a bad password", async ({ expect }) => {
    await expect(query`select * from nowhere`).rejects.toBeInstanceOf(NeonDbError);
    // Neon's proxy refuses it before PostgreSQL is asked: words and quotes are its own, and there is no code
    const wrong = neon(url.replace(/:[^:@/]+@/, ":wrong@"))`select 1`;
    await expect(wrong).rejects.toMatchObject({ name: "NeonDbError", message: "password authentication failed for user 'finhelm_owner'", code: "" });
    await expect(neon(url.replace(/[^/]+$/, "nowhere"))`select 1`).rejects.toThrow(
      /^Server error \(HTTP status 500\): .*database \\"nowhere\\" does not exist/,
    );
  });

  it("keeps a setting inside its transaction", async ({ expect }) => {
    await query.transaction([query`select set_config('app.user_id', 'somebody', true)`]);
    expect(await query`select nullif(current_setting('app.user_id', true), '') as kept`).toEqual([{ kept: null }]);
  });
});

describe("drizzle over it", () => {
  it("batches", async ({ expect }) => {
    const db = drizzle({ client: neon(url) });
    const [one, two] = await db.batch([db.execute(sql`select 1 as n`), db.execute(sql`select 2 as n`)]);
    expect([one.rows, two.rows]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  });
});
