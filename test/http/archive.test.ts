import fc from "../property.ts";
import { describe, it } from "vitest";
import { archiveOld } from "../../src/features/archive/archive-old.ts";
import { setArchiving } from "../../src/features/archive/archiving.ts";
import { broughtBack } from "../../src/features/archive/bring-back.ts";
import { createReport, type NewReport } from "../../src/features/reports/create-report.ts";
import type { Report } from "../../src/features/reports/report.ts";
import { type Detail, getTransaction } from "../../src/features/transactions/get-transaction.ts";
import { asOwner } from "../owner.ts";
import { person } from "../person.ts";
import { Asked, keep, Ledger, LEDGER_TYPES, LONG } from "./random-ledger.ts";
import { type Desk, deskOf, plainly, unexplained } from "./reports-desk.ts";

/** What was copied just now is at rest by then. */
const LATER = 40 * 86_400_000;
const TYPES = [...LEDGER_TYPES, "category_breakdown" as const];

/** One instant is written in several ways. */
const sameInstants = ({ createdAt, updatedAt, ...rest }: Detail) => ({ ...rest, createdAt: Date.parse(createdAt), updatedAt: Date.parse(updatedAt) });
const shown = ({ figures }: Report) => ({ lines: figures?.lines, totals: figures?.totals });
const count = async (table: string, userId: string) =>
  (await asOwner<{ n: number }>(`select count(*)::int as n from ${table} where user_id = $1`, [userId]))[0]?.n ?? -1;
const archiveAll = async (userId: string, desk: Desk = deskOf(userId, plainly, LATER)) => {
  await setArchiving(desk, 12);
  await archiveOld(desk);
};

describe("archiving", () => {
  it("changes no figure of any report, before, while and after rows come back, and each opens into its rows", { timeout: 1_800_000 }, async ({ expect }) => {
    let [archived, cells] = [0, 0];
    await fc.assert(
      fc.asyncProperty(Ledger, fc.array(Asked, { minLength: 5, maxLength: 5 }), async (ledger, asked) => {
        const { userId, company } = await keep(ledger);
        const desk = deskOf(userId);
        const inputs = TYPES.map((type, index): NewReport => {
          const { from, days, ...rest } = asked[index] ?? { from: "2025-01-01", days: 30, basis: "accrual", compare: "none", columns: "total" };
          const to = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
          return { type, from, to, ...rest, ...(type === "category_breakdown" ? {} : { accountId: company }) };
        });
        const all = () => Promise.all(inputs.map((input) => createReport(desk, input)));
        const before = await all();
        const rows = await count("transactions", userId);
        const ids = await asOwner<{ id: string }>("select id from transactions where user_id = $1 order by id", [userId]);
        const details = new Map(await Promise.all(ids.map(async ({ id }) => [id, sameInstants(await getTransaction(desk, id))] as const)));
        await archiveAll(userId);
        const gone = await count("archived_transactions", userId);
        expect(await count("transactions", userId)).toBe(rows - gone);
        archived += gone;
        const inFiles = await asOwner<{ id: string }>("select transaction_id as id from archived_transactions where user_id = $1 limit 3", [userId]);
        for (const { id } of inFiles) expect(sameInstants(await getTransaction(desk, id))).toEqual(details.get(id));
        const after = await all();
        expect(after.map(shown), JSON.stringify(inputs)).toEqual(before.map(shown));
        for (const [index, report] of after.entries()) {
          const found = await unexplained(desk, report, index % 2 === 0 ? 9 : 200, (nth) => LONG || nth % 3 === 0);
          expect(found.wrong, JSON.stringify(inputs[index])).toEqual([]);
          cells += found.cells;
        }
        const [one] = await asOwner<{ entity: string; external_id: string }>(
          "select entity, external_id from archived_transactions where user_id = $1 limit 1",
          [userId],
        );
        if (one) {
          const touch = () =>
            desk.db.execute(
              `update source_documents set version = version + 1 where account_id = '${company}' and entity = '${one.entity}' and external_id = '${one.external_id}'`,
            );
          await expect(touch()).rejects.toThrow();
          await broughtBack(desk, touch);
          expect(await count("archived_transactions", userId)).toBeLessThan(gone);
          expect((await all()).map(shown), JSON.stringify(inputs)).toEqual(before.map(shown));
        }
      }),
      { numRuns: LONG ? 25 : 2, seed: LONG ? Math.floor(Date.now() / 1000) : 5, endOnFailure: true },
    );
    console.log(`archived ${archived} transactions; cells explained ${cells}`);
    expect(archived).toBeGreaterThan(0);
  });
});

/** Books of which some are old, at rest and not waiting for money. */
const ledgerOf = (seed: number) => fc.sample(Ledger, { numRuns: 1, seed })[0] as Parameters<typeof keep>[0];
const trialBalance = (desk: Desk, accountId: string) =>
  createReport(desk, { type: "trial_balance", from: "2024-01-01", to: "2026-12-31", accountId, basis: "accrual", compare: "none", columns: "total" });

describe("an archiving that is killed", () => {
  it("at any of its steps, or run twice at once, loses nothing and counts nothing twice", { timeout: 300_000 }, async ({ expect }) => {
    const ledger = ledgerOf(3);
    let steps = 0;
    for (let dies = 1; ; dies++) {
      const { userId, company } = await keep(ledger);
      const before = shown(await trialBalance(deskOf(userId), company));
      steps = 0;
      await setArchiving(deskOf(userId, plainly, LATER), 12);
      let killed = false;
      const mortal = deskOf(
        userId,
        async (name, act) => {
          if (!/files|archive/.test(name)) return act();
          steps += 1;
          if (steps < dies) return act();
          killed = true;
          // half of the deaths are after the effect: it was done, and nobody heard of it
          if (dies % 2 === 0) await act();
          throw new Error("killed");
        },
        LATER,
      );
      await archiveOld(mortal).catch(() => undefined);
      expect(shown(await trialBalance(deskOf(userId), company)), `killed at ${dies}`).toEqual(before);
      const healthy = () => archiveOld(deskOf(userId, plainly, LATER + 2 * 3_600_000));
      await Promise.allSettled([healthy(), healthy()]);
      await healthy();
      expect(shown(await trialBalance(deskOf(userId), company)), `after ${dies}`).toEqual(before);
      expect(await asOwner("select id from archives where user_id = $1 and status <> 'kept'", [userId])).toEqual([]);
      if (!killed || (!LONG && dies === 6)) break;
    }
  });
});

describe("what a person chose", () => {
  it("is off unless they chose it, is read and set over the API, and stays theirs", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    expect((await ada.get("/archive")).body).toEqual({ afterMonths: null, transactions: 0, files: 0, until: null });
    expect((await ada.patch("/archive", { afterMonths: 24 })).body).toMatchObject({ afterMonths: 24 });
    expect((await eve.get("/archive")).body["afterMonths"]).toBeNull();
    expect((await ada.patch("/archive", { afterMonths: 3 })).status).toBe(400);
    expect((await ada.patch("/archive", { afterMonths: null })).body).toMatchObject({ afterMonths: null });
  });
});
