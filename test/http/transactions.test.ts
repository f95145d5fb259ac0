import { describe, it } from "vitest";
import { person, type Person } from "../person.ts";

type Row = { id: string; transactionDate: string; amount: string; currency: string; category: string | null; description: string | null; notes: string | null };
type Page = { data: Row[]; nextCursor: string | null };

const coffee = { transactionDate: "2026-03-01", description: "coffee", amount: "-3.50", currency: "USD", category: "Meals:Coffee" };

async function record(who: Person, ...rows: Record<string, unknown>[]): Promise<Row[]> {
  const made = await who.post<{ data: Row[] }>("/transactions/batch", { transactions: rows });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.data;
}

async function ids(who: Person, query: string): Promise<string[]> {
  const reply = await who.get<Page>(`/transactions?${query}`);
  if (reply.status !== 200) throw new Error(`${query}: ${JSON.stringify(reply.body)}`);
  return reply.body.data.map((row) => row.id);
}

describe("filters", () => {
  it("narrow by each field, and a parent category includes its children", async ({ expect }) => {
    const ada = await person();
    const made = await record(
      ada,
      coffee,
      {
        ...coffee,
        transactionDate: "2026-03-02",
        amount: "-40.00",
        category: "Meals",
        description: "lunch with 100% of the team",
        counterparty: "Blue Bistro",
      },
      { ...coffee, transactionDate: "2026-03-03", amount: "900", category: "Mealsy", description: "refund", memo: "order forty two" },
      { ...coffee, transactionDate: "2026-03-04", amount: "-7", currency: "EUR", category: "A:B:C:D", description: "deep", notes: "ask Grace" },
      {
        ...coffee,
        transactionDate: "2026-03-05",
        amount: "-100",
        category: undefined,
        description: "shop",
        splits: [
          { category: "Meals:Wine", amount: "-30" },
          { category: "Toys", amount: "-70" },
        ],
      },
    );
    const [c, l, r, d, s] = made.map((row) => row.id);
    expect(await ids(ada, "category=Meals")).toEqual([s, l, c]);
    expect(await ids(ada, "category=Meals:Coffee")).toEqual([c]);
    expect(await ids(ada, "category=Toys")).toEqual([s]);
    expect(await ids(ada, "category=A:B:C")).toEqual([d]);
    expect(await ids(ada, "category=A:B:C:D&sort=amount")).toEqual([d]);
    expect(await ids(ada, "minAmount=-40&maxAmount=-3.5&sort=amount")).toEqual([l, d, c]);
    expect(await ids(ada, "counterparty=Blue%20Bistro")).toEqual([l]);
    expect(await ids(ada, "currency=EUR")).toEqual([d]);
    expect(await ids(ada, "q=bistro%20lunch")).toEqual([l]);
    expect(await ids(ada, 'q="order%20forty"')).toEqual([r]);
    expect(await ids(ada, "q=grace")).toEqual([d]);
    expect(await ids(ada, "q=coffee%20-lunch")).toEqual([c]);
    expect(await ids(ada, "movedCash=false")).toEqual([]);
    expect(await ids(ada, "kind=manual&status=posted&source=manual&sort=-amount")).toEqual([r, c, d, l, s]);
    expect(await ids(ada, "sort=date&from=2026-03-02&to=2026-03-03")).toEqual([l, r]);
  });

  it("[E4] keep pages to 1 to 200 rows, and a cursor to its filters, its sort and its person", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    await record(ada, coffee, coffee, coffee);
    for (const limit of ["0", "201", "1e9", "-1", "abc"]) expect((await ada.get(`/transactions?limit=${limit}`)).status).toBe(400);
    const first = await ada.get<Page>("/transactions?limit=1");
    const cursor = first.body.nextCursor ?? "";
    expect((await ada.get<Page>(`/transactions?limit=2&cursor=${cursor}`)).body.data.length).toBe(2);
    const foreign = [
      await eve.get(`/transactions?limit=1&cursor=${cursor}`),
      await ada.get(`/transactions?sort=date&cursor=${cursor}`),
      await ada.get(`/transactions?kind=manual&cursor=${cursor}`),
    ];
    expect(foreign.map((reply) => reply.status)).toEqual([400, 400, 400]);
    const altered = `${cursor.slice(0, -1)}${cursor.endsWith("a") ? "b" : "a"}`;
    expect((await ada.get(`/transactions?cursor=${altered}`)).status).toBe(400);
  });
});

describe("one's own transactions", () => {
  it("[E3] keep amounts exact, and refuse what is finer than the currency", async ({ expect }) => {
    const ada = await person();
    const exact = ["999999999999.99", "-0.01", "9007199254740.93", "0"];
    const made = await record(
      ada,
      ...exact.map((amount) => ({ ...coffee, amount })),
      { ...coffee, amount: "-1234.567", currency: "KWD" },
      { ...coffee, amount: "1500", currency: "JPY" },
    );
    expect(made.map((row) => row.amount)).toEqual(["999999999999.99", "-0.01", "9007199254740.93", "0.00", "-1234.567", "1500"]);
    const half = await ada.post("/transactions", { ...coffee, amount: "0.5", currency: "JPY" });
    expect([half.status, half.body["errors"]]).toEqual([400, [{ pointer: "/amount", detail: "must have at most 0 fraction digits in JPY" }]]);
  });

  it("enforce the sum of splits, post every part, and refuse a change that breaks it", async ({ expect }) => {
    const ada = await person();
    const splits = [
      { category: "Food", amount: "-30" },
      { category: "Toys", amount: "-70.01", memo: "bricks" },
    ];
    const wrong = await ada.post("/transactions", { ...coffee, amount: "-100", splits });
    expect([wrong.status, wrong.body["errors"]]).toEqual([400, [{ pointer: "/splits", detail: "must add up to -100 USD, not -100.01" }]]);
    const made = await ada.post("/transactions", { ...coffee, category: undefined, amount: "-100.01", splits });
    expect([made.status, made.body["category"]]).toEqual([201, "Toys"]);
    const broken = await ada.patch(`/transactions/${made.body["id"]}`, { amount: "-5" });
    expect([broken.status, (broken.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/splits"]);
    const fine = await ada.post("/transactions", { ...coffee, amount: "-1", currency: "JPY", splits: splits.map((split) => ({ ...split, amount: "-0.5" })) });
    expect([fine.status, (fine.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/splits/0/amount"]);
    const detail = await ada.get<{ postings: { ledgerAccount: string; amount: string }[] }>(`/transactions/${made.body["id"]}`);
    expect(detail.body.postings.map((one) => `${one.ledgerAccount} ${one.amount}`).sort()).toEqual([
      "Cash (USD) -30.00",
      "Cash (USD) -70.01",
      "Food 30.00",
      "Toys 70.01",
    ]);
    const summary = await ada.get<{ data: { key: string; net: string; count: number }[] }>("/transactions/summary?groupBy=category");
    expect(summary.body.data.map((row) => [row.key, row.net, row.count])).toEqual([
      ["Food", "-30.00", 1],
      ["Toys", "-70.01", 1],
    ]);
    const moved = await ada.patch(`/transactions/${made.body["id"] as string}`, { splits: splits.map((split) => ({ ...split, category: "Moved" })) });
    expect([moved.status, moved.body["category"]]).toEqual([200, "Moved"]);
  });

  it("come in batches, all or none, each error pointing at its row", async ({ expect }) => {
    const ada = await person();
    const reply = await ada.post("/transactions/batch", { transactions: [coffee, { ...coffee, amount: "1.2.3" }] });
    expect([reply.status, (reply.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/transactions/1/amount"]);
    const late = await ada.post("/transactions/batch", { transactions: [coffee, coffee, { ...coffee, amount: "0.5", currency: "JPY" }] });
    expect([late.status, (late.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/transactions/2/amount"]);
    expect(await ids(ada, "")).toEqual([]);
    expect((await record(ada, ...Array.from({ length: 500 }, () => coffee))).length).toBe(500);
    expect((await ada.post("/transactions/batch", { transactions: Array.from({ length: 501 }, () => coffee) })).status).toBe(400);
  });

  it("tell their history and where each field came from", async ({ expect }) => {
    const ada = await person();
    const [made] = await record(ada, coffee);
    await ada.patch(`/transactions/${made?.id}`, { amount: "-4.00", category: null });
    await ada.patch(`/transactions/${made?.id}`, { notes: "with Grace" });
    const detail = await ada.get<{ versions: { version: number; author: string; before: unknown }[]; origins: unknown; category: string | null }>(
      `/transactions/${made?.id}`,
    );
    expect(detail.body.versions.map(({ version, author, before }) => ({ version, author, before }))).toEqual([
      { version: 2, author: "person", before: { notes: null } },
      { version: 1, author: "person", before: { amount: "-3.50", category: "Meals:Coffee" } },
    ]);
    expect(detail.body.origins).toEqual({ transactionDate: "person", amount: "person", currency: "person", description: "person", notes: "person" });
    expect(detail.body.category).toBeNull();
  });

  it("are summed by two dimensions at once, per currency, never mixed", async ({ expect }) => {
    const ada = await person();
    await record(
      ada,
      coffee,
      { ...coffee, amount: "10" },
      { ...coffee, transactionDate: "2026-04-01", currency: "EUR" },
      { ...coffee, transactionDate: "2026-04-30", category: "Rent", amount: "-800" },
    );
    const { body } = await ada.get<{ data: { key: string; second: string; currency: string; in: string; out: string; net: string; count: number }[] }>(
      "/transactions/summary?groupBy=month&thenBy=category",
    );
    expect(body.data.map((row) => [row.key, row.second, row.currency, row.in, row.out, row.net, row.count])).toEqual([
      ["2026-03", "Meals:Coffee", "USD", "10.00", "-3.50", "6.50", 2],
      ["2026-04", "Meals:Coffee", "EUR", "0.00", "-3.50", "-3.50", 1],
      ["2026-04", "Rent", "USD", "0.00", "-800.00", "-800.00", 1],
    ]);
    const within = await ada.get<{ data: { key: string; net: string }[] }>("/transactions/summary?groupBy=week&category=Meals");
    expect(within.body.data.map((row) => [row.key, row.net])).toEqual([
      ["2026-W09", "6.50"],
      ["2026-W14", "-3.50"],
    ]);
  });
});
