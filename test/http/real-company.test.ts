import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { REAL_MONTHS } from "../known.ts";
import { connect, patiently, person, synced } from "../person.ts";

const REAL_COMPANY = "9130350000000002";
/** The year and its purchases; without PROVE its last four months. */
const [FIRST, PURCHASES] = process.env["PROVE"] === "1" ? [1, 32_384] : [9, 11_190];
const FROM = `2019-${String(FIRST).padStart(2, "0")}-01`;
const MONTHS = REAL_MONTHS.map((pence, at) => (at + 1 < FIRST ? 0n : pence));

type Row = { id: string; transactionDate: string; amount: string; currency: string };

describe("the real company: 78,942 lines in 32,384 purchases", () => {
  it("sums to the pence of its source by month, through the list and through the CSV alike", { timeout: 240_000 }, async ({ expect }) => {
    const ada = await person();
    const account = await connect(ada, REAL_COMPANY, { syncFrom: FROM });
    const run = await synced(ada, account.id, 200);
    expect([run.phase, run.incomplete, run.reason]).toEqual(["done", false, null]);

    const listed = new Map<string, bigint>();
    const ids = new Set<string>();
    let cursor: string | null = "";
    while (cursor !== null) {
      const path: string = `/transactions?from=${FROM}&to=2019-12-31&limit=200${cursor ? `&cursor=${cursor}` : ""}`;
      const page = await patiently(() => ada.get<{ data: Row[]; nextCursor: string | null }>(path));
      for (const row of page.body.data) {
        expect(row.currency).toBe("GBP");
        ids.add(row.id);
        add(listed, row.transactionDate, row.amount);
      }
      cursor = page.body.nextCursor;
    }
    expect(ids.size).toBe(PURCHASES);
    expect(byMonth(listed)).toEqual(MONTHS);

    const report = await patiently(() =>
      ada.post<{ downloadUrl: string; rows: number }>("/reports", { type: "transactions", from: FROM, to: "2019-12-31", accountId: account.id }),
    );
    const csv = await (await SELF.fetch(report.body.downloadUrl)).text();
    const written = new Map<string, bigint>();
    for (const line of csv.split("\r\n").slice(1, -1)) {
      const [date = "", amount = ""] = line.split(",");
      add(written, date, amount);
    }
    expect(report.body.rows).toBe(PURCHASES);
    expect(byMonth(written)).toEqual(MONTHS);
  });
});

function add(totals: Map<string, bigint>, date: string, amount: string): void {
  const month = date.slice(5, 7);
  totals.set(month, (totals.get(month) ?? 0n) - BigInt(amount.replace(".", "")));
}

function byMonth(totals: Map<string, bigint>): bigint[] {
  return REAL_MONTHS.map((_, i) => totals.get(String(i + 1).padStart(2, "0")) ?? 0n);
}
