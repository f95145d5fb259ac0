import fc from "../property.ts";
import { describe, it } from "vitest";
import { archiveOld } from "../../src/features/archive/archive-old.ts";
import { setArchiving } from "../../src/features/archive/archiving.ts";
import { type Fact, Facts } from "../../src/features/insights/facts.ts";
import { linked } from "../../src/features/insights/linked.ts";
import { Entities } from "../../src/features/insights/tools/entities.ts";
import { ledgerRows } from "../../src/features/insights/tools/figure-rows.ts";
import { balanceAt } from "../../src/features/insights/tools/statements.ts";
import { sumTransactions } from "../../src/features/insights/tools/sums.ts";
import { template } from "../../src/features/insights/template.ts";
import type { Desk, Tool } from "../../src/features/insights/tools/tool.ts";
import { asOwner } from "../owner.ts";
import { keep, Ledger } from "./random-ledger.ts";
import { deskOf, exact, plainly } from "./reports-desk.ts";

/** What was copied just now is at rest by then. */
const LATER = 40 * 86_400_000;
const AT = "2030-12-31";

async function asked(userId: string, tool: Tool, input: object): Promise<{ facts: readonly Fact[]; error: unknown }> {
  const ctx = deskOf(userId);
  const [[user]] = await ctx.db.batch([...linked(ctx)]);
  const archivedUntil = user?.archivedUntil ?? null;
  const desk: Desk = { ctx, facts: new Facts(), entities: new Entities(), names: new Set(), periods: [], today: AT, fiscalStart: 1, archivedUntil };
  const { facts, output } = await tool.run(desk, JSON.stringify(input));
  return { facts, error: output["error"] };
}

/** The rows behind a balance, by the smallest pages. */
async function opened(userId: string, fact: Fact): Promise<{ sum: bigint; total: string }> {
  const source = fact.source;
  if (source?.of !== "ledger") throw new Error("a balance is opened into the ledger");
  let [sum, total, after]: [bigint, string, string[] | undefined] = [0n, "0", undefined];
  for (;;) {
    const page = await ledgerRows(deskOf(userId), source, after, 7);
    total = page.total;
    const last = page.rows.at(-1);
    if (!last) return { sum, total };
    for (const row of page.rows) sum += exact(row.amount);
    after = [last.date, last.transactionId, String(last.line)];
  }
}

describe("questions about books of which some are in the archive", () => {
  it("have the balances that they had before, each the sum of its rows, and no figure of a period that is in there", async ({ expect }) => {
    let archived = 0;
    for (const ledger of fc.sample(Ledger, { numRuns: 4, seed: 5 })) {
      const { userId } = await keep(ledger);
      const balances = async () => [
        ...(await asked(userId, balanceAt, { date: AT, of: "everything" })).facts,
        ...(await asked(userId, balanceAt, { date: AT })).facts,
      ];
      const figures = (facts: readonly Fact[]) => facts.map(({ subject, value, currency }) => ({ subject, value, currency }));
      const before = await balances();
      await setArchiving(deskOf(userId, plainly, LATER), 12);
      await archiveOld(deskOf(userId, plainly, LATER));
      const [kept] = await asOwner<{ day: string | null; n: number }>(
        "select min(transaction_date)::text as day, count(*)::int as n from archived_transactions where user_id = $1",
        [userId],
      );
      archived += kept?.n ?? 0;
      const after = await balances();
      expect(figures(after)).toEqual(figures(before));
      for (const fact of after) {
        const { sum, total } = await opened(userId, fact);
        expect([fact.subject, sum, exact(total)]).toEqual([fact.subject, exact(fact.value), exact(fact.value)]);
      }
      if (!kept?.day) continue;
      for (const period of [{ from: kept.day, to: AT }, "all time"]) {
        const refused = await asked(userId, sumTransactions, { period, direction: "net" });
        expect(refused).toEqual({ facts: [], error: expect.stringContaining("in the archive") as string });
      }
      expect((await asked(userId, balanceAt, { date: kept.day })).error).toContain("in the archive");
      expect((await asked(userId, sumTransactions, { period: { from: "2030-01-01", to: AT }, direction: "net" })).error).toBeUndefined();
    }
    expect(archived).toBeGreaterThan(0);
  });
});

describe("a question about what is in the archive", () => {
  it("is answered by where it is, not by nothing", async ({ expect }) => {
    const { answer } = template([], "2025-05-31");
    expect(answer).toBe("Transactions up to 31 May 2025 are in the archive. A report of that time has them; questions look at what came after.");
  });
});
