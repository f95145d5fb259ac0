import { describe, it } from "vitest";
import { findPeriods, periodBefore, resolvePeriod } from "../../../dev/twins/grok/planner/periods.ts";

const TODAY = "2019-10-15";
const CASES: Readonly<Record<string, readonly [from: string, to: string]>> = {
  "last month": ["2019-09-01", "2019-09-30"],
  "this quarter": ["2019-10-01", "2019-12-31"],
  "last quarter": ["2019-07-01", "2019-09-30"],
  "last year": ["2018-01-01", "2018-12-31"],
  "last week": ["2019-10-07", "2019-10-13"],
  "Q3 2019": ["2019-07-01", "2019-09-30"],
  "second quarter of 2019": ["2019-04-01", "2019-06-30"],
  "first half of 2019": ["2019-01-01", "2019-06-30"],
  "last 90 days": ["2019-07-18", "2019-10-15"],
  "past three months": ["2019-07-01", "2019-09-30"],
  March: ["2019-03-01", "2019-03-31"],
  December: ["2018-12-01", "2018-12-31"],
  "March last year": ["2018-03-01", "2018-03-31"],
  "Feb 2020": ["2020-02-01", "2020-02-29"],
  "March 1, 2019": ["2019-03-01", "2019-03-01"],
  "2019-03": ["2019-03-01", "2019-03-31"],
  "year to date": ["2019-01-01", "2019-10-15"],
  "since January": ["2019-01-01", "2019-10-15"],
  "between January and March 2019": ["2019-01-01", "2019-03-31"],
  "from 1 January 2019 to 15 February 2019": ["2019-01-01", "2019-02-15"],
  yesterday: ["2019-10-14", "2019-10-14"],
};

describe("periods of a question", () => {
  for (const [phrase, [from, to]] of Object.entries(CASES)) {
    it(phrase, ({ expect }) => {
      expect(findPeriods(`How much did we spend in ${phrase}?`).map((found) => found.text)).toEqual([phrase]);
      expect(resolvePeriod(phrase, TODAY)).toEqual({ from, to });
    });
  }

  it("does not take a verb for a month", ({ expect }) => {
    expect(findPeriods("May I see the spending for June 2019?").map((found) => found.text)).toEqual(["June 2019"]);
    expect(findPeriods("How much did we spend in May?").map((found) => found.text)).toEqual(["May"]);
  });

  it("knows what came before", ({ expect }) => {
    expect(periodBefore({ from: "2019-03-01", to: "2019-03-31" })).toEqual({ from: "2019-02-01", to: "2019-02-28" });
    expect(periodBefore({ from: "2019-01-01", to: "2019-03-31" })).toEqual({ from: "2018-10-01", to: "2018-12-31" });
    expect(periodBefore({ from: "2019-03-01", to: "2019-03-31" }, true)).toEqual({ from: "2018-03-01", to: "2018-03-31" });
    expect(periodBefore({ from: "2019-03-11", to: "2019-03-20" })).toEqual({ from: "2019-03-01", to: "2019-03-10" });
  });
});
