import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { maintain } from "../../db/maintain.ts";
import { freshDatabase } from "../fresh-database.ts";

let url: string;
let owner: pg.Client;

beforeAll(async () => {
  url = (await freshDatabase("maintained")).ownerUrl;
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
});
afterAll(() => owner.end());

const files = async () =>
  Object.fromEntries(
    (await owner.query<{ name: string; file: string }>("select relname as name, pg_relation_filenode(oid) as file from pg_class where relkind = 'i'")).rows.map(
      ({ name, file }) => [name, file],
    ),
  );

describe("maintenance by the owner", () => {
  it("clears dead rows away, builds loose and named indexes anew and no others, while rows are written", async ({ expect }) => {
    await owner.query(
      "create table entries (id int primary key, note text) with (autovacuum_enabled = off); create index notes on entries (note); create table few (id int primary key)",
    );
    await owner.query("insert into entries select n, 'same' from generate_series(1, 100000) n; insert into few select generate_series(1, 10)");
    await owner.query("delete from entries where id % 20 <> 0");
    // what a rebuild leaves that was cut off
    await owner.query("create unique index concurrently notes_ccnew on entries (note)").catch(() => undefined);
    const before = await files();
    expect(before).toHaveProperty("notes_ccnew");
    const writes = { over: false, done: 0 };
    const beside = (async () => {
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      while (!writes.over) await other.query("insert into entries values ($1, 'beside')", [1_000_000 + writes.done++]);
      await other.end();
    })();
    const { vacuumed, dropped, rebuilt } = await maintain(url, ["few_pkey"]).finally(() => (writes.over = true));
    await beside;
    expect([vacuumed, dropped, rebuilt.map(({ name }) => name)]).toEqual([2, ["notes_ccnew"], ["few_pkey", "entries_pkey"]]);
    const [, loose] = rebuilt;
    expect(loose?.after).toBeLessThan((loose?.before ?? 0) / 2);
    const after = await files();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(expect.arrayContaining(["few_pkey", "entries_pkey"]));
    expect([after["notes"], after["notes_ccnew"]]).toEqual([before["notes"], undefined]);
    const { rows } = await owner.query(
      "select (select count(*) from entries where note = 'beside')::int as kept, (select reltuples from pg_class where relname = 'few') as few",
    );
    expect(rows).toEqual([{ kept: writes.done, few: 10 }]);
    expect((await maintain(url)).rebuilt).toEqual([]);
  });

  it("refuses beside a migration or itself, and an index that is not there", async ({ expect }) => {
    await owner.query("select pg_advisory_lock(7203114)");
    await expect(maintain(url)).rejects.toThrow("a migration or another maintenance is running");
    await owner.query("select pg_advisory_unlock(7203114)");
    await expect(maintain(url, ["few; drop table few"])).rejects.toThrow("no such index");
  });
});
