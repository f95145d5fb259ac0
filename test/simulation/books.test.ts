import { describe, it } from "vitest";
import { systemActor } from "../../src/core/actor.ts";
import { ledgerFigures } from "../../src/features/reports/ledger-figures.ts";
import type { Parameters } from "../../src/features/reports/report.ts";
import { onBehalf } from "../../src/runtime.ts";
import { faultsOf } from "./oracle.ts";
import { stage } from "./stage.ts";
import type { World } from "./world.ts";

const PROVE = process.env["PROVE"] === "1";
const on = stage();

type Amounts = Record<string, string>;

/** A report of ours by the full names of accounts. */
async function figures(world: World, user: string, parameters: Pick<Parameters, "type" | "from" | "to" | "basis">): Promise<Amounts> {
  const { rows } = await on.machine.owner.query<{ id: string }>("select id from accounts where user_id = $1", [user]);
  const made = await ledgerFigures(onBehalf(world.services, systemActor(user)), { ...parameters, accountId: rows[0]?.id, compare: "none", columns: "total" });
  return sorted(made.figures.lines.map(({ name, amounts }) => [name, amounts[0] ?? ""]));
}

function sorted(rows: readonly (readonly [string, string])[]): Amounts {
  return Object.fromEntries(rows.filter(([, amount]) => Number(amount) !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** QuickBooks' own, from its ledger and not from its reports. */
function truth(world: World, { type, from, to, basis }: Pick<Parameters, "type" | "from" | "to" | "basis">): Amounts {
  const { control } = world.twin;
  if (type === "trial_balance") return sorted(control.trialBalance(world.realm, { date: to, basis }).accounts.map(({ name, shown }) => [name, shown]));
  const income = (classification: string, amount: string) =>
    classification === "Revenue" ? (amount.startsWith("-") ? amount.slice(1) : `-${amount}`) : amount;
  return sorted(
    control.profitAndLoss(world.realm, { from, to, basis }).accounts.map(({ name, classification, amount }) => [name, income(classification, amount)]),
  );
}

const SPANS = [
  ["2025-01-01", "2025-12-31"],
  ["2026-01-01", "2026-11-02"],
  ["2026-03-10", "2026-05-07"],
] as const;

/** Asks for reports of several spans and says which are not QuickBooks' own. */
async function differing(world: World, user: string, basis: "accrual" | "cash", spans: readonly (readonly [string, string])[] = SPANS): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const [from, to] of spans)
    for (const type of ["profit_and_loss", "trial_balance"] as const) {
      const asked = { type, from, to, basis };
      const [ours, theirs] = [await figures(world, user, asked), truth(world, asked)];
      const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter((name) => ours[name] !== theirs[name]);
      if (names.length > 0) wrong.push([asked, names.map((name) => `${name}: ${ours[name] ?? "none"}, not ${theirs[name] ?? "none"}`)]);
    }
  return wrong;
}

const day = (year: number, month: number, date: number): string => new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);

async function copied(world: World, syncFrom?: string): Promise<string> {
  const user = await world.join(syncFrom);
  for (let turn = 0; turn < 80 && (turn === 0 || !(await world.quiet())); turn++) await world.run(50, 0);
  return user;
}

describe("the books of a company with stock, foreign currency, payroll and a history older than the window", () => {
  it.for(Array.from({ length: PROVE ? 8 : 1 }, (_, index) => `books-${index}`))(
    "are QuickBooks' own, on a cash basis with all of it (%s)",
    async (seed, { expect }) => {
      const world = on.world(seed, { size: PROVE ? 300 : 60, multiCurrency: true, inventory: true });
      const windowed = await copied(world);
      expect([await faultsOf(world, windowed), await differing(world, windowed, "accrual")]).toEqual([[], []]);
      const whole = await copied(world, "2000-01-01");
      expect([await faultsOf(world, whole), await differing(world, whole, "accrual"), await differing(world, whole, "cash")]).toEqual([[], [], []]);
    },
  );

  it(
    "are so for the company made by hand, month by month: what was paid before its invoice is unapplied until then",
    { timeout: 300_000 },
    async ({ expect }) => {
      const world = on.world("sample", { size: 0 }, "9130350000000001");
      const user = await copied(world, "2000-01-01");
      const months = Array.from({ length: PROVE ? 15 : 5 }, (_, at) => [day(2026, 10 - at, 1), day(2026, 11 - at, 0)] as const);
      expect(await differing(world, user, "cash", months)).toEqual([]);
    },
  );
});
