import { describe, it } from "vitest";
import { drawBars } from "../../src/core/chart.ts";

const chart = (unit: string, ...amounts: string[]) =>
  drawBars({
    title: "T",
    note: null,
    panels: [{ unit, series: ["2026"], totals: null, groups: amounts.map((amount) => ({ label: `of ${amount}`, amounts: [amount] })) }],
  });
const widths = (svg: string) => [...svg.matchAll(/<rect class="a" [^>]*width="([\d.]+)" height="14"/g)].map((match) => Number(match[1]));
const axis = (svg: string) => [...svg.matchAll(/text-anchor="middle"[^>]*>([^<]+)</g)].map((match) => match[1]);

describe("a bar chart", () => {
  it("writes every amount as it was given, and leaves no bar without a pixel", ({ expect }) => {
    for (const [unit, ...amounts] of [
      ["USD", "999999999999.99", "0.00", "-0.01", "1.00"],
      ["JPY", "-1200000", "1", "0"],
      ["KWD", "999999999999.999", "-0.001"],
    ] as const) {
      const svg = chart(unit, ...amounts);
      for (const amount of amounts) expect(svg).toContain(`>${amount}</text>`);
      expect(widths(svg).every((width) => width >= 1)).toBe(true);
    }
  });

  it("gives a side its room only where there is something to be seen of it", ({ expect }) => {
    expect(axis(chart("USD", "999999999999.99", "-0.01"))).toEqual(["0", "500B", "1T"]);
    expect(axis(chart("USD", "-1200.00", "1.00"))).toEqual(["-1.5k", "-1k", "-500", "0"]);
    expect(axis(chart("USD", "400.00", "-100.00"))).toEqual(["-200", "0", "200", "400"]);
  });
});
