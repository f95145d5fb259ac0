import { neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { type LocalMachine, startMachine } from "./machine.ts";
import { split } from "../../src/features/accounts/sync/prepare.ts";
import { faultsOf } from "./oracle.ts";
import { World } from "./world.ts";

const PROVE = process.env["PROVE"] === "1";
const MIB = 1024 * 1024;
let machine: LocalMachine;
const open: World[] = [];

beforeAll(async () => {
  machine = await startMachine();
});
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});
afterAll(async () => {
  neonConfig.fetchFunction = undefined;
  await machine.stop();
});

type Document = { Id: string; TxnDate: string; PrivateNote?: string; MetaData: object };

function company(seed: string): { world: World; purchases: Document[] } {
  const world = new World(machine, seed, { size: 60, multiCurrency: false, inventory: false, faulty: false });
  open.push(world);
  const rows = world.twin.control.documents(world.realm, "Purchase").rows as unknown as Document[];
  return { world, purchases: rows.toSorted((a, b) => (a.TxnDate < b.TxnDate ? 1 : -1)) };
}

/** Purchases on their way out of QuickBooks, each as `change` makes it. */
function changing(change: (document: Document) => object): (text: string) => string {
  return (text) => {
    if (!text.includes('"Purchase":[')) return text;
    const body = JSON.parse(text, (key, value: unknown) => (key === "Purchase" && Array.isArray(value) ? (value as Document[]).map(change) : value)) as object;
    return JSON.stringify(body);
  };
}

const runsOf = async (user: string) =>
  (await machine.owner.query("select phase, incomplete, reason from sync_runs where user_id = $1 order by created_at, id", [user])).rows;

describe("what QuickBooks calls deleted", () => {
  it("is asked for by its id first: what exists stays, with its newest version, and what is gone is removed once", async ({ expect }) => {
    const { world, purchases } = company("not-deleted");
    const user = await world.join();
    await world.untilQuiet();
    const [alive, gone] = [purchases[0]?.Id ?? "", purchases[1]?.Id ?? ""];
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "delete", body: { Id: gone } });
    world.twin.control.write(world.realm, { entity: "Purchase", operation: "update", body: { ...purchases[0], PrivateNote: "edited" } });
    const deleted = changing(({ Id, MetaData }) => ({ domain: "QBO", status: "Deleted", Id, MetaData }));
    world.spoil = (text) => (text.includes('"CDCResponse"') ? deleted(text) : text);
    const before = world.twin.control.calls({ realm: world.realm, target: "api" }).length;
    world.jump(2 * 3600_000);
    await world.run(60, 0);
    await world.untilQuiet();
    const state = await machine.owner.query<{ id: string; is_deleted: boolean; note: string | null; posted: boolean }>(
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
    world.jump(2 * 3600_000);
    await world.run(60, 0);
    await world.untilQuiet();
    expect(asked()).toBe(1);
  });
});

describe("a document that is too large", () => {
  it("for one request to the database is posted without being kept, and named; the company goes on", async ({ expect }) => {
    const { world, purchases } = company("eleven-megabytes");
    const large = purchases[0]?.Id;
    world.spoil = changing((document) => (document.Id === large ? { ...document, PrivateNote: "nine letters ".repeat((11 * MIB) / 13) } : document));
    const user = await world.join();
    await world.untilQuiet();
    expect(await runsOf(user)).toEqual([{ phase: "done", incomplete: true, reason: "documents_not_posted" }]);
    const { rows } = await machine.owner.query<{ external_id: string; kept: boolean; code: string }>(
      "select external_id, body is not null as kept, problems->0->>'code' as code from source_documents where user_id = $1 and problems is not null",
      [user],
    );
    expect(rows).toEqual([{ external_id: large, kept: false, code: "too_large" }]);
    expect(await faultsOf(world, user)).toEqual([]);
  });

  it("is counted as it will stand in the request, where quotes are escaped twice", async ({ expect }) => {
    const row = (x: string, note: string) => ({ i: "", e: "Purchase", x, v: 0, c: "", d: null, del: false, b: { note }, p: null, t: null, s: [] });
    const rows = [row("1", '"'.repeat(100)), row("2", '"'.repeat(100)), row("3", "x".repeat(100)), row("4", "x".repeat(100))];
    const parts = split(rows, 1_000).map((part) => part.map(({ x }) => x));
    expect(parts).toEqual([["1"], ["2", "3"], ["4"]]);
    for (const part of split(rows, 1_000)) expect(JSON.stringify({ params: [JSON.stringify(part)] }).length).toBeLessThan(1_000 + 100);
  });

  it.skipIf(!PROVE)(
    "with its neighbours for one reply or one request comes by smaller pages and in parts, whatever its text escapes to",
    async ({ expect }) => {
      const { world, purchases } = company("thirty-megabytes");
      const large = new Set(purchases.slice(0, 8).map(({ Id }) => Id));
      // a quote takes four bytes where text stands inside of text
      const quotes = '"'.repeat(1.4 * MIB);
      const words = "x".repeat(3.6 * MIB);
      world.spoil = changing((document) => (large.has(document.Id) ? { ...document, PrivateNote: quotes, Memo: words.slice(0, words.length / 2) } : document));
      await machine.databaseCalls();
      const user = await world.join();
      await world.untilQuiet();
      expect(await runsOf(user)).toEqual([{ phase: "done", incomplete: false, reason: null }]);
      const { rows } = await machine.owner.query<{ n: string; least: number }>(
        "select count(*) as n, min(length(body::text)) as least from source_documents where user_id = $1 and entity = 'Purchase' and external_id = any($2)",
        [user, [...large]],
      );
      expect([rows[0]?.n, (rows[0]?.least ?? 0) > 4 * MIB]).toEqual(["8", true]);
      expect((await machine.databaseCalls()).largestBody).toBeLessThan(10 * MIB);
      expect(await faultsOf(world, user)).toEqual([]);
    },
  );
});
