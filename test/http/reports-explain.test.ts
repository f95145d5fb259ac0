import fc from "../property.ts";
import { describe, it } from "vitest";
import { createReport, type NewReport } from "../../src/features/reports/create-report.ts";
import { Asked, keep, Ledger, LEDGER_TYPES, LONG } from "./random-ledger.ts";
import { deskOf, unexplained } from "./reports-desk.ts";

describe("every cell of every type of report", () => {
  it("opens into rows whose sum is the cell exactly, over random ledgers", { timeout: 1_800_000 }, async ({ expect }) => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(Ledger, fc.array(Asked, { minLength: 5, maxLength: 5 }), async (ledger, asked) => {
        const { userId, company } = await keep(ledger);
        const desk = deskOf(userId);
        for (const [index, type] of [...LEDGER_TYPES, "category_breakdown" as const].entries()) {
          const { from, days, ...rest } = asked[index] ?? { from: "2025-01-01", days: 30, basis: "accrual", compare: "none", columns: "total" };
          const to = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
          const input: NewReport = { type, from, to, ...rest, ...(type === "category_breakdown" ? {} : { accountId: company }) };
          const report = await createReport(desk, input);
          const { wrong, cells } = await unexplained(desk, report, index % 2 === 0 ? 9 : 200);
          expect(wrong, JSON.stringify(input)).toEqual([]);
          seen.set(type, (seen.get(type) ?? 0) + cells);
        }
      }),
      { numRuns: LONG ? 25 : 1, seed: LONG ? Math.floor(Date.now() / 1000) : 5, endOnFailure: true },
    );
    console.log(`cells explained: ${[...seen].map(([type, cells]) => `${type} ${cells}`).join(", ")}`);
    for (const [, cells] of seen) expect(cells).toBeGreaterThan(0);
    expect(seen.size).toBe(5);
  });
});
