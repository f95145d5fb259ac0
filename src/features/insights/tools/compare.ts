import { z } from "zod";
import { add, negate, toUnits } from "../../../core/money.ts";
import { periodBefore } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { narrow, type Narrowed, narrowing } from "./filter.ts";
import { type Change, changesLedger, CITED, type Group, sumLedger } from "./ledger.ts";
import { currenciesOf, percentOf } from "./sums.ts";
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
    const [here, there, changes] = await Promise.all([
      sumLedger(desk.ctx, now.filter, []),
      sumLedger(desk.ctx, before.filter, []),
      changesLedger(desk.ctx, now.filter, before.filter, args.drivers, DRIVERS),
    ]);
    const found = [...new Set([...here.groups, ...there.groups].map((group) => group.currency))].sort();
    // nothing in either period is a comparison too
    const currencies = found.length > 0 ? found : await currenciesOf(desk, now);
    const facts = currencies.flatMap((currency) => {
      const of = ({ groups }: { groups: readonly Group[] }) => groups.find((group) => group.currency === currency);
      return [
        ...bothTotals(desk, now, before, currency, of(here), of(there)),
        ...changes.filter((each) => each.currency === currency).map((each) => driver(desk, now, before, args.drivers, each)),
      ];
    });
    return { facts, step };
  },
);

/** Both totals, and how the one differs from the other. */
function bothTotals(desk: Desk, now: Narrowed, before: Narrowed, currency: string, left: Group | undefined, right: Group | undefined): Fact[] {
  const [a, b] = [left?.total ?? "0", right?.total ?? "0"];
  const base = { flow: now.filter.flow, names: now.names, currency, basis: "accrual" as const };
  const total = (of: Narrowed, value: string, group: Group | undefined) =>
    state(desk, {
      ...base,
      kind: "total",
      subject: of.about,
      period: of.period,
      value,
      citations: group?.ids ?? [],
      rows: group?.count ?? 0,
      source: { of: "ledger", filter: { ...of.filter, currency } },
    });
  const change = {
    ...base,
    period: now.period,
    against: before.period,
    value: add(a, negate(b)),
    citations: [...new Set([...(left?.ids ?? []).slice(0, CITED / 2), ...(right?.ids ?? []).slice(0, CITED / 2)])],
    source: { of: "ledger" as const, filter: { ...now.filter, currency }, less: { ...before.filter, currency } },
  };
  const facts = [total(now, a, left), total(before, b, right), state(desk, { ...change, kind: "change", subject: `change in ${now.about}` })];
  const percent = toUnits(b) > 0n ? percentOf(change.value, b) : null;
  if (percent === null) return facts;
  return [...facts, state(desk, { ...change, currency: null, kind: "change_percent", subject: `relative change in ${now.about}`, value: percent })];
}

function driver(desk: Desk, now: Narrowed, before: Narrowed, drivers: string, found: Change): Fact {
  const one = {
    currency: found.currency,
    ...(drivers !== "category" ? { counterparties: [found.key] } : found.key === null ? {} : { category: found.key }),
  };
  return state(desk, {
    kind: "change",
    flow: now.filter.flow,
    subject: `change in ${now.about} ${drivers === "category" ? "on" : "with"} ${found.key ?? "no name"}`,
    names: found.key === null ? now.names : [...now.names, found.key],
    period: now.period,
    against: before.period,
    value: found.change,
    currency: found.currency,
    basis: "accrual",
    citations: found.ids,
    source: { of: "ledger", filter: { ...now.filter, ...one }, less: { ...before.filter, ...one } },
  });
}
