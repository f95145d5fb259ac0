import { z } from "zod";
import { add, negate, toUnits } from "../../../core/money.ts";
import { periodBefore } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { narrow, type Narrowed, narrowing } from "./filter.ts";
import { type Group, sumLedger } from "./ledger.ts";
import { percentOf } from "./sums.ts";
import { type Desk, inWords, periodOf, state, tool, When } from "./tool.ts";

const { period: _, ...rest } = narrowing;
const DRIVERS = 5;

export const comparePeriods = tool(
  "compare_periods",
  "Compares spending, income or net of two periods: both totals, the change, and which categories, vendors or customers drove it.",
  z.strictObject({
    current: When,
    previous: When.optional().describe("the period just before, when left out"),
    ...rest,
    drivers: z.enum(["category", "vendor", "customer", "counterparty"]).default("category"),
  }),
  async (desk, args) => {
    const now = narrow(desk, args, args.current);
    if ("error" in now) return { ...now, step: "reading a period" };
    const before = narrow(desk, args, args.previous ?? periodBefore(now.period));
    if ("error" in before) return { ...before, step: "reading a period" };
    periodOf(desk, before.period);
    const step = `comparing ${now.about} of ${inWords(now.period)} with ${inWords(before.period)}`;
    const [here, there] = await Promise.all([now, before].map((each) => sumLedger(desk.ctx, each.filter, [args.drivers])));
    const [left, right] = [here?.groups ?? [], there?.groups ?? []];
    const currencies = [...new Set([...left, ...right].map((group) => group.currency))].sort();
    const facts = currencies.flatMap((currency) =>
      ofCurrency(
        desk,
        now,
        before,
        args.drivers,
        currency,
        left.filter((group) => group.currency === currency),
        right.filter((group) => group.currency === currency),
      ),
    );
    return { facts, complete: here?.complete === true && there?.complete === true, step };
  },
);

function ofCurrency(desk: Desk, now: Narrowed, before: Narrowed, drivers: string, currency: string, left: readonly Group[], right: readonly Group[]): Fact[] {
  const [current, previous] = [left, right].map((groups) => add("0", ...groups.map((group) => group.total)));
  const [a, b] = [current ?? "0", previous ?? "0"];
  const base = { flow: now.filter.flow, names: now.names, currency, basis: "accrual" as const };
  const total = (of: Narrowed, value: string, groups: readonly Group[]) =>
    state(desk, {
      ...base,
      kind: "total",
      subject: of.about,
      period: of.period,
      value,
      citations: [...new Set(groups.flatMap((group) => group.ids))].slice(0, 10),
      source: { of: "ledger", filter: { ...of.filter, currency } },
    });
  const facts = [total(now, a, left), total(before, b, right)];
  const change = { ...base, period: now.period, against: before.period, source: null };
  facts.push(state(desk, { ...change, kind: "change", subject: `change in ${now.about}`, value: add(a, negate(b)) }));
  const percent = percentOf(add(a, negate(b)), b);
  if (percent !== null && toUnits(b) > 0n)
    facts.push(state(desk, { ...change, currency: null, kind: "change_percent", subject: `relative change in ${now.about}`, value: percent }));
  for (const driver of driversOf(left, right)) {
    const name = driver.key ?? "no name";
    facts.push(
      state(desk, {
        ...change,
        kind: "change",
        subject: `change in ${now.about} ${drivers === "category" ? "on" : "with"} ${name}`,
        names: driver.key === null ? now.names : [...now.names, driver.key],
        value: driver.change,
        citations: driver.ids,
      }),
    );
  }
  return facts;
}

/** What changed most, either way. The largest first; equal ones by name. */
function driversOf(left: readonly Group[], right: readonly Group[]) {
  const keys = [...new Set([...left, ...right].map((group) => group.keys[0] ?? null))];
  const of = (groups: readonly Group[], key: string | null) => groups.find((group) => (group.keys[0] ?? null) === key);
  const size = (value: string) => (toUnits(value) < 0n ? -toUnits(value) : toUnits(value));
  return keys
    .map((key) => ({
      key,
      change: add(of(left, key)?.total ?? "0", negate(of(right, key)?.total ?? "0")),
      ids: [...(of(left, key)?.ids ?? []), ...(of(right, key)?.ids ?? [])].slice(0, 10),
    }))
    .filter((driver) => toUnits(driver.change) !== 0n)
    .sort((a, b) => (size(a.change) === size(b.change) ? (a.key ?? "").localeCompare(b.key ?? "") : size(a.change) > size(b.change) ? -1 : 1))
    .slice(0, DRIVERS);
}
