import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { createReport, type NewReport, type Preset, PRESETS } from "../../src/features/reports/create-report.ts";
import { getReport } from "../../src/features/reports/get-report.ts";
import { recordTransaction } from "../../src/features/transactions/record-transaction.ts";
import { asOwner } from "../owner.ts";
import { API_URL, freshAddress, patiently, person, type Person } from "../person.ts";
import { deskOf, exact, plainly, somebody, userIdOf } from "./reports-desk.ts";

type Line = { key: string; section: string; name: string; currency: string; amounts: string[]; explain: string[] };
type Figures = { columns: { label: string; terms: { from: string; to: string }[] }[]; lines: Line[]; totals: Line[] };
type Report = { id: string; status: string; figures: Figures; downloadUrl: string; chartUrl: string; rows: number; bytes: number; dataVersion: number };
type Explanation = { amount: string; count: number; data: { amount: string; date: string }[]; nextCursor: string | null };

async function report(who: Person, body: Record<string, unknown>): Promise<Report> {
  const made = await patiently(() => who.post<Report>("/reports", body));
  if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
  return made.body;
}

/** All pages of a figure's rows, added up. */
async function addedUp(who: Person, url: string, limit = 200): Promise<{ sum: bigint; count: number; said: Explanation }> {
  let [sum, count, cursor] = [0n, 0, "" as string | null];
  let said: Explanation | undefined;
  while (cursor !== null) {
    const page = await patiently(() => who.get<Explanation>(`${url}&limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`));
    if (page.status !== 200) throw new Error(`${url}: ${page.status} ${JSON.stringify(page.body)}`);
    said = page.body;
    for (const row of page.body.data) sum += exact(row.amount);
    count += page.body.data.length;
    cursor = page.body.nextCursor;
  }
  if (!said) throw new Error("no page");
  return { sum, count, said };
}

/** From somewhere new each time: hundreds of wrong links are not what an address may ask for. */
const file = async (url: string, headers: Record<string, string> = {}) => SELF.fetch(url, { headers: { "cf-connecting-ip": freshAddress(), ...headers } });

const day = { transactionDate: "2026-03-05", description: "=cmd()", currency: "USD" };

describe("reports of what one entered", () => {
  const months = { type: "category_breakdown", from: "2026-03-01", to: "2026-04-30" };

  it("are exact for zero, one, a negative, JPY, KWD, a trillion and several currencies, in JSON, CSV and SVG alike", async ({ expect }) => {
    const ada = await person();
    const rows = [
      { ...day, amount: "999999999999.99", category: "Large" },
      { ...day, amount: "-0.01", category: 'Small, "quoted"' },
      { ...day, amount: "0", category: "Zero" },
      { ...day, amount: "1", category: "@One", transactionDate: "2026-04-30" },
      { ...day, amount: "-1500", currency: "JPY", category: "Large" },
      { ...day, amount: "2.345", currency: "KWD", category: "Large" },
    ];
    expect((await ada.post("/transactions/batch", { transactions: rows })).status).toBe(201);
    const made = await report(ada, { ...months, columns: "month" });
    expect(made.figures.columns.map((column) => column.label)).toEqual(["March 2026", "April 2026", "Total"]);
    const figures = Object.fromEntries([...made.figures.lines, ...made.figures.totals].map((line) => [`${line.currency} ${line.name}`, line.amounts]));
    expect(figures).toEqual({
      "JPY Large": ["-1500", "0", "-1500"],
      "KWD Large": ["2.345", "0.000", "2.345"],
      "USD @One": ["0.00", "1.00", "1.00"],
      "USD Large": ["999999999999.99", "0.00", "999999999999.99"],
      'USD Small, "quoted"': ["-0.01", "0.00", "-0.01"],
      "JPY Net": ["-1500", "0", "-1500"],
      "KWD Net": ["2.345", "0.000", "2.345"],
      "USD Net": ["999999999999.98", "1.00", "1000000000000.98"],
    });
    const csv = await (await file(made.downloadUrl)).text();
    expect(csv.split("\r\n")).toContain("USD,Large,USD,999999999999.99,0.00,999999999999.99");
    expect(csv.split("\r\n")).toContain('USD,"Small, ""quoted""",USD,-0.01,0.00,-0.01');
    expect(csv.split("\r\n")).toContain("USD,'@One,USD,0.00,1.00,1.00");
    const shown = [...made.figures.lines, ...made.figures.totals];
    const read = parse(csv)
      .slice(1)
      .map((row) => [row[1]?.replace(/^'/, ""), row[2], ...row.slice(3)]);
    expect(read).toEqual(shown.map((line) => [line.name, line.currency, ...line.amounts]));
    const svg = await file(made.chartUrl);
    expect(svg.headers.get("content-type")).toContain("image/svg+xml");
    const drawn = await svg.text();
    for (const text of ["<title", "<desc", ...made.figures.totals.flatMap((line) => line.amounts.slice(0, 2).map((amount) => `>${amount}</text>`))])
      expect(drawn).toContain(text);
    for (const line of made.figures.totals) expect(drawn).toContain(`total ${line.amounts[2]}</text>`);
    const whole = await report(ada, months);
    const bars = await (await file(whole.chartUrl)).text();
    expect(whole.figures.lines.length).toBe(5);
    for (const line of whole.figures.lines) expect(bars).toContain(`>${line.amounts[0]}</text>`);
    for (const line of shown) {
      for (const [column, url] of line.explain.entries()) expect((await addedUp(ada, url)).sum, url).toBe(exact(line.amounts[column] ?? ""));
    }
  });

  it("[L2] have a link that is short-lived and bound: any changed character is 404, another's report too, an expired one 410", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", { ...day, amount: "5" });
    const made = await report(ada, { type: "transactions", from: "2026-03-01", to: "2026-03-31" });
    const other = await report(ada, { type: "transactions", from: "2026-03-01", to: "2026-03-30" });
    const whole = await file(made.downloadUrl);
    const text = await whole.text();
    expect([whole.status, whole.headers.get("x-content-type-options"), whole.headers.get("cache-control")]).toEqual([200, "nosniff", "no-store"]);
    expect(whole.headers.get("content-disposition")).toBe(
      "attachment; filename=\"finhelm-transactions-2026-03-01-2026-03-31.csv\"; filename*=UTF-8''finhelm-transactions-2026-03-01-2026-03-31.csv",
    );
    for (const url of [made.downloadUrl, made.chartUrl ?? made.downloadUrl.replace("/download", "/chart")]) {
      // host and port are not ours to answer for
      for (let i = API_URL.length; i < url.length; i++) {
        const changed = url.slice(0, i) + (url[i] === "0" ? "1" : "0") + url.slice(i + 1);
        // without its second slash it is the address of the report itself, which asks who you are
        const isReport = /[/]reports[/][^/]+$/.test(new URL(changed).pathname) && url[i] === "/";
        expect((await file(changed)).status, `character ${i} of ${url}`).toBe(isReport ? 401 : 404);
      }
    }
    for (const cut of [made.downloadUrl.slice(0, -1), `${made.downloadUrl}A`, made.downloadUrl.replace(/[?].*/, "")])
      expect((await file(cut)).status).toBe(404);
    expect((await file(made.downloadUrl.replace(made.id, other.id))).status).toBe(404);
    const long = await getReport(deskOf(userIdOf(ada), plainly, -2 * 3_600_000), made.id);
    const expired = await file(long.downloadUrl ?? "");
    expect([expired.status, ((await expired.json()) as { code: string }).code]).toEqual([410, "gone"]);
    expect((await file(made.chartUrl ?? made.downloadUrl.replace("/download", "/chart"))).status).toBe(404);
    const part = await file(made.downloadUrl, { range: "bytes=5-9" });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, `bytes 5-9/${made.bytes}`, text.slice(5, 10)]);
    const tail = await file(made.downloadUrl, { range: "bytes=-4" });
    expect([tail.status, await tail.text()]).toEqual([206, text.slice(-4)]);
    const etag = whole.headers.get("etag") ?? "";
    const resumed = await file(made.downloadUrl, { range: "bytes=9-", "if-range": etag });
    expect([resumed.status, await resumed.text()]).toEqual([206, text.slice(9)]);
    for (const headers of [
      { range: "bytes=9-", "if-range": '"another"' },
      { range: "bytes=9-5" },
      { range: "bytes=1-2,5-6" },
      { range: `bytes=${text.length}-` },
    ]) {
      const all = await file(made.downloadUrl, headers);
      expect([all.status, all.headers.get("accept-ranges"), await all.text()], JSON.stringify(headers)).toEqual([200, "bytes", text]);
    }
  });

  it("[L1] have no text cell that a spreadsheet would run, and numbers that stay numbers", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions/batch", {
      transactions: ["=1+1", "+1", "-1", "@a", "\t=1", "＝1", "a\r\n=1", 'say "=1"'].map((description) => ({ ...day, description, amount: "-12.5" })),
    });
    const made = await report(ada, { type: "transactions", from: "2026-03-01", to: "2026-03-31" });
    const cells = parse(await (await file(made.downloadUrl)).text());
    expect(cells.length).toBe(9);
    for (const row of cells.slice(1)) {
      expect(row[1]).toBe("-12.50");
      expect(row[5]).toMatch(/^[^=+\-@\t\r＝]/);
    }
    expect(
      cells
        .slice(1)
        .map((row) => row[5]?.replace(/^'/, ""))
        .sort(),
    ).toEqual(["=1+1", "+1", "-1", "@a", "\t=1", "＝1", "a\r\n=1", 'say "=1"'].sort());
  });

  it("are taken over when nothing has changed, and made again when something has", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", { ...day, amount: "5", category: "A" });
    const [first, second] = [await report(ada, months), await report(ada, months)];
    expect(second.figures.lines.map((line) => line.amounts)).toEqual(first.figures.lines.map((line) => line.amounts));
    expect([second.dataVersion, second.id === first.id]).toEqual([first.dataVersion, false]);
    await ada.post("/transactions", { ...day, amount: "6", category: "A" });
    const stale = await ada.get(first.figures.lines[0]?.explain[0] ?? "");
    expect([stale.status, stale.body["code"]]).toEqual([409, "conflict"]);
    const third = await report(ada, months);
    expect([third.figures.lines[0]?.amounts, third.dataVersion > first.dataVersion]).toEqual([["11.00"], true]);
  });

  it("compare with the period before and with the year before, and say by how much it changed", async ({ expect }) => {
    const ada = await person();
    const on = (transactionDate: string, amount: string) => ({ ...day, transactionDate, amount, category: "A" });
    await ada.post("/transactions/batch", { transactions: [on("2026-03-31", "5"), on("2026-02-01", "2.5"), on("2025-03-01", "-1")] });
    const march = { type: "category_breakdown", from: "2026-03-01", to: "2026-03-31" };
    const before = await report(ada, { ...march, compare: "previous_period" });
    expect([before.figures.columns.map((one) => one.label), before.figures.lines[0]?.amounts]).toEqual([
      ["March 2026", "February 2026", "Change"],
      ["5.00", "2.50", "2.50"],
    ]);
    const year = await report(ada, { ...march, compare: "previous_year" });
    expect([year.figures.columns.map((one) => one.label), year.figures.lines[0]?.amounts]).toEqual([
      ["March 2026", "March 2025", "Change"],
      ["5.00", "-1.00", "6.00"],
    ]);
    expect((await addedUp(ada, year.figures.lines[0]?.explain[2] ?? "")).sum).toBe(exact("6.00"));
  });
});

describe("a report", () => {
  it("asked for again of the same books is summed and written no second time; of changed books it is", async ({ expect }) => {
    const { userId, accountId } = await somebody();
    const add = (amount: string) =>
      recordTransaction(deskOf(userId), { ...day, amount, category: "A", description: "x", accountId } as Parameters<typeof recordTransaction>[1]);
    await add("5");
    const asked = (type: NewReport["type"]): NewReport => ({
      type,
      from: "2026-03-01",
      to: "2026-03-31",
      basis: "accrual",
      compare: "none",
      columns: "total",
      ...(type === "profit_and_loss" ? { accountId } : {}),
    });
    const made = async (type: NewReport["type"]) => {
      const effects: string[] = [];
      const desk = deskOf(userId, (name, act) => (effects.push(name), act()));
      const report = await createReport(desk, asked(type));
      return {
        report,
        sums: effects.filter((name) => /\b(sum|count)\(|order by .*transaction_date/.test(name)).length,
        files: effects.filter((name) => name.startsWith("files")).length,
      };
    };
    for (const type of ["category_breakdown", "profit_and_loss", "transactions"] as const) {
      const first = await made(type);
      expect([first.sums > 0, first.files > 0], type).toEqual([true, true]);
      const again = await made(type);
      expect([again.sums, again.files, again.report.status], type).toEqual([0, 0, "ready"]);
      expect([again.report.figures, again.report.rows, again.report.dataVersion]).toEqual([first.report.figures, first.report.rows, first.report.dataVersion]);
      expect(await (await file(again.report.downloadUrl ?? "")).text()).toBe(await (await file(first.report.downloadUrl ?? "")).text());
      await add("1");
      const changed = await made(type);
      expect([changed.sums, changed.files], type).toEqual([first.sums, first.files]);
      expect((changed.report.dataVersion ?? 0) > (first.report.dataVersion ?? 0)).toBe(true);
    }
  });

  it("of many rows is made by the queue, says how far it is in percent and rows, and is whole when it is ready", { timeout: 120_000 }, async ({ expect }) => {
    const ada = await person();
    const rows = 40_500;
    await asOwner(
      `insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, kind, moved_cash, created_at, updated_at)
       select gen_random_uuid(), $1::uuid, (select id from accounts where user_id = $1::uuid), 'manual', date '2026-03-01' + i % 31, i, 'JPY', 'manual', true, now(), now() from generate_series(1, $2::int) i`,
      [userIdOf(ada), rows],
    );
    const made = await ada.post<Progress>("/reports", { type: "transactions", from: "2026-03-01", to: "2026-03-31" });
    expect([made.status, made.body.status, made.body.percent, made.body.downloadUrl]).toEqual([202, "queued", 0, null]);
    const seen: Progress[] = [made.body];
    while (seen.at(-1)?.status !== "ready") {
      const { body } = await patiently(() => ada.get<Progress>(`/reports/${made.body.id}`));
      seen.push(body);
      if (body.status !== "ready") expect([body.downloadUrl, body.percent < 100]).toEqual([null, true]);
      await new Promise((done) => setTimeout(done, 150));
    }
    const steps = seen.map((one) => [one.percent, one.rows ?? 0]);
    expect(steps).toEqual([...steps].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)));
    for (const { percent, rows: n } of seen.slice(1, -1)) if (n) expect(percent).toBe(Math.floor((100 * n) / rows));
    const text = await (await file(seen.at(-1)?.downloadUrl ?? "")).text();
    const lines = text.split("\r\n");
    expect([seen.at(-1)?.percent, seen.at(-1)?.rows, lines.length, lines.at(-1)]).toEqual([100, rows, rows + 2, ""]);
    expect(new Set(lines.slice(1, -1).map((one) => one.split(",").at(-1))).size).toBe(rows);
  });

  it("takes a preset for the days that it means today, in fiscal years where those are named", async ({ expect }) => {
    const { userId, accountId } = await somebody();
    await asOwner("update accounts set fiscal_year_start = 4, service_name = 'quickbooks' where id = $1", [accountId]);
    const noon = (today: string) => deskOf(userId, plainly, Date.parse(`${today}T12:00:00Z`) - Date.now());
    const days = async (today: string, period: Preset) => {
      const report = await createReport(noon(today), { type: "profit_and_loss", accountId, period, basis: "accrual", compare: "none", columns: "total" });
      return `${report.parameters.from} ${report.parameters.to}`;
    };
    const wanted: Record<Preset, string> = {
      this_month: "2026-02-01 2026-02-28",
      last_month: "2026-01-01 2026-01-31",
      this_quarter: "2026-01-01 2026-03-31",
      last_quarter: "2025-10-01 2025-12-31",
      this_year: "2026-01-01 2026-12-31",
      last_year: "2025-01-01 2025-12-31",
      fiscal_year: "2025-04-01 2026-03-31",
      last_fiscal_year: "2024-04-01 2025-03-31",
      year_to_date: "2026-01-01 2026-02-14",
      last_12_months: "2025-02-01 2026-01-31",
      all_time: "1900-01-01 2026-02-14",
    };
    const got = Object.fromEntries(await Promise.all(PRESETS.map(async (preset) => [preset, await days("2026-02-14", preset)] as const)));
    expect(got).toEqual(wanted);
    // one's own rows belong to no company: the companies' year is meant, where they have the same
    const own = await createReport(noon("2026-02-14"), {
      type: "category_breakdown",
      period: "fiscal_year",
      basis: "accrual",
      compare: "none",
      columns: "total",
    });
    expect([own.parameters.from, own.parameters.to, own.parameters.accountId]).toEqual(["2025-04-01", "2026-03-31", undefined]);
  });

  it("by quarter, compared with the year before, has each quarter, each a year ago, and each change; parts of quarters stay parts", async ({ expect }) => {
    const ada = await person();
    const on = (transactionDate: string, amount: string) => ({ ...day, transactionDate, amount, category: "A" });
    await ada.post("/transactions/batch", {
      transactions: [
        on("2026-02-14", "100"),
        on("2026-02-15", "1"),
        on("2026-04-01", "2"),
        on("2026-05-10", "4"),
        on("2026-05-11", "100"),
        on("2025-03-31", "8"),
        on("2025-04-01", "16"),
      ],
    });
    const made = await report(ada, { type: "category_breakdown", from: "2026-02-15", to: "2026-05-10", columns: "quarter", compare: "previous_year" });
    const [line] = made.figures.lines;
    expect(made.figures.columns.map((column, index) => `${column.label}: ${line?.amounts[index]}`)).toEqual([
      "15 February 2026 to 31 March 2026: 1.00",
      "1 April 2026 to 10 May 2026: 6.00",
      "Total: 7.00",
      "15 February 2025 to 31 March 2025: 8.00",
      "1 April 2025 to 10 May 2025: 16.00",
      "15 February 2025 to 10 May 2025: 24.00",
      "Change, 15 February 2026 to 31 March 2026: -7.00",
      "Change, 1 April 2026 to 10 May 2026: -10.00",
      "Change, Total: -17.00",
    ]);
    for (const url of line?.explain ?? [])
      expect((await addedUp(ada, url)).said.amount).toBe(line?.amounts[Number(new URL(url, API_URL).searchParams.get("column"))]);
  });
});

type Progress = { id: string; status: string; percent: number; rows: number | null; downloadUrl: string | null };

/** RFC 4180, written for the test alone. */
function parse(csv: string): string[][] {
  const rows: string[][] = [[]];
  let [cell, quoted] = ["", false];
  for (let i = 0; i < csv.length; i++) {
    const char = csv[i] ?? "";
    if (quoted && char === '"' && csv[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "," || char === "\n")) {
      rows.at(-1)?.push(cell);
      cell = "";
      if (char === "\n") rows.push([]);
    } else if (quoted || char !== "\r") cell += char;
  }
  return rows.filter((row) => row.length > 0);
}
