import fc from "../../property.ts";
import { describe, expect } from "vitest";
import { createQuickbooksTwin, type QuickbooksTwin } from "../../../dev/twins/quickbooks/twin.ts";
import { POSTING_ENTITIES } from "../../known.ts";
import { APP, behaviour, type Json, type Row, rowsIn } from "./harness.ts";

const NOW = Date.parse("2026-11-20T18:00:00Z");
const BASES = ["Accrual", "Cash"] as const;

type World = { twin: QuickbooksTwin; realm: string; get: (path: string) => Promise<Json> };

/** A generated company, lived in by seed. */
async function inWorld(seed: number, size: number, edits: number, use: (world: World) => Promise<void>): Promise<void> {
  const twin = createQuickbooksTwin({ ...APP, now: () => NOW });
  const { realm } = twin.control.createCompany({ template: "generated", seed, size, multiCurrency: seed % 3 !== 0 });
  twin.control.throttle(realm, { enabled: false });
  if (edits > 0) twin.control.mutate(realm, { seed, count: edits });
  const { access_token } = twin.control.connect(realm);
  const get = async (path: string) => {
    const reply = await twin.app.request(`/v3/company/${realm}/${path}`, { headers: { authorization: `Bearer ${access_token}`, accept: "application/json" } });
    return (await reply.json()) as Json;
  };
  try {
    await use({ twin, realm, get });
  } finally {
    await twin.close();
  }
}

const inCents = (text: string) => Math.round(Number(text) * 100);

const worlds = (runs: number, use: (world: World) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 5, max: 120 }), fc.integer({ min: 0, max: 40 }), (seed, size, edits) =>
      inWorld(seed, size, edits, use),
    ),
    { numRuns: runs },
  );

export function properties(): void {
  describe("properties", () => {
    behaviour("property.balanced", "assumption", "every entry of every generated company adds up to zero, on both bases, after any history of changes", () =>
      worlds(25, async ({ twin, realm }) => {
        for (const basis of BASES) {
          for (const entry of twin.control.postings(realm, { basis }).entries)
            expect(entry.postings.reduce((sum, one) => sum + inCents(one.amount), 0)).toBe(0);
        }
        return Promise.resolve();
      }),
    );
    behaviour("property.reports", "assumption", "the trial balance, the balance sheet and profit and loss are sums of postings", () =>
      worlds(15, reportsAgree),
    );
    behaviour("property.cdc-query", "assumption", "a copy kept by change data capture equals what queries give", () => worlds(12, copyAgrees));
    behaviour("property.documents", "captured traffic", "a document's total is its lines, less discounts, and its tax; balances never pass totals", () =>
      worlds(15, documentsAddUp),
    );
    behaviour("property.deterministic", "assumption", "the same seed makes the same company, byte for byte", async () => {
      const seen: string[] = [];
      for (const _ of [1, 2])
        await inWorld(77, 150, 30, ({ twin, realm }) =>
          Promise.resolve(void seen.push(JSON.stringify([...POSTING_ENTITIES, "Account", "Customer"].map((entity) => twin.control.documents(realm, entity))))),
        );
      expect(seen[0]).toBe(seen[1]);
    });
  });
}

async function reportsAgree({ twin, realm, get }: World): Promise<void> {
  for (const basis of BASES) {
    const truth = new Map<string, number>();
    for (const { date, postings } of twin.control.postings(realm, { basis }).entries) {
      if (date <= "2026-06-30") for (const { account, amount } of postings) truth.set(account, (truth.get(account) ?? 0) + inCents(amount));
    }
    const raw = twin.control.trialBalance(realm, { date: "2026-06-30", basis });
    for (const { id, balance } of raw.accounts) expect(inCents(balance)).toBe(truth.get(id) ?? 0);
    const report = await get(`reports/TrialBalance?start_date=2026-01-01&end_date=2026-06-30&accounting_method=${basis}`);
    const shown = shownIn(report);
    expect([...shown.values()].reduce((a, b) => a + b, 0)).toBe(0);
    for (const { id, shown: expected } of raw.accounts) expect(shown.get(id) ?? 0).toBe(inCents(expected));
    const sheet = await get(`reports/BalanceSheet?end_date=2026-06-30&accounting_method=${basis}`);
    const totals = (sheet.Rows?.Row ?? []).map((row) => row.Summary?.ColData[1]?.value);
    expect(totals[0]).toBe(totals[1]);
  }
}

/** Debits less credits of a trial balance, by account. */
function shownIn(report: Json): Map<string, number> {
  const shown = new Map<string, number>();
  for (const { ColData } of report.Rows?.Row ?? [])
    if (ColData) shown.set(ColData[0]?.id ?? "", inCents(ColData[1]?.value ?? "") - inCents(ColData[2]?.value ?? ""));
  return shown;
}

/** Starts empty a minute before everything, follows the changes, and compares. */
async function copyAgrees({ twin, realm, get }: World): Promise<void> {
  const copy = new Map<string, Row>();
  const key = (entity: string, id: unknown) => `${entity}:${String(id)}`;
  const read = async (entity: string) => {
    const found = await get(`query?query=${encodeURIComponent(`select * from ${entity} maxresults 1000`)}`);
    return rowsIn(found.QueryResponse);
  };
  for (const entity of POSTING_ENTITIES) for (const row of await read(entity)) copy.set(key(entity, row["Id"]), row);
  twin.control.moveClock({ scope: realm, advanceMs: 60_000 });
  const since = new Date(NOW + 30_000).toISOString();
  twin.control.mutate(realm, { seed: 5, count: 30 });
  const cdc = await get(`cdc?entities=${POSTING_ENTITIES.join(",")}&changedSince=${since}`);
  for (const [index, entity] of POSTING_ENTITIES.entries()) {
    const rows = rowsIn(cdc.CDCResponse?.[0]?.QueryResponse[index]);
    for (const row of rows) {
      if (row["status"] === "Deleted") copy.delete(key(entity, row["Id"]));
      else copy.set(key(entity, row["Id"]), row);
    }
  }
  for (const entity of POSTING_ENTITIES) {
    const live = await read(entity);
    const kept = [...copy].filter(([name]) => name.startsWith(`${entity}:`)).map(([, row]) => row);
    expect(kept.toSorted((a, b) => Number(a["Id"]) - Number(b["Id"]))).toEqual(live);
  }
}

async function documentsAddUp({ twin, realm }: World): Promise<void> {
  for (const entity of ["Purchase", "Bill", "Invoice", "SalesReceipt", "RefundReceipt", "CreditMemo", "VendorCredit", "Deposit"]) {
    for (const row of twin.control.documents(realm, entity).rows as unknown as Row[]) {
      const lines = (row["Line"] ?? []).reduce((sum: number, line) => {
        if (line.DetailType === "SubTotalLineDetail" || line.DetailType === "DescriptionOnly") return sum;
        return sum + (line.DetailType === "DiscountLineDetail" ? -1 : 1) * Math.round(Number(line.Amount) * 100);
      }, 0);
      const [tax, back] = [Math.round((row.TxnTaxDetail?.TotalTax ?? 0) * 100), Math.round((row.CashBack?.Amount ?? 0) * 100)];
      expect(Math.round(Number(row["TotalAmt"]) * 100)).toBe(lines + tax - back);
      if (row.Balance !== undefined) expect(row.Balance).toBeLessThanOrEqual(Number(row["TotalAmt"]));
      if (row.Balance !== undefined) expect(row.Balance).toBeGreaterThanOrEqual(0);
    }
  }
  return Promise.resolve();
}
