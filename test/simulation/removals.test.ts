import { describe, it } from "vitest";
import { systemActor } from "../../src/core/actor.ts";
import { startSync } from "../../src/features/accounts/start-sync.ts";
import { onBehalf } from "../../src/runtime.ts";
import { faultsOf } from "./oracle.ts";
import { changing, purchasesOf } from "./replies.ts";
import { HOUR_MS, stage } from "./stage.ts";

const on = stage();

describe("what QuickBooks calls deleted", () => {
  it("is asked for by its id first: what exists stays, with its newest version, and what is gone is removed once", async ({ expect }) => {
    const { world, user } = await on.copied("not-deleted", { size: 60 });
    const purchases = purchasesOf(world);
    const [alive, gone] = [purchases[0]?.Id ?? "", purchases[1]?.Id ?? ""];
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "delete", body: { Id: gone } });
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "update", body: { ...purchases[0], PrivateNote: "edited" } });
    const deleted = changing(({ Id, MetaData }) => ({ domain: "QBO", status: "Deleted", Id, MetaData }));
    world.spoil = (text) => (text.includes('"CDCResponse"') ? deleted(text) : text);
    const before = world.twin.control.calls({ realm: world.realm, target: "api" }).length;
    world.jump(2 * HOUR_MS);
    await world.run(60, 0);
    await world.untilQuiet();
    const state = await on.machine.owner.query<{ id: string; is_deleted: boolean; note: string | null; posted: boolean }>(
      "select d.external_id as id, d.is_deleted, d.body->>'PrivateNote' as note, exists (select 1 from transactions t where t.account_id = d.account_id and t.entity = d.entity and t.external_id = d.external_id and not t.is_deleted) as posted from source_documents d where d.user_id = $1 and d.entity = 'Purchase' and d.external_id = any($2) order by array_position($2, d.external_id)",
      [user, [alive, gone]],
    );
    expect(state.rows.map(({ is_deleted: isDeleted, note, posted }) => [isDeleted, note, posted])).toEqual([
      [false, "edited", true],
      [true, null, false],
    ]);
    const asked = () =>
      world.twin.control
        .calls({ realm: world.realm, target: "api" })
        .slice(before)
        .filter(({ operation, entity }) => operation === "query" && entity?.toLowerCase() === "purchase").length;
    expect(asked()).toBe(1);
    expect(await faultsOf(world, user)).toEqual([]);
    // the windows of later readings overlap: what is known to be gone is not asked for again
    world.spoil = (text) => text;
    world.jump(5 * 60_000);
    await world.untilQuiet();
    world.jump(2 * HOUR_MS);
    await world.run(60, 0);
    await world.untilQuiet();
    expect(asked()).toBe(1);
  });
});

describe("what a whole reading does not show", () => {
  it("is asked for once by its id, and stays when QuickBooks has it after all", async ({ expect }) => {
    const { world, user } = await on.copied("unseen", { size: 60 });
    const alive = await on.one<{ entity: string; ids: string[] }>(
      "select entity, array_agg(external_id order by external_id) as ids from source_documents where user_id = $1 and entity = 'Purchase' and document_date > '2025-06-01' group by entity",
      [user],
    );
    const [hidden = "", moved = "", ...deleted] = alive.ids.slice(0, 5);
    for (const Id of deleted) world.twin.control.write(world.realm, { entity: "Purchase", operation: "delete", body: { Id } });
    const before = world.twin.control.documents(world.realm, "Purchase").rows.find((row) => (row as { Id: string }).Id === moved) as object;
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "update", body: { ...before, TxnDate: "2020-01-15" } });
    world.spoil = (text) => text.replace(new RegExp(`"Id":"${hidden}"(?=[^{}]*"SyncToken")(?=.*"maxResults")`), '"Id":"99999999"');
    await world.later(40 * 24 * HOUR_MS);
    world.spoil = (text) => text;
    const reads = world.twin.control.calls({ realm: world.realm, target: "api" }).filter((call) => call.operation === "purchase");
    const { rows: states } = await on.machine.owner.query<{ id: string; gone: boolean; posted: boolean }>(
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
    await world.later(25 * HOUR_MS);
    expect(await faultsOf(world, user)).toEqual([]);
  });
});

describe("a mass of deletions", () => {
  it("holds when QuickBooks seems to have lost a large share, and removes it only when told to", async ({ expect }) => {
    const { world, user } = await on.copied("held", { size: 60 });
    await on.machine.owner.query("update source_documents set external_id = 'x' || external_id where user_id = $1 and entity = 'Purchase'", [user]);
    await on.machine.owner.query("update transactions set external_id = 'x' || external_id where user_id = $1 and entity = 'Purchase'", [user]);
    world.jump(40 * 24 * HOUR_MS);
    await world.untilQuiet();
    await world.run(200, 0);
    await world.untilQuiet();
    const before = await on.one<{ status: string; status_reason: string; gone: string }>(
      "select status, status_reason, (select count(*) from transactions t where t.user_id = a.user_id and t.is_deleted) as gone from accounts a where user_id = $1",
      [user],
    );
    expect(before).toEqual({ status: "held", status_reason: "removals_held", gone: "0" });
  });

  it("holds the run and removes nothing, until somebody says that it was meant", async ({ expect }) => {
    const { world, user } = await on.copied("mass", { size: 60 });
    const live = async () => Number((await on.one<{ n: string }>("select count(*) as n from transactions where user_id = $1 and not is_deleted", [user])).n);
    const before = await live();
    for (const entity of ["Purchase", "Transfer", "JournalEntry"]) {
      for (const { Id } of world.twin.control.documents(world.realm, entity).rows as { Id: string }[])
        world.twin.control.write(world.realm, { entity, operation: "delete", body: { Id } });
    }
    await world.later(2 * HOUR_MS);
    const account = await on.one<{ id: string; status: string; status_reason: string }>("select id, status, status_reason from accounts where user_id = $1", [
      user,
    ]);
    expect([account.status, account.status_reason, await live()]).toEqual(["held", "removals_held", before]);
    await startSync(onBehalf(world.services, systemActor(user)), account.id, { acceptRemovals: true });
    await world.untilQuiet();
    await world.later(25 * HOUR_MS);
    expect(await live()).toBeLessThan(before);
    expect(await faultsOf(world, user)).toEqual([]);
  });
});
