/** Parts that add up to the whole, to the unit. Amounts are bigints of four decimals: 1.00 is 10000n. */
import { describe, it } from "vitest";
import { apportion, convert, convertAll, PAR, quantumOf, rateOf } from "../../../src/integrations/quickbooks/translate/apportion.ts";

describe("a rate", () => {
  it("is exact, however many digits it has", ({ expect }) => {
    expect([rateOf("7"), rateOf("1.25"), rateOf("0.08"), rateOf("10.5")]).toEqual([
      { units: 7n, divisor: 1n },
      { units: 125n, divisor: 100n },
      { units: 8n, divisor: 100n },
      { units: 105n, divisor: 10n },
    ]);
    expect([quantumOf(0), quantumOf(2), quantumOf(3), quantumOf(4)]).toEqual([10_000n, 100n, 10n, 1n]);
  });

  it.for<[amount: bigint, rate: string, digits: number, converted: bigint]>([
    [10_050n, "1", 2, 10_100n],
    [-10_050n, "1", 2, -10_100n],
    [10_049n, "1", 2, 10_000n],
    [-10_049n, "1", 2, -10_000n],
    [15_000n, "1", 0, 20_000n],
    [14_999n, "1", 0, 10_000n],
    [10_000n, "1.25", 2, 12_500n],
    [10_000n, "1.2551", 2, 12_600n],
    [0n, "1.25", 2, 0n],
  ])("makes of %d at %s with %d digits %d, halves away from zero", ([amount, rate, digits, converted], { expect }) => {
    expect(convert(amount, rateOf(rate), digits)).toBe(converted);
  });
});

describe("converted amounts", () => {
  it.for<[why: string, amounts: bigint[], target: bigint, converted: bigint[] | null]>([
    ["as they are rounded", [10_000n, 20_000n], 30_000n, [10_000n, 20_000n]],
    ["a unit more where rounding took most", [10_033n, 10_033n, 10_034n], 30_100n, [10_000n, 10_000n, 10_100n]],
    ["a unit more for the first of equals", [10_033n, 10_033n, 10_033n], 30_100n, [10_100n, 10_000n, 10_000n]],
    ["a unit less where rounding gave most", [10_067n, 10_067n, 10_066n], 30_200n, [10_100n, 10_100n, 10_000n]],
    ["two units, to two", [10_040n, 10_030n, 10_045n], 30_200n, [10_100n, 10_000n, 10_100n]],
    ["two units, to the first two of equals", [10_030n, 10_030n, 10_030n, 10_010n], 40_200n, [10_100n, 10_100n, 10_000n, 10_000n]],
    ["a unit for each", [10_049n, 10_049n], 20_200n, [10_100n, 10_100n]],
    ["nothing, where each would need more than a unit", [10_049n, 10_049n], 20_300n, null],
    ["nothing, where less than a unit is missing", [10_000n, 10_000n], 20_050n, null],
    ["nothing, where less than a unit is too much", [10_000n, 10_000n], 19_950n, null],
  ])("are %s", ([, amounts, target, converted], { expect }) => {
    expect(convertAll(amounts, PAR, 2, target)).toEqual(converted);
  });

  it("measure what rounding did at their rate", ({ expect }) => {
    // 1.255 becomes 1.26, and 2.51 is exact: what is too much was given to the first
    expect(convertAll([10_000n, 20_000n], rateOf("1.255"), 2, 37_700n)).toEqual([12_600n, 25_100n]);
    expect(convertAll([10_000n, 20_000n], rateOf("1.255"), 2, 37_600n)).toEqual([12_500n, 25_100n]);
    expect(convertAll([20_000n, 10_000n], rateOf("1.255"), 2, 37_600n)).toEqual([25_100n, 12_500n]);
    expect(convertAll([20_000n, 10_000n], rateOf("1.2549"), 2, 37_700n)).toEqual([25_100n, 12_600n]);
  });
});

describe("a whole", () => {
  it.for<[why: string, total: bigint, weights: bigint[], parts: bigint[] | null]>([
    ["by weight", 40_000n, [10_000n, 30_000n], [10_000n, 30_000n]],
    ["to the cent", 1_000_000n, [1n, 1n, 1n], [333_400n, 333_300n, 333_300n]],
    ["below zero as above it", -1_000_000n, [1n, 1n, 1n], [-333_400n, -333_300n, -333_300n]],
    ["by weights below zero", 1_000_000n, [-1n, -1n, -2n], [250_000n, 250_000n, 500_000n]],
    ["by weights below zero that do not divide it", 1_000_000n, [-1n, -1n, -1n], [333_400n, 333_300n, 333_300n]],
    ["in cents, where it is one of cents", 10_100n, [1n, 1n], [5_000n, 5_100n]],
    ["in smaller units, where it is not", 10_001n, [1n, 1n], [5_000n, 5_001n]],
    ["in smaller units, where it is one of tenths of a cent", 10_010n, [1n, 1n], [5_005n, 5_005n]],
    ["into nothing by no weight", 0n, [0n, 0n], [0n, 0n]],
    ["not, where there is no weight", 100n, [5n, -5n], null],
  ])("is split %s", ([, total, weights, parts], { expect }) => {
    expect(apportion(total, weights)).toEqual(parts);
  });
});
