import fc from "../property.ts";
import { describe, it } from "vitest";
import { type Cell, CsvError, csvLine, readCsv } from "../../src/core/csv.ts";

const recordsOf = (text: string, delimiter?: string) => [...readCsv(text, delimiter)];
const errorOf = (text: string) => {
  try {
    return recordsOf(text);
  } catch (error) {
    return error instanceof CsvError ? [error.line, error.message] : error;
  }
};

describe("a line of CSV", () => {
  it("[L1] neutralises text that a spreadsheet would run, and leaves numbers numbers", ({ expect }) => {
    for (const first of ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
      expect([first, csvLine([`${first}1+1`])]).toEqual([first, first === "\r" ? `"'\r1+1"\r\n` : `'${first}1+1\r\n`]);
    expect(csvLine(["a", { number: "-12.50" }, null, "a=b"])).toBe("a,-12.50,,a=b\r\n");
    expect(csvLine(['say "x"', "a,b", "a\nb", "a\rb"])).toBe('"say ""x""","a,b","a\nb","a\rb"\r\n');
    expect(csvLine([])).toBe("\r\n");
  });

  it("[L1] comes back from its reader as it was, one apostrophe aside", ({ expect }) => {
    const cell: fc.Arbitrary<Cell> = fc.oneof(fc.string({ unit: fc.constantFrom("a", "=", '"', ",", "\n", "\r", "'", "é") }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), (rows) => {
        const back = recordsOf(rows.map(csvLine).join("")).map(({ cells }) => cells.map((one) => one.replace(/^'(?=[=])/, "")));
        const wanted = rows.map((row) => row.map((one) => (typeof one === "string" ? one : ""))).filter((row) => row.some((one) => one !== ""));
        const bare = (all: string[][]) => all.map((row) => row.map((one) => one.replace(/^'+/, "")));
        expect(bare(back)).toEqual(bare(wanted));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a reader of CSV", () => {
  it("says in which line each record begins, however lines end, and passes over empty ones", ({ expect }) => {
    expect(recordsOf('a,b\r\n\r\n"c\nc",d\re\n,\nf')).toEqual([
      { line: 1, cells: ["a", "b"] },
      { line: 3, cells: ["c\nc", "d"] },
      { line: 5, cells: ["e"] },
      { line: 7, cells: ["f"] },
    ]);
    expect(recordsOf("")).toEqual([]);
    expect(recordsOf('"a\r\nb\rc"\nd')).toEqual([
      { line: 1, cells: ["a\r\nb\rc"] },
      { line: 4, cells: ["d"] },
    ]);
  });

  it("takes the delimiter that it is given, and no other", ({ expect }) => {
    expect(recordsOf('a,b|c\n"x|""y"|z', "|")).toEqual([
      { line: 1, cells: ["a,b", "c"] },
      { line: 2, cells: ['x|"y', "z"] },
    ]);
    expect(recordsOf("a,b;c", ";")).toEqual([{ line: 1, cells: ["a,b", "c"] }]);
    expect(recordsOf("a\tb,\n", "\t")).toEqual([{ line: 1, cells: ["a", "b,"] }]);
  });

  it("guesses nothing: a quote that is not closed or out of place names its line", ({ expect }) => {
    expect(errorOf('a\n"b')).toEqual([2, "a quote is not closed"]);
    const misplaced = "a quote stands inside a cell that is not quoted, or text behind one that is";
    expect([errorOf('a\nb"c"'), errorOf('a\n\n"b"c')]).toEqual([
      [2, misplaced],
      [3, misplaced],
    ]);
  });
});
