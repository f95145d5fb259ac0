import { describe, it } from "vitest";
import { connect, person, type Person, synced } from "../person.ts";
import { control, freshCompany, until } from "./accounts-twin.ts";

type Document = { Id: string };
type Row = { id: string; description: string | null; category: string | null; memo: string | null; notes: string | null; amount: string };
type Detail = Row & { origins: Record<string, string>; postings: unknown[]; versions: { author: string; before: Record<string, unknown> }[] };
type Figures = { figures: { lines: { name: string; currency: string; amounts: string[] }[]; totals: { name: string; amounts: string[] }[] } };

const PERIOD = { from: "2000-01-01", to: "2030-12-31" };
const SAID = { category: "Said:Otherwise", description: "said by a person", notes: "ask the vendor" };

async function syncedAgain(who: Person, accountId: string): Promise<void> {
  const started = await who.post<{ id: string }>(`/accounts/${accountId}/sync`);
  await until(async () => {
    const runs = await who.get<{ data: { id: string; phase: string; finishedAt: string | null }[] }>(`/accounts/${accountId}/sync-runs`);
    return runs.body.data.some((run) => run.id === started.body.id && run.finishedAt !== null);
  }, 60);
}

async function figures(who: Person, type: string, accountId?: string): Promise<Figures["figures"]> {
  const made = await who.post<Figures>("/reports", { type, ...PERIOD, ...(accountId ? { accountId } : {}) });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.figures;
}

const shown = ({ lines, totals }: Figures["figures"]) => [...lines, ...totals].map((line) => `${line.name} ${line.amounts.join(" ")}`).sort();

describe("what a person said of a transaction of QuickBooks'", () => {
  it("survives an edit there and a sync, moves views by category, and leaves ledger reports to QuickBooks", { timeout: 180_000 }, async ({ expect }) => {
    const ada = await person();
    const realm = await freshCompany(30);
    const { rows } = await control<{ rows: Document[] }>("GET", `/companies/${realm}/documents/Purchase`);
    const write = (PrivateNote: string) =>
      control("POST", `/companies/${realm}/write`, { entity: "Purchase", operation: "update", body: { ...rows[0], SyncToken: undefined, PrivateNote } });
    await write("as it was");
    const account = await connect(ada, realm, { syncFrom: "2000-01-01" });
    await synced(ada, account.id);
    const list = await ada.get<{ data: Row[] }>("/transactions?source=quickbooks&limit=200&movedCash=any");
    const found = list.body.data.find((row) => row.memo === "as it was");
    const target = (await ada.get<Detail>(`/transactions/${found?.id}`)).body;

    const ledger = ["profit_and_loss", "trial_balance", "balance_sheet"];
    const before = await Promise.all(ledger.map(async (type) => shown(await figures(ada, type, account.id))));
    const said = await ada.patch<Row>(`/transactions/${target.id}`, SAID);
    expect([said.status, said.body.category, said.body.description, said.body.notes]).toEqual([200, SAID.category, SAID.description, SAID.notes]);
    expect(await Promise.all(ledger.map(async (type) => shown(await figures(ada, type, account.id))))).toEqual(before);

    await write("edited there");
    await syncedAgain(ada, account.id);
    const after = (await ada.get<Detail>(`/transactions/${target.id}`)).body;
    expect([after.memo, after.category, after.description, after.notes]).toEqual(["edited there", SAID.category, SAID.description, SAID.notes]);
    expect(after.origins).toMatchObject({ amount: "quickbooks", memo: "quickbooks", category: "person", description: "person", notes: "person" });
    expect(after.postings).toEqual(target.postings);
    expect(new Set(after.versions.map((one) => one.author))).toEqual(new Set(["person", "quickbooks"]));
    expect(await Promise.all(ledger.map(async (type) => shown(await figures(ada, type, account.id))))).toEqual(before);

    const within = await ada.get<{ data: Row[] }>("/transactions?category=Said&movedCash=any");
    expect(within.body.data.map((row) => row.id)).toEqual([target.id]);
    const summary = await ada.get<{ data: { key: string; net: string }[] }>("/transactions/summary?groupBy=category&category=Said&movedCash=any");
    expect(summary.body.data.map((row) => [row.key, row.net])).toEqual([[SAID.category, target.amount]]);
    const byCategory = await figures(ada, "category_breakdown");
    expect(byCategory.lines.filter((line) => line.name === SAID.category).map((line) => line.amounts)).toEqual([[target.amount]]);

    await ada.patch(`/transactions/${target.id}`, { category: null, description: null, notes: null });
    const takenBack = (await ada.get<Detail>(`/transactions/${target.id}`)).body;
    expect([takenBack.category, takenBack.notes]).toEqual([target.category, null]);
    expect(Object.values(takenBack.origins)).not.toContain("person");
  });
});
