import { z } from "zod";
import { Company } from "../company/company.ts";
import { ApiFault } from "../fault.ts";
import { addDays, addMonths, DAY, monthEnd, pacificDate } from "../pacific.ts";
import { createRandom } from "../random.ts";
import { createBooks } from "./books.ts";
import { openChart } from "./chart.ts";
import { generatedLists } from "./generated-lists.ts";
import { MOVES, type Trade } from "./generated-moves.ts";
import { mutate } from "./mutate.ts";
import { revalue } from "./revalue.ts";

export const GeneratedOptions = z.object({
  seed: z.union([z.string(), z.number()]),
  /** About how many transactions. */
  size: z.number().int().min(0).max(50_000).default(200),
  months: z.number().int().min(1).max(120).default(30),
  home: z.enum(["USD", "GBP", "EUR", "CAD"]).default("USD"),
  multiCurrency: z.boolean().default(true),
  inventory: z.boolean().default(true),
  payroll: z.boolean().default(true),
  /** Edits, voids and deletes made while the history was written, in a hundred entries. */
  changes: z.number().min(0).max(100).default(5),
  fiscalStart: z.number().int().min(1).max(12).default(1),
});
export type GeneratedOptions = z.infer<typeof GeneratedOptions>;

const RATES: Readonly<Record<string, number>> = { USD: 0.92, EUR: 1.09, GBP: 1.27, CAD: 0.73 };

/** A company by chance of a seed: the same seed and day make the same company, byte for byte. */
export function buildGenerated(realm: string, anchor: number, options: GeneratedOptions, clock: () => number): Company {
  const today = pacificDate(anchor);
  const first = addDays(addMonths(today, -options.months), 1);
  const start = Date.parse(`${first}T16:00:00Z`);
  const rates = Object.fromEntries(Object.entries(RATES).filter(([code]) => code !== options.home));
  const profile = {
    name: `Generated Company ${options.seed}`,
    country: options.home === "GBP" ? "GB" : options.home === "CAD" ? "CA" : "US",
    home: options.home,
    fiscalStart: options.fiscalStart,
    multiCurrency: options.multiCurrency,
    reportBasis: "Accrual" as const,
    bookClose: null,
    lapsed: false,
    rates,
  };
  const company = new Company(realm, profile, clock, start);
  const random = createRandom(`${options.seed}:${options.size}:${options.months}`);
  const chart = company.during(start, () => openChart(company));
  const books = createBooks(company, chart, anchor);
  const lists = company.during(start, () => generatedLists(books, chart, random, options, first));
  const trade: Trade = { books, lists, random, options, invoices: [], bills: [], held: [] };
  books.journal(first, [
    ["checking", 50_000, 0, "Opening cash"],
    ["capital", 0, 50_000],
  ]);
  write(trade, first, start, anchor);
  return company;
}

/** Spreads the transactions over the history; month ends bring payroll, depreciation and revaluation. */
function write(trade: Trade, first: string, start: number, anchor: number): void {
  const { random, options, books } = trade;
  const span = Math.max(1, Math.floor((anchor - start) / DAY));
  let before = first;
  for (let turn = 0; turn < options.size; turn++) {
    const date = addDays(first, Math.floor((turn * span) / options.size));
    for (let end = monthEnd(before); end < date; end = monthEnd(addDays(end, 1))) closeMonth(trade, end);
    before = date;
    const late = random.chance(0.08) ? random.int(1, 45) * DAY : 0;
    const at = Math.min(Date.parse(`${date}T18:00:00Z`) + random.int(0, 14_000) * 1000 + late, anchor);
    move(trade, date, at);
    if (random.chance(options.changes / 100))
      books.company.during(at, () => mutate(books.company, { seed: random.int(0, 1e9), count: 1, overMs: 0, backDays: 400 }));
  }
}

/** What a change made impossible meanwhile, somebody no longer active for one, is left undone. */
function move(trade: Trade, date: string, at: number): void {
  try {
    trade.random.pick(MOVES)(trade, date, at);
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
  }
}

function closeMonth({ books, random, options, lists }: Trade, end: string): void {
  if (options.payroll) {
    const gross = random.int(400_000, 900_000);
    const [tax, pension] = [Math.round(gross * 0.23), Math.round(gross * 0.05)];
    books.journal(
      end,
      [
        ["wages", gross / 100, 0, "Gross wages"],
        ["payroll", 0, tax / 100, "Taxes withheld"],
        ["payroll", 0, pension / 100, "Pension"],
        ["checking", 0, (gross - tax - pension) / 100, "Net pay"],
      ],
      { DocNumber: `PAY-${end.slice(0, 7)}` },
    );
    books.purchase(end, "Check", "checking", [books.cost("payroll", tax / 100, "Taxes of the month")], null);
  }
  books.journal(
    end,
    [
      ["depreciating", 120, 0],
      ["depreciation", 0, 120],
    ],
    { Adjustment: true },
  );
  if (lists.foreign.length > 0 && random.chance(0.25)) books.company.during(Date.parse(`${end}T22:00:00Z`), () => revalue(books.company, { date: end }));
}
