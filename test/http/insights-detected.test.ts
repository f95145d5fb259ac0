import { describe, it } from "vitest";
import { connect, type Person, person, synced } from "../person.ts";
import { asOwner, control, until } from "./accounts-twin.ts";
import { asker, type Insight, pause, script } from "./insights-twin.ts";

const TODAY = new Date();
/** A day in the month that lies so many months back. */
const dayOf = (monthsAgo: number, day: number) => new Date(Date.UTC(TODAY.getUTCFullYear(), TODAY.getUTCMonth() - monthsAgo, day)).toISOString().slice(0, 10);
/** So many days back, but within this month: what is later than the months that a runway is measured by. */
const lately = (days: number) => dayOf(0, Math.max(1, TODAY.getUTCDate() - days));
const daysAgo = (days: number) => new Date(TODAY.getTime() - days * 86_400_000).toISOString().slice(0, 10);

type Ids = Record<"checking" | "utilities" | "software" | "office" | "rent" | "sales", string>;
type Books = { realm: string; ids: Ids; write: <T = { Id: string }>(entity: string, body: object) => Promise<T>; pay: Pay };
type Pay = (who: string, account: keyof Ids, date: string, amount: number) => Promise<void>;

async function company(): Promise<Books> {
  const { realm } = await control<{ realm: string }>("POST", "/companies", { template: "empty", realm: `91309${String(Date.now()).slice(-11)}` });
  const write: Books["write"] = async (entity, body) => {
    const written = await control<Record<string, never>>("POST", `/companies/${realm}/write`, { entity, operation: "create", body });
    return Object.values(written)[0] as never;
  };
  const account = async (Name: string, AccountType: string) => (await write("Account", { Name, AccountType })).Id;
  const ids: Ids = {
    checking: await account("Till", "Bank"),
    utilities: await account("Power", "Expense"),
    software: await account("Programs", "Expense"),
    office: await account("Stationery", "Expense"),
    rent: await account("Premises", "Expense"),
    sales: await account("Takings", "Income"),
  };
  const vendors = new Map<string, string>();
  const pay: Pay = async (who, expense, TxnDate, Amount) => {
    const id = vendors.get(who) ?? (await write("Vendor", { DisplayName: who })).Id;
    vendors.set(who, id);
    await write("Purchase", {
      PaymentType: "Cash",
      AccountRef: { value: ids.checking },
      EntityRef: { value: id, type: "Vendor" },
      TxnDate,
      Line: [{ Amount, DetailType: "AccountBasedExpenseLineDetail", AccountBasedExpenseLineDetail: { AccountRef: { value: ids[expense] } } }],
    });
  };
  return { realm, ids, write, pay };
}

/** Books in which each detector has one thing to find; cash in hundredths beside them. */
async function troubled(books: Books): Promise<void> {
  const { write, pay, ids } = books;
  const item = (await write("Item", { Name: "Hour", Type: "Service", IncomeAccountRef: { value: ids.sales } })).Id;
  const customer = (await write("Customer", { DisplayName: "Late Payer" })).Id;
  const sale = (Amount: number) => [
    { Amount, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: { value: item }, Qty: 1, UnitPrice: Amount } },
  ];
  await write("SalesReceipt", { CustomerRef: { value: customer }, DepositToAccountRef: { value: ids.checking }, TxnDate: dayOf(8, 3), Line: sale(20_000) });
  await write("Invoice", { CustomerRef: { value: customer }, TxnDate: daysAgo(70), DueDate: daysAgo(40), Line: sale(5_000) });
  for (const month of [7, 6, 5, 4, 3, 2]) await pay("City Power", "utilities", dayOf(month, 12), 100);
  await pay("City Power", "utilities", dayOf(1, 12), 400);
  for (const month of [5, 4, 3, 2]) await pay("Cloud Desk", "software", dayOf(month, 7), 50);
  await pay("Cloud Desk", "software", dayOf(1, 7), 60);
  for (const month of [3, 2, 1]) await pay("Hall Owner", "rent", dayOf(month, 2), 4_000);
  await pay("Paper Shop", "office", lately(6), 777.77);
  await pay("Paper Shop", "office", lately(5), 777.77);
}

const detected = async (owner: Person) => (await owner.get<{ data: Insight[] }>("/ai/insights?origin=detected")).body.data;
const kindOf = (insight: Insight | undefined) => insight?.insights[0]?.kind ?? "";
const find = (all: readonly Insight[], kind: string) => all.find((each) => kindOf(each) === kind);

describe("what is found unasked, after a sync", () => {
  it("tells each thing once, with figures that open into their rows, and again only when it changed", { timeout: 240_000 }, async ({ expect }) => {
    const [ada, books] = [await asker(), await company()];
    await troubled(books);
    const account = await connect(ada, books.realm, { syncFrom: dayOf(10, 1) });
    expect((await synced(ada, account.id)).phase).toBe("done");
    const first = await until(async () => {
      const all = await detected(ada);
      return all.length >= 5 && all;
    }, 90);
    expect(first.map(kindOf).sort()).toEqual(["aging", "duplicate", "outlier", "recurring", "runway"]);
    const values = (kind: string) => find(first, kind)?.figures.map((figure) => figure.value);
    expect(values("duplicate")).toEqual(["777.77", "1555.54"]);
    expect(values("aging")?.[0]).toBe("5000.00");
    expect(values("recurring")).toEqual(["60.00", "50.00", "20"]);
    expect(values("outlier")).toEqual(["400.00", "100.00", "300"]);
    // 20,000 less what was paid: 1,000 for power, 260 for programs, 12,000 for the hall, 1,555.54 for paper
    const monthly = -(12_000 + 600 + 160) / 3;
    expect(values("runway")).toEqual([(Math.floor((5_184.46 * 10) / -monthly) / 10).toFixed(1), "5184.46", monthly.toFixed(2)]);
    // the model words some, at most four, and the rest is said by template: the same figures
    const worded = first.filter((each) => each.grounding === "verified").length;
    expect([worded > 0, worded <= 4]).toEqual([true, true]);
    for (const each of first) {
      expect([each.origin, each.answer.includes("{{")]).toEqual(["detected", false]);
      for (const figure of each.figures) {
        if (figure.explain === null) {
          expect(figure.kind).toBe("date");
          continue;
        }
        const opened = await ada.get<{ total?: string; data?: { amount: string }[]; amount?: string }>(figure.explain);
        expect(opened.status, figure.explain).toBe(200);
        // an average or a share opens into what it was worked out from
        if (!["total", "amount", "balance", "change"].includes(figure.kind)) continue;
        if (opened.body.total !== undefined) expect(opened.body.total, figure.subject).toBe(figure.value);
        else if (figure.explain.includes("?"))
          expect(opened.body.data?.map((row) => Math.abs(Number(row.amount))).reduce((a, b) => a + b)).toBeCloseTo(Number(figure.value), 2);
      }
    }

    for (const each of first) expect(each.dataQuality).toMatchObject({ complete: true, openDrift: [], staleConnections: [] });

    // looked through again without a change: nothing new
    await again(ada, account.id);
    expect((await detected(ada)).map((each) => each.id).sort()).toEqual(first.map((each) => each.id).sort());

    // a third time paid, and a little more for power: what changed materially is told again, the rest is not
    await script(ada.key, { output: [{ text: "You lost one million dollars." }], times: "always" });
    await books.pay("Paper Shop", "office", lately(4), 777.77);
    await books.pay("City Power", "utilities", dayOf(1, 20), 8);
    await again(ada, account.id);
    const later = await until(async () => {
      const all = await detected(ada);
      return find(all, "duplicate")?.id !== find(first, "duplicate")?.id && all;
    }, 90);
    const same = (kind: string) => find(later, kind)?.id === find(first, kind)?.id;
    // less cash, and more of it spent a month: the runway changed as well
    expect([later.length, kindOf(later[0]), kindOf(later[1])]).toEqual([5, "duplicate", "runway"]);
    expect([same("outlier"), same("aging"), same("recurring")]).toEqual([true, true, true]);
    expect(find(later, "duplicate")).toMatchObject({ grounding: "templated", figures: [{ value: "777.77" }, { value: "2333.31" }] });
    expect(JSON.stringify(later)).not.toContain("million");
    expect(await detected(await person())).toEqual([]);

    // what a person calls a transaction counts in figures by category
    const { body } = await ada.get<{ data: { id: string }[] }>("/transactions?counterparty=Paper%20Shop&limit=1");
    expect((await ada.patch(`/transactions/${body.data[0]?.id}`, { category: "Gifts" })).status).toBe(200);
    await script(ada.key, { fault: { kind: "status", status: 503 }, times: "always" });
    for (const [question, value] of [
      ["How much did we spend on Gifts?", "777.77"],
      ["How much did we spend on Stationery?", "1555.54"],
    ] as const) {
      const answer = (await ada.ask(question)).body as unknown as Insight;
      expect(
        answer.figures.map((figure) => figure.value),
        question,
      ).toEqual([value]);
    }

    // what has not been read for days is said aloud, and so is an account that differs from QuickBooks' own balance
    const differences = JSON.stringify([{ account: "1", name: "Till", difference: "5.00" }]);
    await asOwner("update reconciliations set status = 'drift', differences = $2::jsonb where account_id = $1", [account.id, differences]);
    await asOwner("update accounts set last_synced_at = last_synced_at - interval '3 days' where id = $1", [account.id]);
    const stale = (await ada.ask("How much did we spend on Premises?")).body as unknown as Insight;
    expect(stale.dataQuality.staleConnections.map((each) => each.status)).toEqual(["connected"]);
    expect(stale.dataQuality.openDrift.map(({ name, difference }) => [name, difference])).toEqual([["Till", "5.00"]]);
  });
});

async function again(owner: Person, accountId: string): Promise<void> {
  const started = await owner.post<{ id: string }>(`/accounts/${accountId}/sync`);
  await until(async () => {
    const runs = await owner.get<{ data: { id: string; finishedAt: string | null }[] }>(`/accounts/${accountId}/sync-runs`);
    return runs.body.data.find((run) => run.id === started.body.id)?.finishedAt;
  }, 60);
  // the queue looks through the books after the run
  await pause(3_000);
}
