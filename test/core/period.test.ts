import { describe, it } from "vitest";
import { addDays, periodBefore, periodLabel, resolvePeriod } from "../../src/core/period.ts";

const TODAY = "2026-11-23";
const CASES: [string, string, string][] = [
  ["last month", "2026-10-01", "2026-10-31"],
  ["this month", "2026-11-01", "2026-11-30"],
  ["the month before last", "2026-09-01", "2026-09-30"],
  ["this year", "2026-01-01", "2026-12-31"],
  ["year to date", "2026-01-01", TODAY],
  ["YTD", "2026-01-01", TODAY],
  ["so far this quarter", "2026-10-01", TODAY],
  ["last quarter", "2026-07-01", "2026-09-30"],
  ["last year", "2025-01-01", "2025-12-31"],
  ["last week", "2026-11-16", "2026-11-22"],
  ["last 90 days", "2026-08-26", TODAY],
  ["past three months", "2026-08-01", "2026-10-31"],
  ["last 2 quarters", "2026-04-01", "2026-09-30"],
  ["next 2 months", "2026-12-01", "2027-01-31"],
  ["Q3 2019", "2019-07-01", "2019-09-30"],
  ["Q1 last year", "2025-01-01", "2025-03-31"],
  ["the first quarter of 2019", "2019-01-01", "2019-03-31"],
  ["second half of 2019", "2019-07-01", "2019-12-31"],
  ["H1 2020", "2020-01-01", "2020-06-30"],
  ["March", "2026-03-01", "2026-03-31"],
  ["December", "2025-12-01", "2025-12-31"],
  ["Sept 2019", "2019-09-01", "2019-09-30"],
  ["March last year", "2025-03-01", "2025-03-31"],
  ["March 5, 2019", "2019-03-05", "2019-03-05"],
  ["5th of March 2019", "2019-03-05", "2019-03-05"],
  ["2019-02", "2019-02-01", "2019-02-28"],
  ["2019", "2019-01-01", "2019-12-31"],
  ["between March and June 2019", "2019-03-01", "2019-06-30"],
  ["from 2019-03-05 to 2019-04-07", "2019-03-05", "2019-04-07"],
  ["January to March 2019", "2019-01-01", "2019-03-31"],
  ["since March 2026", "2026-03-01", TODAY],
  ["before 2020", "1900-01-01", "2019-12-31"],
  ["same month last year", "2025-11-01", "2025-11-30"],
  ["week of 2019-03-06", "2019-03-04", "2019-03-10"],
  ["all time", "1900-01-01", TODAY],
  ["yesterday", "2026-11-22", "2026-11-22"],
];

describe("a period in words", () => {
  it.each(CASES)("%s is %s to %s", (text, from, to) => {
    const found = resolvePeriod(text, TODAY);
    if (found?.from !== from || found.to !== to) throw new Error(`${text}: ${JSON.stringify(found)}`);
  });

  it("knows financial years", ({ expect }) => {
    expect(resolvePeriod("FY2026", TODAY, 7)).toEqual({ from: "2025-07-01", to: "2026-06-30" });
    expect(resolvePeriod("this fiscal year", TODAY, 7)).toEqual({ from: "2026-07-01", to: "2027-06-30" });
    expect(resolvePeriod("last fiscal year", TODAY)).toEqual({ from: "2025-01-01", to: "2025-12-31" });
  });

  it("refuses what is no period, and days that do not exist", ({ expect }) => {
    for (const text of ["", "purple", "rent", "2019-13", "2019-02-30", "31 February 2019", "last 0 months"])
      expect(resolvePeriod(text, TODAY), text).toBeNull();
  });

  it("says a period so that it is understood again as the same one", ({ expect }) => {
    for (const [text] of CASES) {
      const found = resolvePeriod(text, TODAY);
      if (!found || found.from === "1900-01-01") continue;
      expect(resolvePeriod(periodLabel(found), TODAY), text).toEqual(found);
    }
  });

  it("steps back by its own length", ({ expect }) => {
    expect(periodBefore({ from: "2019-03-01", to: "2019-03-31" })).toEqual({ from: "2019-02-01", to: "2019-02-28" });
    expect(periodBefore({ from: "2019-03-01", to: "2019-03-31" }, true)).toEqual({ from: "2018-03-01", to: "2018-03-31" });
    expect(periodBefore({ from: "2019-03-05", to: "2019-03-11" })).toEqual({ from: "2019-02-26", to: "2019-03-04" });
    expect(addDays("2020-02-28", 1)).toBe("2020-02-29");
  });
});
