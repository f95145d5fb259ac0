import fc from "../../property.ts";
import { describe, it } from "vitest";
import { csvLine, CsvError, readCsv } from "../../../src/core/csv.ts";
import { Problem } from "../../../src/core/errors.ts";
import { isDecimal } from "../../../src/core/money.ts";
import { readAmount, readDay, readSign } from "../../../src/features/transactions/import/bank-values.ts";
import { type Mapping, readCsvFile } from "../../../src/features/transactions/import/read-csv-file.ts";
import { readOfxFile } from "../../../src/features/transactions/import/read-ofx-file.ts";

const RUNS = process.env["PROVE"] === "1" ? 20_000 : 500;
const plain: Mapping = {
  date: "date",
  amount: "amount",
  description: "text",
  currency: "USD",
  dateOrder: "ymd",
  decimal: ".",
  delimiter: ",",
  skipLines: 0,
  header: true,
  negate: false,
};

describe("an amount of a bank", () => {
  it("[E3] is read exactly, or refused: never guessed", ({ expect }) => {
    const read = {
      ".": [
        "0",
        "-0.00",
        "3.5",
        "(1,234.50)",
        "1,234,567.89-",
        "−7",
        "$ -3.00",
        "-$3",
        "USD 12",
        "12.00 DR",
        "12 cr",
        "12,34,567.80",
        "1'000.25",
        ".5",
        "999,999,999,999.99",
        "1234.5670",
      ],
      ",": ["1.234,50", "-0,01", "3,5-", "1 234,56 €", "999.999.999.999,99"],
    };
    expect(read["."].map((text) => readAmount(text, "."))).toEqual([
      "0",
      "0",
      "3.5",
      "-1234.5",
      "-1234567.89",
      "-7",
      "-3",
      "-3",
      "12",
      "-12",
      "12",
      "1234567.8",
      "1000.25",
      "0.5",
      "999999999999.99",
      "1234.567",
    ]);
    expect(read[","].map((text) => readAmount(text, ","))).toEqual(["1234.5", "-0.01", "-3.5", "1234.56", "999999999999.99"]);
    for (const text of [
      "",
      "-",
      ".",
      "1,50",
      "1,2345",
      "12,34",
      "1.2.3",
      "--3",
      "(-3)",
      "1e3",
      "NaN",
      "0x10",
      "1.23456",
      "1234567890123456",
      "3 apples",
      "１２",
    ])
      expect([text, readAmount(text, ".")]).toEqual([text, null]);
    expect([readAmount("1.50", ","), readAmount("1,5,0", ",")]).toEqual([null, null]);
    expect(["D", "cr", "Soll", "S", "-", ""].map(readSign)).toEqual([-1, 1, null, -1, -1, null]);
  });

  it("[E3] comes back as it was from every way of writing it", ({ expect }) => {
    const units = fc.bigInt({ min: 1n - 10n ** 17n, max: 10n ** 17n - 1n });
    fc.assert(
      fc.property(units, fc.constantFrom(".", ","), fc.constantFrom("minus", "trailing", "brackets", "dr"), fc.boolean(), (cents, decimal, style, grouped) => {
        const [negative, size] = [cents < 0n, (cents < 0n ? -cents : cents).toString().padStart(3, "0")];
        const whole = size.slice(0, -2);
        const shown = `${grouped ? whole.replace(/\B(?=(\d{3})+$)/g, decimal === "." ? "," : ".") : whole}${decimal}${size.slice(-2)}`;
        const text = !negative
          ? shown
          : style === "minus"
            ? `-${shown}`
            : style === "trailing"
              ? `${shown}-`
              : style === "brackets"
                ? `(${shown})`
                : `${shown} DR`;
        const found = readAmount(text, decimal === "." ? "." : ",");
        expect(
          found === null
            ? null
            : BigInt(Math.sign(found.startsWith("-") ? -1 : 1)) *
                BigInt(`${found.replace("-", "").split(".")[0]}${(found.split(".")[1] ?? "").padEnd(2, "0")}`),
        ).toBe(cents);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a day of a bank", () => {
  it("is read by its order, and is a day that there was", ({ expect }) => {
    expect(["2026-01-31", "20260131", "2026/1/3 10:15", "2026-01-31T10:00:00Z"].map((text) => readDay(text, "dmy"))).toEqual([
      "2026-01-31",
      "2026-01-31",
      "2026-01-03",
      "2026-01-31",
    ]);
    expect([readDay("31.01.26", "dmy"), readDay("01/31/2026", "mdy"), readDay("3/4/2026", "dmy"), readDay("3/4/2026", "mdy")]).toEqual([
      "2026-01-31",
      "2026-01-31",
      "2026-04-03",
      "2026-03-04",
    ]);
    for (const text of ["", "2026-02-30", "2026-13-01", "31/31/2026", "1-2", "yesterday", "0000-01-01", "2026-1-1-1"])
      expect([text, readDay(text, "ymd")]).toEqual([text, null]);
  });
});

describe("a CSV", () => {
  it("comes back as it was written, whatever the cells hold", ({ expect }) => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r", " ", "é"), maxLength: 6 }).map((text) => `x${text}`);
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        expect([...readCsv(rows.map(csvLine).join(""))].map((one) => one.cells)).toEqual(rows);
      }),
      { numRuns: RUNS },
    );
  });

  it("never makes the reader do anything but give rows or say what is wrong, in time that grows with the file", ({ expect }) => {
    const noise = fc.string({
      unit: fc.constantFrom(
        "date",
        "amount",
        "text",
        ",",
        '"',
        "\n",
        "\r\n",
        "-1.00",
        "2026-01-01",
        "(",
        "<",
        ">",
        "<STMTTRN>",
        "<OFX>",
        "<TRNAMT>",
        "&#x;",
        "\u0000",
        "\ud800",
      ),
      maxLength: 40,
    });
    fc.assert(
      fc.property(noise, (text) => {
        for (const read of [() => readCsvFile(`date,amount,text\n${text}`, plain), () => readOfxFile(`<OFX>${text}`, "USD")]) {
          const { rows, errors, errorCount } = read();
          expect(rows.every((row) => isDecimal(row.amount) && /^\d{4}-\d\d-\d\d$/.test(row.transactionDate))).toBe(true);
          expect(errors.length).toBeLessThanOrEqual(errorCount);
        }
      }),
      { numRuns: RUNS },
    );
    const large = 1_000_000;
    const hostile = [
      `<OFX>${"<".repeat(large)}`,
      `<OFX><${"A".repeat(large)}`,
      `<OFX>${"<A>".repeat(large)}`,
      `<OFX>${" ".repeat(large)}<`,
      `<OFX><STMTTRN>${"<A ".repeat(large)}`,
    ];
    const started = performance.now();
    for (const text of hostile) readOfxFile(text, "USD");
    for (const text of ['"'.repeat(large), ",".repeat(large), `x${" ".repeat(large)}"`, "1".repeat(large)]) readCsvFile(`date,amount,text\n${text}`, plain);
    for (const text of ["1,".repeat(large), `${"1".repeat(large)}x`, "(".repeat(large)]) expect(readAmount(text, ".")).toBeNull();
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("says which line is broken, and which column is not there", ({ expect }) => {
    expect(() => [...readCsv('a,b\n"x,y')]).toThrow(new CsvError(2, "a quote is not closed"));
    const found = readCsvFile('date,amount,text\n2026-01-01,1,"two\nlines"\n2026-01-02,1.2.3,x\n2026-02-30,(1),y', plain);
    expect(found.rows.map((row) => [row.amount, row.description])).toEqual([["1", "two lines"]]);
    expect(found.errors).toEqual([
      { pointer: "/rows/1/amount", detail: 'line 4: "1.2.3" is no amount with the decimal sign .' },
      { pointer: "/rows/2/date", detail: 'line 5: "2026-02-30" is no date (ymd)' },
    ]);
    expect(() => readCsvFile("when,amount,text\n", plain)).toThrow(Problem);
  });

  it("[E3] takes debit and credit in columns of their own, or a column that says which", ({ expect }) => {
    const { amount: _, ...sides } = plain;
    const two = readCsvFile("date,out,in,text\n2026-01-01,3.50,,a\n2026-01-01,,10,b\n2026-01-01,-4,0.00,c\n2026-01-01,1,2,d\n2026-01-01,,,e", {
      ...sides,
      debit: "out",
      credit: "in",
    });
    expect([two.rows.map((row) => row.amount), two.errors.map((one) => one.pointer)]).toEqual([
      ["-3.5", "10", "-4"],
      ["/rows/3/amount", "/rows/4/amount"],
    ]);
    const marked = readCsvFile("date;amount;dc;text\n31.01.2026;1.234,50;S;a\n31.01.2026;7;H;b\n31.01.2026;7;?;c", {
      ...plain,
      sign: "dc",
      delimiter: ";",
      decimal: ",",
      dateOrder: "dmy",
      currency: "EUR",
    });
    expect([marked.rows.map((row) => [row.transactionDate, row.amount, row.currency]), marked.errors[0]?.pointer]).toEqual([
      [
        ["2026-01-31", "-1234.5", "EUR"],
        ["2026-01-31", "7", "EUR"],
      ],
      "/rows/2/sign",
    ]);
    expect(readCsvFile("date,out,text\n2026-01-01,12,a", { ...sides, debit: "out", currency: "JPY" }).rows[0]?.amount).toBe("-12");
    expect(readCsvFile("2026-01-01,5,x\n", { ...plain, date: "#1", amount: "#2", description: "#3", header: false, negate: true }).rows[0]?.amount).toBe("-5");
    expect(readCsvFile("date,amount,text,cur\n2026-01-01,0.5,x,JPY\n2026-01-01,1.234,x,kwd", { ...plain, currencyColumn: "cur" })).toMatchObject({
      rows: [{ amount: "1.234", currency: "KWD" }],
      errors: [{ pointer: "/rows/0/amount" }],
    });
  });
});

describe("an OFX", () => {
  const entry = (close: (name: string) => string) =>
    `<STMTTRN><TRNTYPE>DEBIT${close("TRNTYPE")}<DTPOSTED>20260131120000.000[-5:EST]${close("DTPOSTED")}<TRNAMT>-3,50${close("TRNAMT")}<FITID>1${close("FITID")}<NAME>Caf&amp;e "x"${close("NAME")}<MEMO>a:b${close("MEMO")}</STMTTRN>`;
  const statement = (entries: string, close: (name: string) => string) =>
    `<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR${close("CURDEF")}<BANKACCTFROM><ACCTID>007${close("ACCTID")}</BANKACCTFROM><BANKTRANLIST>${entries}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;

  it("reads alike as SGML and as XML, with the bank's currency and account", ({ expect }) => {
    const [sgml, xml] = [() => "\n", (name: string) => `</${name}>\n`].map((close) =>
      readOfxFile(`OFXHEADER:100\n\n${statement(entry(close).repeat(2), close)}`, "USD"),
    );
    expect(sgml).toEqual(xml);
    expect([sgml?.account, sgml?.rows.length, sgml?.rows[0]]).toEqual([
      "007",
      2,
      { transactionDate: "2026-01-31", amount: "-3.5", currency: "EUR", description: 'Caf&e "x"', counterparty: 'Caf&e "x"', memo: "a:b", category: null },
    ]);
    const open = readOfxFile(
      statement("<STMTTRN><DTPOSTED>20260101<TRNAMT>1<NAME>a<STMTTRN><DTPOSTED>20260102<TRNAMT>+2<NAME>b<CURRENCY><CURRATE>2<CURSYM>JPY</CURRENCY>", () => ""),
      undefined,
    );
    expect(open.rows.map((row) => [row.transactionDate, row.amount, row.currency])).toEqual([
      ["2026-01-01", "1", "EUR"],
      ["2026-01-02", "2", "JPY"],
    ]);
    expect(
      readOfxFile(
        statement("<STMTTRN><DTPOSTED>2026<TRNAMT>1.2.3</STMTTRN>", () => ""),
        undefined,
      ).errors.map((one) => one.pointer),
    ).toEqual(["/rows/0/DTPOSTED", "/rows/0/TRNAMT"]);
    expect(() => readOfxFile("hello", "USD")).toThrow(Problem);
  });
});
