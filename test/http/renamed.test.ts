import { describe, it } from "vitest";
import { connect, person, synced } from "../person.ts";
import { control, freshCompany, until } from "./accounts-twin.ts";

type Party = { Id: string; DisplayName: string; FullyQualifiedName?: string };
type Chart = { Id: string; Name: string; FullyQualifiedName: string };
type Row = { id: string; counterparty: string | null; category: string | null };

describe("a name that QuickBooks changed, though none of its documents did", () => {
  it("is what every transaction of it is shown under after the next sync, and no other one is", { timeout: 120_000 }, async ({ expect }) => {
    const ada = await person();
    const realm = await freshCompany(60);
    const { id: accountId } = await connect(ada, realm, { syncFrom: "2000-01-01" });
    await synced(ada, accountId);
    const rows = async () => (await ada.get<{ data: Row[] }>("/transactions?source=quickbooks&limit=200&movedCash=any")).body.data;
    const documents = async <T>(entity: string) => (await control<{ rows: T[] }>("GET", `/companies/${realm}/documents/${entity}`)).rows;
    const before = await rows();
    const shown = (name: string, row: Row) => row.counterparty === name || row.category === name;
    const pick = <T>(all: readonly T[], name: (one: T) => string) => all.find((one) => before.some((row) => shown(name(one), row)));
    const renamed = new Map<string, string>();
    for (const entity of ["Customer", "Vendor"]) {
      const one = pick(await documents<Party>(entity), (each) => each.FullyQualifiedName ?? each.DisplayName);
      renamed.set(one?.FullyQualifiedName ?? one?.DisplayName ?? entity, `${one?.DisplayName} & Sons`);
      await control("POST", `/companies/${realm}/write`, {
        entity,
        operation: "update",
        body: { ...one, SyncToken: undefined, DisplayName: `${one?.DisplayName} & Sons` },
      });
    }
    const account = pick(await documents<Chart>("Account"), (each) => each.FullyQualifiedName);
    const category = account?.FullyQualifiedName.replace(/[^:]+$/, "Anything else") ?? "";
    renamed.set(account?.FullyQualifiedName ?? "", category);
    await control("POST", `/companies/${realm}/write`, {
      entity: "Account",
      operation: "update",
      body: { ...account, SyncToken: undefined, Name: "Anything else" },
    });

    const { body: run } = await ada.post<{ id: string }>(`/accounts/${accountId}/sync`);
    await until(async () => {
      const runs = await ada.get<{ data: { id: string; finishedAt: string | null }[] }>(`/accounts/${accountId}/sync-runs`);
      return runs.body.data.some((each) => each.id === run.id && each.finishedAt !== null);
    }, 60);
    const now = (name: string | null) => (name === null ? null : (renamed.get(name) ?? name));
    const wanted = before.map((row) => [row.id, now(row.counterparty), now(row.category)]);
    expect((await rows()).map((row) => [row.id, row.counterparty, row.category])).toEqual(wanted);
    for (const [old, name] of renamed)
      expect([old, before.filter((row) => shown(old, row)).length > 0, wanted.some((row) => row.includes(name))]).toEqual([old, true, true]);
  });
});
