import fc from "../property.ts";
import { describe, it } from "vitest";
import { add, compare, format, fromUnits, isDecimal, multiply, negate, parseExact, toUnits } from "../../src/core/money.ts";

const units = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n });

describe("money", () => {
  it("survives text and back, whatever the amount", () => {
    fc.assert(fc.property(units, (amount) => toUnits(fromUnits(amount)) === amount));
  });

  it("adds exactly, where floats do not", ({ expect }) => {
    expect(add("0.1", "0.2")).toBe("0.30");
    expect(add("9007199254740993", "0.0001")).toBe("9007199254740993.0001");
    fc.assert(fc.property(fc.array(units), (amounts) => toUnits(add(...amounts.map((amount) => fromUnits(amount)))) === amounts.reduce((a, b) => a + b, 0n)));
  });

  it("never writes a negative zero, and orders as numbers do", ({ expect }) => {
    expect(negate("0.00")).toBe("0.00");
    expect(fromUnits(-0n)).toBe("0.00");
    expect(compare("-1", "0.0001")).toBeLessThan(0);
    expect(compare("10.10", "10.1")).toBe(0);
  });

  it("rounds products half away from zero, in both directions", ({ expect }) => {
    expect(multiply("10.005", "1")).toBe("10.01");
    expect(multiply("-10.005", "1")).toBe("-10.01");
    expect(multiply("1234.56", "0.987654321")).toBe("1219.32");
  });

  it("writes each currency with its own digits", ({ expect }) => {
    expect([format("5", "USD"), format("5", "JPY"), format("5.1", "KWD"), format("999999999999.99", "EUR")]).toEqual(["5.00", "5", "5.100", "999999999999.99"]);
  });

  it("refuses what is not a decimal", ({ expect }) => {
    for (const text of ["", "1e3", "+1", "1.", ".5", "1,000", "NaN", "1.00001", " 1", "0x1"]) {
      expect(isDecimal(text), text).toBe(false);
      expect(() => toUnits(text), text).toThrow(RangeError);
    }
  });

  it("reads JSON numbers by their source text", ({ expect }) => {
    expect(parseExact('{"a":10.10,"b":[1e2,-0.5E-1,0.1,900719925474099.3],"c":"1.0","d":null}')).toEqual({
      a: "10.10",
      b: ["100", "-0.05", "0.1", "900719925474099.3"],
      c: "1.0",
      d: null,
    });
    expect(() => parseExact("1e400")).toThrow(RangeError);
  });
});
