import { it } from "vitest";
import { REAL_MONTHS } from "../known.ts";
import { stage } from "./stage.ts";

const REAL = "9130350000000002";
/** Purchase pages: ceil(32,384 / 1000). Account, Item, Customer, Vendor (2,060 rows: 3 pages) and Class. */
const [PURCHASE_PAGES, LIST_PAGES, OTHERS_MOST] = [33, 7, 40];
/** What a sync asks the database beside its claims and pages, each once. */
const OTHER_STATEMENTS = {
  "the company's currency, basis and fiscal year": /^database update /,
  "the opening's accounts, and the proof's": /^database with names as/,
  "documents that the reading did not show": /^database select count\(\*\) as missing/,
  "the names that customers and vendors have now": /^database with run as \( +select user_id/,
  "the end, with its proof": /^database with run as \( +update sync_runs r set phase = 'done'/,
};
/** Cron looks every few minutes for what is due, of all companies at once. */
const CRON = /claim_due_syncs|due_jobs/;
const on = stage();

it.runIf(process.env["PROVE"] === "1")(
  "copies 32,384 purchases in 33 pages, and after a Worker died in the middle repeats no page that was written",
  async ({ expect }) => {
    const world = on.world("real", { size: 0 }, REAL);
    let [pages, writes, claims] = [0, 0, 0];
    const others: Record<string, number> = {};
    world.scheduler.fate = (name) => {
      if (/^database with run as \( +update sync_runs set phase/.test(name)) writes += 1;
      else if (name.startsWith("database update sync_runs set fence")) claims += 1;
      else if (name.startsWith("database ") && !CRON.test(name)) {
        const what = Object.entries(OTHER_STATEMENTS).find(([, pattern]) => pattern.test(name))?.[0] ?? name;
        others[what] = (others[what] ?? 0) + 1;
      }
      return (name.includes("from Purchase") || name.includes("FROM Purchase")) && !name.includes("COUNT") && ++pages === 17 ? "killed-after" : "done";
    };
    const user = await world.join("2019-01-01");
    await on.machine.databaseCalls();
    for (let turn = 0; turn < 60 && !(turn > 0 && (await world.quiet())); turn++) await world.run(40, 0);
    const { largestBody } = await on.machine.databaseCalls();
    const counters = world.twin.control.counters(REAL) as { calls: number; byOperation: Record<string, number> };
    const { rows } = await on.machine.owner.query<{ month: string; pence: string; n: string }>(
      "select to_char(transaction_date, 'MM') as month, (-sum(amount) * 100)::bigint::text as pence, count(*) as n from transactions where user_id = $1 and kind <> 'opening' group by 1 order by 1",
      [user],
    );
    const { rows: proofs } = await on.machine.owner.query<{ status: string }>("select status from reconciliations where user_id = $1", [user]);
    const { rows: counts } = await on.machine.owner.query<{ pages: string }>("select counts->'Purchase'->>'pages' as pages from sync_runs where user_id = $1", [
      user,
    ]);
    console.log(
      `real company: ${pages} purchase pages and ${counters.calls - pages} other calls to QuickBooks; the database was called for ${writes} writes, ${claims} claims and ${JSON.stringify(others)}; largest body ${largestBody} bytes`,
    );
    expect(rows.map((row) => BigInt(row.pence))).toEqual(REAL_MONTHS);
    expect(rows.reduce((sum, row) => sum + Number(row.n), 0)).toBe(32_384);
    expect(proofs.map((proof) => proof.status)).toEqual(["balanced"]);
    // the page whose reply the dead Worker had is asked for again, and no other
    expect([counts[0]?.pages, pages]).toEqual([String(PURCHASE_PAGES), PURCHASE_PAGES + 1]);
    expect(counters.calls - pages).toBeLessThanOrEqual(OTHERS_MOST);
    // one write a page, and one each for the company and the opening
    expect(writes).toBe(PURCHASE_PAGES + LIST_PAGES + 2);
    // its message was delivered, and after the death again: until the dead Worker's lease ended for nothing
    expect(claims).toBeLessThanOrEqual(3);
    expect(others).toEqual({ ...Object.fromEntries(Object.keys(OTHER_STATEMENTS).map((what) => [what, 1])), "the opening's accounts, and the proof's": 2 });
    expect(largestBody).toBeLessThan(10 * 1024 * 1024);
  },
  240_000,
);

it("keeps a document that the database refuses as unreadable, and copies all others", async ({ expect }) => {
  const world = on.world("refused", { size: 40 });
  const { rows: documents } = { rows: world.twin.control.documents(world.realm, "Purchase").rows as { Id: string; TxnDate: string }[] };
  const poisoned = documents.toSorted((a, b) => (a.TxnDate < b.TxnDate ? 1 : -1))[0]?.Id ?? "";
  world.spoil = (text) =>
    text.includes('"QueryResponse"') ? text.replace(new RegExp(`("Id":"${poisoned}",)(?=[^{}]*"SyncToken")`), '$1"PrivateNote":"a\\u0000b",') : text;
  const user = await world.join();
  for (let turn = 0; turn < 30 && !(turn > 0 && (await world.quiet())); turn++) await world.run(40, 0);
  const { rows } = await on.machine.owner.query<{ entity: string; external_id: string; problems: { detail: string }[] }>(
    "select entity, external_id, problems from source_documents where user_id = $1 and problems is not null",
    [user],
  );
  const { rows: runs } = await on.machine.owner.query<{ phase: string; incomplete: boolean; reason: string }>(
    "select phase, incomplete, reason from sync_runs where user_id = $1",
    [user],
  );
  expect(runs).toEqual([{ phase: "done", incomplete: true, reason: "documents_not_posted" }]);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row.external_id === poisoned && /22P05/.test(row.problems[0]?.detail ?? ""))).toBe(true);
  const { rows: all } = await on.machine.owner.query<{ n: string }>("select count(*) as n from transactions where user_id = $1 and not is_deleted", [user]);
  expect(Number(all[0]?.n)).toBeGreaterThan(20);
}, 60_000);
