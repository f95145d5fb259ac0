import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { csvLine } from "../../src/core/csv.ts";
import { figuresCsv } from "../../src/features/reports/figures-csv.ts";
import type { Figures } from "../../src/features/reports/report.ts";

/** LibreOffice, where there is one (`apt-get install libreoffice-calc-nogui`); it takes its time, so `npm run prove` alone asks for it. */
const LONG = process.env["PROVE"] === "1";
const OFFICE = LONG ? ["soffice", "libreoffice"].find((name) => spawnSync(name, ["--version"]).status === 0) : undefined;
const WHY = OFFICE !== undefined ? "" : LONG ? " (skipped: LibreOffice is not installed)" : " (skipped: `npm run prove` opens it)";

/** What a spreadsheet makes of a CSV: opened as UTF-8 with commas, kept as its own file, opened again and written as CSV. */
async function throughOffice(csv: string): Promise<string[][]> {
  const home = await mkdtemp(join(tmpdir(), "finhelm-office-"));
  try {
    await writeFile(join(home, "report.csv"), csv);
    const convert = (to: string, from: string, ...more: string[]) => {
      const flags = [
        `-env:UserInstallation=file://${home}/profile`,
        "--headless",
        "--norestore",
        ...more,
        "--convert-to",
        to,
        "--outdir",
        home,
        join(home, from),
      ];
      const { status, stderr } = spawnSync(OFFICE ?? "", flags, { encoding: "utf8", timeout: 240_000 });
      if (status !== 0) throw new Error(`LibreOffice: ${stderr}`);
    };
    convert("ods", "report.csv", "--infilter=CSV:44,34,76,1,,0,false,true");
    await rm(join(home, "report.csv"));
    // every cell as it is, not as its column is wide
    convert("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "report.ods");
    return parsed(await readFile(join(home, "report.csv"), "utf8"));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function parsed(csv: string): string[][] {
  const rows: string[][] = [];
  for (const line of csv.replaceAll("\r\n", "\n").trimEnd().split("\n"))
    rows.push([...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? ""));
  return rows;
}

/** A decimal without the zeros that a spreadsheet does not keep. */
const bare = (text: string) => (/^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text);

const AMOUNTS = ["0.00", "1.00", "-0.01", "-1500", "2.345", "999999999999.99", "-999999999999.99", "12.50"];
/** None that looks like a number or a day: those a spreadsheet takes for one, whatever wrote them. */
const NAMES = ["Plain", "=1+1", "+1", "-1", "@a", 'say "=1"', "a, b", "Müller 会社", "Zero", "One", "Two", "Three"];

describe.skipIf(OFFICE === undefined)(`a CSV opened by LibreOffice, kept, opened again and written out${WHY}`, () => {
  it("[L1] has the figures of the report, and runs none of its texts", { timeout: 600_000 }, async ({ expect }) => {
    const line = (name: string, index: number) => ({
      key: name,
      section: "Income",
      name,
      currency: index % 2 ? "JPY" : "USD",
      amounts: [AMOUNTS[index % AMOUNTS.length] ?? "0", AMOUNTS[(index + 3) % AMOUNTS.length] ?? "0"],
    });
    const columns = ["March 2026", "Total"].map((label) => ({ label, terms: [] }));
    const figures: Figures = { columns, lines: NAMES.map(line), totals: [line("Net income", 5)], notes: ["Cash basis: an assumption, marked so."] };
    const got = await throughOffice(figuresCsv(figures));
    const all = [...figures.lines, ...figures.totals];
    expect(got.slice(1, 1 + all.length).map((row) => row.slice(3, 5).map(bare))).toEqual(all.map((one) => one.amounts.map(bare)));
    expect(got.slice(1, 1 + all.length).map((row) => row[1]?.replace(/^'/, ""))).toEqual(all.map((one) => one.name));
    expect(got[0]?.[2]).toBe("currency");
  });

  it("has every amount of a list of ten thousand rows", { timeout: 600_000 }, async ({ expect }) => {
    const amounts = Array.from({ length: 10_000 }, (_, i) => `${i % 3 ? "-" : ""}${(i * 7919) % 1_000_000}.${String(i % 100).padStart(2, "0")}`);
    const csv = csvLine(["date", "amount", "description"]) + amounts.map((number, i) => csvLine(["2026-03-01", { number }, `Row ${i}`])).join("");
    const got = await throughOffice(csv);
    expect(got.slice(1).map((row) => bare(row[1] ?? ""))).toEqual(amounts.map(bare).map((text) => (text === "-0" ? "0" : text)));
  });
});
