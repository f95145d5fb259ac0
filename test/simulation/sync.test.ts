import { neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { accounts } from "../../db/schema/accounts.ts";
import { systemActor } from "../../src/core/actor.ts";
import { planSyncs } from "../../src/features/accounts/plan-syncs.ts";
import { startSync } from "../../src/features/accounts/start-sync.ts";
import { claimRun } from "../../src/features/accounts/sync/claim.ts";
import { finish, stop } from "../../src/features/accounts/sync/finish.ts";
import type { Row } from "../../src/features/accounts/sync/prepare.ts";
import { type Session, Superseded } from "../../src/features/accounts/sync/session.ts";
import { putDown } from "../../src/features/accounts/sync/settle.ts";
import { removeUnseen } from "../../src/features/accounts/sync/sweep.ts";
import { accessToken } from "../../src/features/accounts/sync/tokens.ts";
import { writeStep } from "../../src/features/accounts/sync/write.ts";
import { onBehalf } from "../../src/runtime.ts";
import { type LocalMachine, startMachine } from "./machine.ts";
import { faultsOf, mannersOf } from "./oracle.ts";
import { play } from "./play.ts";
import type { Fate } from "./scheduler.ts";
import { World } from "./world.ts";

const PROVE = process.env["PROVE"] === "1";
const SMALL = { size: 12, multiCurrency: false, inventory: false, faulty: false };
let machine: LocalMachine;

beforeAll(async () => {
  machine = await startMachine();
});
afterAll(async () => {
  neonConfig.fetchFunction = undefined;
  await machine.stop();
});

const open: World[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

async function linked(seed: string, options = SMALL): Promise<{ world: World; user: string }> {
  const world = new World(machine, seed, options);
  open.push(world);
  return { world, user: await world.join() };
}

async function one<T extends object>(text: string, values: unknown[]): Promise<T> {
  const { rows } = await machine.owner.query<T>(text, values);
  if (!rows[0]) throw new Error(`no row: ${text}`);
  return rows[0];
}

/** Every row that a sync writes, as one can compare it. */
async function everything(user: string): Promise<string[]> {
  const tables = ["source_documents", "transactions", "postings", "ledger_accounts", "sync_runs", "sync_cursors", "provider_usage", "reconciliations"];
  const digests = tables.map((table) => `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ${table} t where user_id = $1) as ${table}`);
  const state = "(select concat_ws(' ', status, status_reason, next_sync_at, last_synced_at) from accounts where user_id = $1) as account";
  return Object.entries(await one<Record<string, string>>(`select ${digests.join(", ")}, ${state}`, [user])).map(([table, digest]) => `${table} ${digest}`);
}

describe("a sync", () => {
  it("[I1] killed, refused or left without a reply at any effect, converges to QuickBooks' own books", async ({ expect }) => {
    const { world: clean } = await linked("crash-clean");
    await clean.untilQuiet();
    const effects = clean.scheduler.steps;
    const fates: Fate[] = ["killed-before", "killed-after", "reply-lost", "refused", "stalled"];
    const wrong: string[] = [];
    let tried = 0;
    for (let at = 1; at <= effects; at += PROVE ? 1 : 5) {
      for (const fate of PROVE ? fates : [fates[(at * 7) % fates.length] ?? "killed-after"]) {
        const { world, user } = await linked("crash");
        let seen = 0;
        world.scheduler.fate = () => (++seen === at ? fate : "done");
        await world.untilQuiet();
        wrong.push(...(await faultsOf(world, user)).map((what) => `effect ${at} ${fate}: ${what}`));
        await open.pop()?.close();
        tried += 1;
      }
    }
    console.log(`[I1] ${tried} of ${effects * fates.length} crash points tried, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  }, 600_000);

  it("[I3] of a company that changes meanwhile, under faults, ends equal to its books, and the same seed has the same history", async ({ expect }) => {
    const seeds = Array.from({ length: PROVE ? 40 : 4 }, (_, index) => `test-${index}`);
    const wrong: string[] = [];
    for (const seed of seeds) wrong.push(...(await play(machine, seed)).wrong.map((what) => `${seed}: ${what}`));
    expect(wrong).toEqual([]);
    expect((await play(machine, "test-0")).hash).toBe((await play(machine, "test-0")).hash);
  }, 900_000);

  it("[I4] waits as long as a 429 says, with every Worker, and stays under the limits", async ({ expect }) => {
    const { world, user } = await linked("throttled");
    world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, at: 12, fault: { kind: "fault", code: "3001", retryAfter: 40 } });
    await world.untilQuiet();
    const calls = world.twin.control.calls({ realm: world.realm, target: "api" });
    const gaps = calls.slice(1).map((call, index) => call.at - (calls[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(40_000);
    expect([...mannersOf(world), ...(await faultsOf(world, user))]).toEqual([]);
  });

  it("[I6] is planned once, however often and however much at once cron asks", async ({ expect }) => {
    const { world, user } = await linked("planned");
    await world.untilQuiet();
    world.jump(2 * 3600_000);
    const planned = await Promise.all([planSyncs(world.services), planSyncs(world.services), planSyncs(world.services)]);
    const { n } = await one<{ n: string }>("select count(*) as n from sync_runs where user_id = $1 and finished_at is null", [user]);
    expect([planned.reduce((sum, count) => sum + count, 0), n]).toEqual([1, "1"]);
  });

  it("holds when QuickBooks seems to have lost a large share, and removes it only when told to", async ({ expect }) => {
    const { world, user } = await linked("held", { ...SMALL, size: 60 });
    await world.untilQuiet();
    await machine.owner.query("update source_documents set external_id = 'x' || external_id where user_id = $1 and entity = 'Purchase'", [user]);
    await machine.owner.query("update transactions set external_id = 'x' || external_id where user_id = $1 and entity = 'Purchase'", [user]);
    world.jump(40 * 24 * 3600_000);
    await world.untilQuiet();
    await world.run(200, 0);
    await world.untilQuiet();
    const before = await one<{ status: string; status_reason: string; gone: string }>(
      "select status, status_reason, (select count(*) from transactions t where t.user_id = a.user_id and t.is_deleted) as gone from accounts a where user_id = $1",
      [user],
    );
    expect(before).toEqual({ status: "held", status_reason: "removals_held", gone: "0" });
  });
});

describe("what a whole reading does not show", () => {
  it("is asked for once by its id, and stays when QuickBooks has it after all", async ({ expect }) => {
    const { world, user } = await linked("unseen", { ...SMALL, size: 60 });
    await world.untilQuiet();
    const alive = await one<{ entity: string; ids: string[] }>(
      "select entity, array_agg(external_id order by external_id) as ids from source_documents where user_id = $1 and entity = 'Purchase' and document_date > '2025-06-01' group by entity",
      [user],
    );
    const [hidden = "", moved = "", ...deleted] = alive.ids.slice(0, 5);
    for (const Id of deleted) world.twin.control.write(world.realm, { entity: "Purchase", operation: "delete", body: { Id } });
    const before = world.twin.control.documents(world.realm, "Purchase").rows.find((row) => (row as { Id: string }).Id === moved) as object;
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "update", body: { ...before, TxnDate: "2020-01-15" } });
    world.spoil = (text) => text.replace(new RegExp(`"Id":"${hidden}"(?=[^{}]*"SyncToken")(?=.*"maxResults")`), '"Id":"99999999"');
    world.jump(40 * 24 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    world.spoil = (text) => text;
    const reads = world.twin.control.calls({ realm: world.realm, target: "api" }).filter((call) => call.operation === "purchase");
    const { rows: states } = await machine.owner.query<{ id: string; gone: boolean; posted: boolean }>(
      "select d.external_id as id, d.is_deleted as gone, exists (select 1 from transactions t where t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id and not t.is_deleted) as posted from source_documents d where d.user_id = $1 and d.entity = 'Purchase' and d.external_id = any($2) order by array_position($2, d.external_id)",
      [user, [hidden, moved, ...deleted]],
    );
    expect(states.map(({ gone, posted }) => [gone, posted])).toEqual([
      [false, true],
      [false, false],
      [true, false],
      [true, false],
      [true, false],
    ]);
    expect(reads.length).toBe(5);
    // the proof of the next day finds the row that nobody has, and removes it the same way
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    expect(await faultsOf(world, user)).toEqual([]);
  });
});

describe("a mass of deletions", () => {
  it("holds the run and removes nothing, until somebody says that it was meant", async ({ expect }) => {
    const { world, user } = await linked("mass", { ...SMALL, size: 60 });
    await world.untilQuiet();
    const live = async () => Number((await one<{ n: string }>("select count(*) as n from transactions where user_id = $1 and not is_deleted", [user])).n);
    const before = await live();
    for (const entity of ["Purchase", "Transfer", "JournalEntry"]) {
      for (const { Id } of world.twin.control.documents(world.realm, entity).rows as { Id: string }[])
        world.twin.control.write(world.realm, { entity, operation: "delete", body: { Id } });
    }
    world.jump(2 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    const account = await one<{ id: string; status: string; status_reason: string }>("select id, status, status_reason from accounts where user_id = $1", [
      user,
    ]);
    expect([account.status, account.status_reason, await live()]).toEqual(["held", "removals_held", before]);
    await startSync(onBehalf(world.services, systemActor(user)), account.id, { acceptRemovals: true });
    await world.untilQuiet();
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    expect(await live()).toBeLessThan(before);
    expect(await faultsOf(world, user)).toEqual([]);
  });
});

describe("a proof that finds drift", () => {
  it("finds the month, reads it again alone, and is balanced: postings were changed behind its back", async ({ expect }) => {
    const { world, user } = await linked("drift", { ...SMALL, size: 60 });
    await world.untilQuiet();
    const victim = await one<{ id: string }>(
      "select id from transactions where user_id = $1 and entity = 'Purchase' and not is_deleted order by transaction_date desc offset 3 limit 1",
      [user],
    );
    await machine.owner.query(
      "update postings set home_amount = home_amount + (case when line = 0 then 7 else -7 end) where line < 2 and transaction_id = $1",
      [victim.id],
    );
    const before = world.twin.control.counters(world.realm).calls;
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    console.log(`drift: ${world.twin.control.counters(world.realm).calls - before} calls to find it and to mend it`);
    expect(await faultsOf(world, user)).toEqual([]);
  });

  it("names the account and the amount of what remains", async ({ expect }) => {
    const { world, user } = await linked("remains", { ...SMALL, size: 30 });
    await world.untilQuiet();
    const account = await one<{ id: string }>("select id from ledger_accounts where user_id = $1 and classification = 'Asset' order by external_id limit 1", [
      user,
    ]);
    // an entry that QuickBooks does not know and no reading touches
    await machine.owner.query(
      "insert into transactions (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, kind, moved_cash, created_at, updated_at) select gen_random_uuid(), user_id, account_id, 'quickbooks', 'Unknown', '1', transaction_date, 5, currency, 'journal', false, created_at, updated_at from transactions where user_id = $1 limit 1",
      [user],
    );
    await machine.owner.query(
      "insert into postings (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount) select id, 0, user_id, account_id, $2, transaction_date, 5, currency, 5 from transactions where user_id = $1 and entity = 'Unknown'",
      [user, account.id],
    );
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    const proof = await one<{ status: string; differences: { report: string; difference: string }[] }>(
      "select status, differences from reconciliations where user_id = $1 order by created_at desc limit 1",
      [user],
    );
    expect([proof.status, proof.differences.map(({ report, difference }) => `${report} ${difference}`)]).toEqual(["drift", ["trial_balance 5.00"]]);
  });
});

describe("what QuickBooks posts by itself", () => {
  const STOCKED = { ...SMALL, size: 60, inventory: true };
  const proofOf = (user: string) =>
    one<{ status: string; differences: { report: string; account: string; difference: string; cause: string | null }[] }>(
      "select status, differences from reconciliations where user_id = $1 order by created_at desc limit 1",
      [user],
    );

  it("explains the difference to the cent, with its causes, and our books are QuickBooks' own", async ({ expect }) => {
    const { world, user } = await linked("stock", STOCKED);
    await world.untilQuiet();
    const proof = await proofOf(user);
    expect(proof.status).toBe("explained");
    expect(new Set(proof.differences.map(({ cause }) => cause))).toEqual(new Set(["cogs"]));
    expect(await faultsOf(world, user)).toEqual([]);
    expect(await trialBalanceOf(user, "2026-11-02")).toEqual(truthOf(world, "2026-11-02"));
  });

  it("hides no drift beside it: the month is found and read again alone, and what cannot be mended is named", async ({ expect }) => {
    const { world, user } = await linked("stock-drift", STOCKED);
    await world.untilQuiet();
    // cost, stock and claim of one document each: what an explanation could swallow
    await machine.owner.query(
      `with victims as (select distinct on (t.entity) t.id from transactions t join postings p on p.transaction_id = t.id join ledger_accounts l on l.id = p.ledger_account_id
         where t.user_id = $1 and not t.is_deleted and (t.entity = 'Invoice' or (t.entity = 'Bill' and l.account_sub_type = 'Inventory')) order by t.entity, t.transaction_date desc)
       update postings p set home_amount = home_amount + (case when line = 0 then 7 else -7 end) from victims v where p.transaction_id = v.id and line < 2`,
      [user],
    );
    const { realm } = world;
    const before = world.twin.control.calls({ realm, target: "api" }).length;
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    expect((await proofOf(user)).status).toBe("explained");
    expect(await trialBalanceOf(user, "2026-11-03")).toEqual(truthOf(world, "2026-11-03"));
    console.log(`drift beside provider postings: ${world.twin.control.calls({ realm, target: "api" }).length - before} calls to find it and to mend it`);
    const stray = await one<{ id: string }>("select id from ledger_accounts where user_id = $1 and account_sub_type = 'Inventory'", [user]);
    await machine.owner.query(
      "insert into transactions (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, kind, moved_cash, created_at, updated_at) select gen_random_uuid(), user_id, account_id, 'quickbooks', 'Unknown', '1', transaction_date, 5, currency, 'journal', false, created_at, updated_at from transactions where user_id = $1 limit 1",
      [user],
    );
    await machine.owner.query(
      "insert into postings (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount) select id, 0, user_id, account_id, $2, transaction_date, 5, currency, 5 from transactions where user_id = $1 and entity = 'Unknown'",
      [user, stray.id],
    );
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    const proof = await proofOf(user);
    expect([proof.status, proof.differences.filter(({ cause }) => cause === null).map(({ report, difference }) => `${report} ${difference}`)]).toEqual([
      "drift",
      ["trial_balance 5.00"],
    ]);
    expect(proof.differences.some(({ cause }) => cause === "cogs")).toBe(true);
  });

  it("goes with the document that it came of", async ({ expect }) => {
    const { world, user } = await linked("stock-gone", STOCKED);
    await world.untilQuiet();
    const sold = await one<{ id: string; external_id: string }>(
      "select t.id, t.external_id from transactions t where t.user_id = $1 and t.entity = 'SalesReceipt' and exists (select 1 from provider_postings p where p.transaction_id = t.id) limit 1",
      [user],
    );
    world.twin.control.write(world.realm, { entity: "SalesReceipt", operation: "delete", body: { Id: sold.external_id } });
    world.jump(25 * 3600_000);
    await world.run(200, 0);
    await world.untilQuiet();
    expect((await one<{ n: string }>("select count(*) as n from provider_postings where transaction_id = $1", [sold.id])).n).toBe("0");
    expect(await faultsOf(world, user)).toEqual([]);
    expect(await trialBalanceOf(user, "2026-11-03")).toEqual(truthOf(world, "2026-11-03"));
  });
});

/** Our books as the reports read them, account by account. */
async function trialBalanceOf(user: string, date: string): Promise<Record<string, string>> {
  const { rows } = await machine.owner.query<{ id: string; balance: string }>(
    `select l.external_id as id, sum(p.home_amount)::numeric(19, 2)::text as balance
     from (select ledger_account_id, home_amount, posting_date from postings where user_id = $1 union all select ledger_account_id, home_amount, posting_date from provider_postings where user_id = $1) p
     join ledger_accounts l on l.id = p.ledger_account_id where p.posting_date <= $2 group by 1 having sum(p.home_amount) <> 0 order by 1`,
    [user, date],
  );
  return Object.fromEntries(rows.map(({ id, balance }) => [id, balance]));
}

function truthOf(world: World, date: string): Record<string, string> {
  const { accounts: all } = world.twin.control.trialBalance(world.realm, { date });
  return Object.fromEntries(all.filter(({ balance }) => Number(balance) !== 0).map(({ id, balance }) => [id, balance]));
}

describe("a connection", () => {
  it("[I2] is refreshed by one of twenty at once, and all go on with the same token", async ({ expect }) => {
    const { world, user } = await linked("twenty");
    await world.untilQuiet();
    world.jump(2 * 3600_000);
    const ctx = onBehalf(world.services, systemActor(user));
    const [account] = await ctx.db.select().from(accounts);
    if (!account) throw new Error("no account");
    const session = (): Session => ({
      account,
      run: { id: "r", fence: 1, attempts: 0 },
      progress: { phase: "queued", cursor: {}, counts: {}, incomplete: false },
      realmId: world.realm,
      copy: null,
      accounts: new Map(),
      items: new Map(),
      token: null,
      calls: 0,
      refreshes: 0,
      pageSize: 1000,
    });
    const tokens: string[] = [];
    for (let worker = 0; worker < 20; worker++)
      world.scheduler.spawn(
        "refresh",
        async () => void tokens.push(await accessToken(ctx, session())),
        () => undefined,
        () => undefined,
      );
    while (tokens.length < 20) await world.run(20, 0);
    const [chain] = world.twin.control.connections(world.realm) as { refreshes: number; reused: number }[];
    expect([new Set(tokens).size, chain?.refreshes, chain?.reused]).toEqual([1, 1, 0]);
  });

  it("[I2] whose rotation was lost needs its person, says so once, and is balanced after connecting again", async ({ expect }) => {
    const { world, user } = await linked("lost");
    await world.untilQuiet();
    world.twin.control.addFault({ match: { target: "token" }, fault: { kind: "rotate-lost" } });
    world.jump(3 * 3600_000);
    await world.untilQuiet();
    await world.run(300, 0);
    const lost = await one<{ status: string; status_reason: string; mails: string; trail: string }>(
      "select status, status_reason, (select count(*) from mails m where m.user_id = a.user_id) as mails, (select count(*) from audit_events e where e.user_id = a.user_id and e.action = 'account.needs_reconnect') as trail from accounts a where user_id = $1",
      [user],
    );
    expect(lost).toEqual({ status: "needs_reconnect", status_reason: "access_revoked", mails: "1", trail: "1" });
    const tokenCalls = world.twin.control.calls({ target: "token" }).length;
    await world.run(300, 0);
    expect(world.twin.control.calls({ target: "token" }).length).toBe(tokenCalls);
    await world.link(user);
    await world.untilQuiet();
    expect(await faultsOf(world, user)).toEqual([]);
  });

  it("[I6] belongs to one Worker at a time: what a Worker writes that lost its lease, the database refuses", async ({ expect }) => {
    const { world, user } = await linked("fence");
    await world.untilQuiet();
    world.jump(2 * 3600_000);
    const ctx = onBehalf(world.services, systemActor(user));
    const [account] = await ctx.db.select().from(accounts);
    const { id } = await startSync(ctx, account?.id ?? "");
    const stale = await claimRun(ctx, id);
    expect(await claimRun(ctx, id)).toBeNull();
    world.jump(10 * 60_000);
    const holder = await claimRun(ctx, id);
    if (!stale || !holder) throw new Error("not claimed");
    expect([stale.run.fence, holder.run.fence]).toEqual([1, 2]);
    const lone = await one<{ entity: string; id: string; day: string }>(
      "select min(entity) as entity, min(external_id) as id, document_date::text as day from source_documents where user_id = $1 and entity not in ('Opening', 'Account') group by document_date having count(*) = 1 limit 1",
      [user],
    );
    world.twin.control.write(world.realm, { entity: lone.entity, operation: "delete", body: { Id: lone.id } });
    const before = await everything(user);
    const session: Session = { ...stale, token: null, calls: 3, refreshes: 0, pageSize: 1000 };
    session.progress = { ...stale.progress, cursor: { acceptRemovals: true } };
    const row: Row = {
      i: ctx.id(),
      e: "Purchase",
      x: "999999",
      v: 0,
      c: ctx.now().toISOString(),
      d: "2026-10-01",
      del: false,
      b: { Id: "999999" },
      p: null,
      t: null,
      s: [],
    };
    const progress = { ...stale.progress, phase: "done" as const };
    const attempts: Record<string, () => Promise<unknown>> = {
      "a page": () => writeStep(ctx, session, { rows: [row], progress, force: true, scan: true }),
      "the end": () => finish(ctx, session, null),
      "a stop": () => stop(ctx, session, "unexpected_reply", "paused"),
      "a pause": () => putDown(ctx, session, "provider_unavailable", 60),
      "a removal": () => removeUnseen(ctx, session, { from: lone.day, to: lone.day, undated: false }, "proof"),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      await attempt().catch((error: unknown) => expect([what, error]).toEqual([what, expect.any(Superseded)]));
      expect([what, await everything(user)]).toEqual([what, before]);
    }
    await writeStep(ctx, { ...holder, token: null, calls: 3, refreshes: 0, pageSize: 1000 }, { rows: [row], progress: holder.progress });
    expect(await everything(user)).not.toEqual(before);
  });
});
