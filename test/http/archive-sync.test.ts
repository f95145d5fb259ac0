import { describe, it } from "vitest";
import { archiveOld } from "../../src/features/archive/archive-old.ts";
import { setArchiving } from "../../src/features/archive/archiving.ts";
import { createReport } from "../../src/features/reports/create-report.ts";
import { asOwner } from "../owner.ts";
import { connect, person, synced } from "../person.ts";
import { control, freshCompany } from "./accounts-twin.ts";
import { deskOf, exact, plainly, userIdOf } from "./reports-desk.ts";

const LATER = 40 * 86_400_000;
const YEAR = new Date(Date.now() + LATER).getUTCFullYear();
/** Old enough to be archived by then, when twelve months are kept. */
const OLD = new Date(Date.now() + LATER - 500 * 86_400_000).toISOString().slice(0, 10);
type Theirs = { accounts: { name: string; shown: string }[] };
type Body = Record<string, unknown> & { Id: string; SyncToken: string };
type Detail = { amount: string; category: string; notes: string; memo: string | null; origins: Record<string, string>; versions: { author: string }[] };

describe("a change in QuickBooks of what is in the archive", () => {
  it(
    "brings the row back with what its person said of it, and a deletion takes it away: the balances are QuickBooks'",
    { timeout: 240_000 },
    async ({ expect }) => {
      const realm = await freshCompany(120);
      const ada = await person();
      const account = await connect(ada, realm, { syncFrom: "2000-01-01" });
      expect((await synced(ada, account.id, 120)).phase).toBe("done");
      const userId = userIdOf(ada);
      const balances = async () => {
        const input = {
          type: "trial_balance",
          from: `${YEAR}-01-01`,
          to: `${YEAR}-12-31`,
          accountId: account.id,
          basis: "accrual",
          compare: "none",
          columns: "total",
        } as const;
        const { figures } = await createReport(deskOf(userId), input);
        const ours = (figures?.lines ?? []).map((line) => `${line.name} ${exact(line.amounts[0] ?? "")}`).sort();
        const theirs = await control<Theirs>("GET", `/companies/${realm}/trial-balance?date=${YEAR}-12-31`);
        const wanted = theirs.accounts.filter((one) => exact(one.shown) !== 0n).map((one) => `${one.name} ${exact(one.shown)}`);
        return { ours, theirs: wanted.sort(), notes: figures?.notes };
      };
      const again = async () => {
        await ada.post(`/accounts/${account.id}/sync`);
        expect(await synced(ada, account.id, 120)).toMatchObject({ phase: "done", incomplete: false });
      };
      const held = () =>
        asOwner<{ transaction_id: string; external_id: string }>(
          "select transaction_id, external_id from archived_transactions where user_id = $1 and entity = 'Purchase' order by transaction_date, external_id",
          [userId],
        );

      const [old] = await asOwner<{ id: string; memo: string | null }>(
        "select id, memo from transactions where user_id = $1 and entity = 'Purchase' and not is_deleted and transaction_date < $2 order by transaction_date, external_id limit 1",
        [userId, OLD],
      );
      // one row that fills what a file may hold, whatever month the company's first purchases lie in
      await asOwner(
        `update transactions set memo = repeat('a "quoted" memo, ', 80000) where id = (select id from transactions where user_id = $1 and id <> $2 and entity = 'Purchase' and not is_deleted order by transaction_date, external_id limit 1)`,
        [userId, old?.id],
      );
      expect((await ada.patch(`/transactions/${old?.id}`, { category: "Mine", notes: "ask Grace" })).status).toBe(200);
      const desk = deskOf(userId, plainly, LATER);
      await setArchiving(desk, 12);
      await archiveOld(desk);
      const [{ most } = { most: 0 }] = await asOwner<{ most: number }>("select max(bytes)::int as most from archives where user_id = $1 and status = 'kept'", [
        userId,
      ]);
      expect(most).toBeGreaterThan(1_300_000);
      const before = await balances();
      const [edited, deleted] = await held();
      expect([edited?.transaction_id, before.ours]).toEqual([old?.id, before.theirs]);
      expect(before.notes?.join()).toContain("archive");
      // every report over that time says so to whoever asks, and none over another
      const notesOf = async (type: string, from: string, to: string) =>
        (await ada.post<{ notes: string[] }>("/reports", { type, from, to, accountId: account.id })).body.notes.join();
      for (const type of ["transactions", "category_breakdown", "profit_and_loss"]) {
        expect([type, await notesOf(type, "2000-01-01", `${YEAR}-12-31`)]).toEqual([type, expect.stringContaining("in the archive")]);
        expect([type, await notesOf(type, "1999-01-01", "1999-12-31")]).toEqual([type, ""]);
      }
      expect((await ada.get<Detail>(`/transactions/${old?.id}`)).body).toMatchObject({ category: "Mine", notes: "ask Grace", memo: old?.memo });

      const { rows: documents } = await control<{ rows: Body[] }>("GET", `/companies/${realm}/documents/Purchase`);
      const bodyOf = (id: string | undefined) => documents.find((one) => one.Id === id) ?? { Id: "", SyncToken: "" };
      await control("POST", `/companies/${realm}/write`, {
        entity: "Purchase",
        operation: "update",
        body: { ...bodyOf(edited?.external_id), PrivateNote: "changed late" },
      });
      await again();
      const row = (await ada.get<Detail>(`/transactions/${old?.id}`)).body;
      expect(row).toMatchObject({
        category: "Mine",
        notes: "ask Grace",
        memo: "changed late",
        origins: { amount: "quickbooks", category: "person", notes: "person" },
      });
      expect(row.versions.map((one) => one.author)).toEqual(["quickbooks", "person"]);
      const back = await balances();
      expect(back.ours).toEqual(back.theirs);
      expect(back.ours).toEqual(before.ours);

      await archiveOld(desk);
      const { Id, SyncToken } = bodyOf(deleted?.external_id);
      await control("POST", `/companies/${realm}/write`, { entity: "Purchase", operation: "delete", body: { Id, SyncToken } });
      await again();
      expect((await held()).map((one) => one.external_id)).not.toContain(Id);
      expect((await ada.get(`/transactions/${deleted?.transaction_id}`)).status).toBe(404);
      const over = await balances();
      expect(over.ours).toEqual(over.theirs);
      expect(over.ours).not.toEqual(before.ours);
    },
  );
});
