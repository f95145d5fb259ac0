import { neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, it } from "vitest";
import { type LocalMachine, startMachine } from "./machine.ts";
import { World } from "./world.ts";

const REAL = "9130350000000002";
/** Purchase pages: ceil(32,384 / 1000). Account, Item, Customer, Vendor (2,060 rows: 3 pages) and Class. */
const [PURCHASE_PAGES, LIST_PAGES, OTHERS_MOST] = [33, 7, 40];
let machine: LocalMachine;

beforeAll(async () => {
  machine = await startMachine();
});
afterAll(async () => {
  neonConfig.fetchFunction = undefined;
  await machine.stop();
});

it("copies 32,384 purchases in 33 pages, and after a Worker died in the middle repeats no page that was written", async ({ expect }) => {
  const world = new World(machine, "real", { size: 0, multiCurrency: false, inventory: false, faulty: false }, REAL);
  let [pages, writes, claims] = [0, 0, 0];
  world.scheduler.fate = (name) => {
    if (name.startsWith("database with run as")) writes += 1;
    if (name.startsWith("database update sync_runs set fence")) claims += 1;
    return (name.includes("from Purchase") || name.includes("FROM Purchase")) && !name.includes("COUNT") && ++pages === 17 ? "killed-after" : "done";
  };
  await machine.databaseCalls();
  const user = await world.join("2019-01-01");
  for (let turn = 0; turn < 60 && !(turn > 0 && (await world.quiet())); turn++) await world.run(40, 0);
  const { largestBody } = await machine.databaseCalls();
  const counters = world.twin.control.counters(REAL) as { calls: number; byOperation: Record<string, number> };
  const { rows } = await machine.owner.query<{ month: string; pence: string; n: string }>(
    "select to_char(transaction_date, 'MM') as month, (-sum(amount) * 100)::bigint::text as pence, count(*) as n from transactions where user_id = $1 and kind <> 'opening' group by 1 order by 1",
    [user],
  );
  const { rows: proofs } = await machine.owner.query<{ status: string }>("select status from reconciliations where user_id = $1", [user]);
  const { rows: counts } = await machine.owner.query<{ pages: string }>("select counts->'Purchase'->>'pages' as pages from sync_runs where user_id = $1", [
    user,
  ]);
  console.log(
    `real company: ${counters.calls} calls to QuickBooks, ${writes} writes and ${claims} claims in the database, largest body ${largestBody} bytes, ${pages} purchase pages asked for`,
  );
  expect(rows.map((row) => row.pence)).toEqual([
    "1967645582",
    "1733741822",
    "2545117061",
    "2064949404",
    "1946773302",
    "2180741475",
    "2221074652",
    "1776671360",
    "2025480239",
    "2597144487",
    "1909362295",
    "2117784883",
  ]);
  expect(rows.reduce((sum, row) => sum + Number(row.n), 0)).toBe(32_384);
  expect(proofs.map((proof) => proof.status)).toEqual(["balanced"]);
  // the page whose reply the dead Worker had is asked for again, and no other
  expect([counts[0]?.pages, pages]).toEqual([String(PURCHASE_PAGES), PURCHASE_PAGES + 1]);
  expect(counters.calls - pages).toBeLessThanOrEqual(OTHERS_MOST);
  // one write a page, and one each for the company, the opening and the end
  expect(writes).toBeLessThanOrEqual(PURCHASE_PAGES + LIST_PAGES + 3);
  expect(largestBody).toBeLessThan(10 * 1024 * 1024);
  await world.close();
}, 240_000);

it("keeps a document that the database refuses as unreadable, and copies all others", async ({ expect }) => {
  const world = new World(machine, "refused", { size: 40, multiCurrency: false, inventory: false, faulty: false });
  const { rows: documents } = { rows: world.twin.control.documents(world.realm, "Purchase").rows as { Id: string; TxnDate: string }[] };
  const poisoned = documents.toSorted((a, b) => (a.TxnDate < b.TxnDate ? 1 : -1))[0]?.Id ?? "";
  world.spoil = (text) =>
    text.includes('"QueryResponse"') ? text.replace(new RegExp(`("Id":"${poisoned}",)(?=[^{}]*"SyncToken")`), '$1"PrivateNote":"a\\u0000b",') : text;
  const user = await world.join();
  for (let turn = 0; turn < 30 && !(turn > 0 && (await world.quiet())); turn++) await world.run(40, 0);
  const { rows } = await machine.owner.query<{ entity: string; external_id: string; problems: { detail: string }[] }>(
    "select entity, external_id, problems from source_documents where user_id = $1 and problems is not null",
    [user],
  );
  const { rows: runs } = await machine.owner.query<{ phase: string; incomplete: boolean; reason: string }>(
    "select phase, incomplete, reason from sync_runs where user_id = $1",
    [user],
  );
  expect(runs).toEqual([{ phase: "done", incomplete: true, reason: "documents_not_posted" }]);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row.external_id === poisoned && /22P05/.test(row.problems[0]?.detail ?? ""))).toBe(true);
  const { rows: all } = await machine.owner.query<{ n: string }>("select count(*) as n from transactions where user_id = $1 and not is_deleted", [user]);
  expect(Number(all[0]?.n)).toBeGreaterThan(20);
  await world.close();
}, 60_000);
