import pg from "pg";
import { afterAll, beforeAll, describe, inject, it } from "vitest";

/** Straight to PostgreSQL: as the owner, and as the Worker's role in the name of a user. */
const owner = new pg.Client({ connectionString: inject("ownerUrl") });
const [ada, eve] = [crypto.randomUUID(), crypto.randomUUID()];
type Table = { name: string; key: string };
let tables: Table[] = [];

async function as<T>(userId: string | null, work: () => Promise<T>): Promise<T> {
  await owner.query("begin");
  try {
    await owner.query("set local role finhelm_app");
    await owner.query("select set_config('app.user_id', $1, true)", [userId ?? ""]);
    return await work();
  } finally {
    await owner.query("rollback");
  }
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? "unknown",
  );

beforeAll(async () => {
  await owner.connect();
  const found = await owner.query<Table>(
    `select c.relname as name, case c.relname when 'users' then 'id' else 'user_id' end as key from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  );
  tables = found.rows;
  for (const id of [ada, eve]) {
    await owner.query("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
      id,
      `${id}@example.com`,
    ]);
    await owner.query(
      "insert into accounts (id, user_id, service_name, display_name, status, created_at, updated_at) values (gen_random_uuid(), $1, 'manual', 'x', 'connected', now(), now())",
      [id],
    );
    await owner.query("insert into audit_events (id, user_id, action, actor_kind, occurred_at) values (gen_random_uuid(), $1, 'x', 'person', now())", [id]);
    await owner.query("insert into person_exports (id, user_id, status, created_at) values (gen_random_uuid(), $1, 'ready', now())", [id]);
  }
});
afterAll(() => owner.end());

describe("the database", () => {
  it("[D2] gives every table row-level security, a user on every row of user data, and policies with a check", async ({ expect }) => {
    const { rows } = await owner.query<{ name: string; rls: boolean; owner: string }>(
      "select relname as name, relrowsecurity as rls, pg_get_userbyid(relowner) as owner from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
    );
    expect(rows.filter((table) => !table.rls || table.owner === "finhelm_app")).toEqual([]);
    const { rows: columns } = await owner.query<{ name: string }>(
      "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'user_id'",
    );
    expect(tables.map((table) => table.name).filter((name) => name !== "users" && !columns.some((column) => column.name === name))).toEqual([]);
    const { rows: policies } = await owner.query<{ name: string; cmd: string; qual: string | null; with_check: string | null }>(
      "select tablename as name, cmd, qual, with_check from pg_policies where schemaname = 'public' and 'finhelm_app' = any(roles)",
    );
    expect(tables.map((table) => table.name).filter((name) => !policies.some((policy) => policy.name === name))).toEqual([]);
    for (const policy of policies) {
      const texts = [policy.cmd === "INSERT" ? null : policy.qual, policy.cmd === "SELECT" ? null : policy.with_check].filter((text) => text !== null);
      expect([policy.name, texts.length > 0 && texts.every((text) => text.includes("NULLIF(current_setting('app.user_id'"))]).toEqual([policy.name, true]);
    }
  });

  it("[D2] lets the Worker bypass nothing, through itself or any role that it is in", async ({ expect }) => {
    const { rows } = await owner.query(
      "select rolname from pg_roles where (rolbypassrls or rolsuper or rolcreaterole) and rolname in ('finhelm_worker', 'finhelm_app', 'finhelm_system')",
    );
    expect(rows).toEqual([]);
    const { rows: groups } = await owner.query<{ name: string }>(
      "select r.rolname as name from pg_roles r where pg_has_role('finhelm_worker', r.oid, 'member') order by 1",
    );
    expect(groups.map((group) => group.name)).toEqual(["finhelm_app", "finhelm_worker"]);
  });

  it("[D2] shows a query without any filter its own user's rows, and nobody's rows to nobody: every table, every view", async ({ expect }) => {
    const { rows: views } = await owner.query<Table>(
      "select 'mine.' || relname as name, case relname when 'users' then 'id' else 'user_id' end as key from pg_class where relnamespace = 'mine'::regnamespace and relkind = 'v'",
    );
    expect(views.length).toBeGreaterThan(10);
    for (const { name, key } of [...tables, ...views]) {
      if (name === "dead_letters") continue;
      const seen = await as(eve, async () => (await owner.query<{ who: string }>(`select distinct ${key} as who from ${name}`)).rows);
      expect([name, seen.filter((row) => row.who !== eve)]).toEqual([name, []]);
      expect([name, await as(null, async () => (await owner.query(`select 1 from ${name}`)).rowCount)]).toEqual([name, 0]);
    }
  });

  it("[D2] refuses to write, move or take another's rows: every table", async ({ expect }) => {
    for (const { name, key } of tables) {
      const put = await as(eve, () => codeOf(owner.query(`insert into ${name} (${key}) values ($1)`, [ada])));
      expect([name, put]).toEqual([name, "42501"]);
      const changed = await as(eve, () =>
        codeOf(
          owner.query(`update ${name} set ${key} = ${key} where ${key} = $1`, [ada]).then((result) => {
            if (result.rowCount !== 0) throw new Error("changed");
          }),
        ),
      );
      expect([name, ["done", "42501"].includes(changed)]).toEqual([name, true]);
      const removed = await as(eve, () =>
        codeOf(
          owner.query(`delete from ${name} where ${key} = $1`, [ada]).then((result) => {
            if (result.rowCount !== 0) throw new Error("removed");
          }),
        ),
      );
      expect([name, ["done", "42501"].includes(removed)]).toEqual([name, true]);
    }
    const foreign = await as(eve, () =>
      codeOf(owner.query("insert into person_exports (id, user_id, status, created_at) values (gen_random_uuid(), $1, 'ready', now())", [ada])),
    );
    const given = await as(eve, () => codeOf(owner.query("update person_exports set user_id = $1", [ada])));
    expect([foreign, given]).toEqual(["42501", "42501"]);
    const forged = await as(eve, () =>
      codeOf(
        owner.query("insert into audit_events (id, user_id, action, actor_kind, occurred_at) values (gen_random_uuid(), $1, 'x', 'person', now())", [ada]),
      ),
    );
    expect(forged).toBe("42501");
  });

  it("[D2] has ten definer functions at most, each of which is known, owned by nobody who logs in, with a fixed search path", async ({ expect }) => {
    const { rows } = await owner.query<{ name: string; owner: string; config: string[] | null; trigger: boolean }>(
      "select proname as name, pg_get_userbyid(proowner) as owner, proconfig as config, prorettype = 'trigger'::regtype as trigger from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1",
    );
    expect(rows.length).toBeLessThanOrEqual(10);
    for (const one of rows) expect([one.name, one.owner, one.config]).toEqual([one.name, "finhelm_system", ["search_path=public, pg_temp"]]);
    const known = [
      "chain_audit_event",
      "claim_due_syncs",
      "due_jobs",
      "erase_person",
      "operate_dead_letters",
      "purge_expired",
      "sealed_otherwise",
      "service_facts",
      "user_by_email",
      "wake_companies",
    ];
    expect(known.filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
  });

  it("[D2] erases nobody but the one in whose name it is asked, and nobody before their time", async ({ expect }) => {
    const erased = await as(eve, async () => (await owner.query<{ n: string }>("select erase_person(now()) as n")).rows[0]?.n);
    expect(Number(erased)).toBe(0);
  });
});
