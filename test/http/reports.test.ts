import { SELF } from "cloudflare:test";
import { inject } from "vitest";
import { describe, it } from "vitest";
import { connect, person, type Person, synced } from "../person.ts";

type Line = { key: string; section: string; name: string; currency: string; amounts: string[]; explain: string[] };
type Figures = { columns: { label: string; terms: { from: string; to: string }[] }[]; lines: Line[]; totals: Line[]; notes: string[] };
type Report = { id: string; status: string; figures: Figures; downloadUrl: string; chartUrl: string; rows: number; bytes: number; dataVersion: number };
type Explanation = { amount: string; count: number; data: { amount: string; date: string }[]; nextCursor: string | null };

const exact = (text: string) => {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  return BigInt(whole + fraction.padEnd(4, "0")) * (text.startsWith("-") ? -1n : 1n);
};

async function patient<T>(call: () => Promise<{ status: number; body: T; headers: Headers }>): Promise<{ status: number; body: T }> {
  for (let tries = 0; tries < 60; tries++) {
    const reply = await call();
    if (reply.status !== 429) return reply;
    await new Promise((done) => setTimeout(done, Math.max(1, Number(reply.headers.get("retry-after"))) * 1000));
  }
  throw new Error("limited for too long");
}

async function report(who: Person, body: Record<string, unknown>): Promise<Report> {
  const made = await patient(() => who.post<Report>("/reports", body));
  if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
  return made.body;
}

/** All pages of a figure's rows, added up. */
async function addedUp(who: Person, url: string, limit = 200): Promise<{ sum: bigint; count: number; said: Explanation }> {
  let [sum, count, cursor] = [0n, 0, "" as string | null];
  let said: Explanation | undefined;
  while (cursor !== null) {
    const page = await patient(() => who.get<Explanation>(`${url}&limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`));
    if (page.status !== 200) throw new Error(`${url}: ${page.status} ${JSON.stringify(page.body)}`);
    said = page.body;
    for (const row of page.body.data) sum += exact(row.amount);
    count += page.body.data.length;
    cursor = page.body.nextCursor;
  }
  if (!said) throw new Error("no page");
  return { sum, count, said };
}

const file = async (url: string, headers: Record<string, string> = {}) => SELF.fetch(url, { headers });

describe("reports of what one entered", () => {
  const day = { transactionDate: "2026-03-05", description: "=cmd()", currency: "USD" };
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
    const svg = await file(made.chartUrl);
    expect(svg.headers.get("content-type")).toContain("image/svg+xml");
    const drawn = await svg.text();
    for (const text of ["999999999999.98", "1000000000000.98", "-1500", "2.345", "<title", "<desc"]) expect(drawn).toContain(text);
    for (const line of [...made.figures.lines, ...made.figures.totals]) {
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
    const token = new URL(made.downloadUrl).searchParams.get("token") ?? "";
    for (let i = 0; i < token.length; i += 7) {
      const changed = token.slice(0, i) + (token[i] === "0" ? "1" : "0") + token.slice(i + 1);
      expect((await file(made.downloadUrl.replace(token, changed))).status, `character ${i}`).toBe(404);
    }
    expect((await file(made.downloadUrl.replace(made.id, other.id))).status).toBe(404);
    expect((await file(made.chartUrl ?? made.downloadUrl.replace("/download", "/chart"))).status).toBe(404);
    const part = await file(made.downloadUrl, { range: "bytes=5-9" });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, `bytes 5-9/${made.bytes}`, text.slice(5, 10)]);
    const tail = await file(made.downloadUrl, { range: "bytes=-4" });
    expect([tail.status, await tail.text()]).toEqual([206, text.slice(-4)]);
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

type Oracle = { accounts: { id: string; name: string; type: string; balance: string; shown: string; amount: string }[]; netIncome: string };

/** A company of the twin's with its owner, copied. */
async function company(body: Record<string, unknown> | string): Promise<{ who: Person; accountId: string; oracle: (path: string) => Promise<Oracle> }> {
  const control = `${inject("worldUrl")}/quickbooks/_control`;
  const made =
    typeof body === "string"
      ? { realm: body }
      : ((await (await fetch(`${control}/companies`, { method: "POST", body: JSON.stringify(body) })).json()) as { realm: string });
  const who = await person();
  const account = await connect(who, made.realm, { syncFrom: "2000-01-01" });
  await synced(who, account.id, 200);
  return { who, accountId: account.id, oracle: async (path) => (await (await fetch(`${control}/companies/${made.realm}/${path}`)).json()) as Oracle };
}

/** Pairs of days, the same in every run. */
function periods(count: number, seed: number): { from: string; to: string }[] {
  let state = seed;
  const day = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return new Date(Date.UTC(2024, 3, 1) + ((state >> 4) % 960) * 86_400_000).toISOString().slice(0, 10);
  };
  return Array.from({ length: count }, () => [day(), day()].sort()).map(([from = "", to = ""]) => ({ from, to }));
}

const PERIODS = process.env["PROVE"] === "1" ? 24 : 8;
/** On cash basis the sample company alone: the pro rata allocation is an assumption, and generated companies go beyond it. */
const COMPANIES: { name: string; of: Record<string, unknown> | string; periods: number; bases: string[] }[] = [
  { name: "the sample company", of: "9130350000000001", periods: PERIODS, bases: ["accrual", "cash"] },
  ...[1, 2, 3, 4, 5].map((seed) => ({
    name: `generated company ${seed}`,
    of: { template: "generated", seed, size: 150, multiCurrency: false, inventory: false },
    periods: PERIODS,
    bases: ["accrual"],
  })),
];

describe.concurrent.each(COMPANIES)("$name", ({ of, periods: count, bases }) => {
  it("has the profit and loss, trial balance and balance sheet that QuickBooks has, to the cent", { timeout: 600_000 }, async ({ expect }) => {
    const { who, accountId, oracle } = await company(of);
    for (const [index, { from, to }] of periods(count, 11).entries()) {
      for (const basis of index % 4 === 0 ? bases : ["accrual"]) {
        const at = `${basis} ${from} ${to}`;
        const asked = { from, to, basis, accountId };
        const [result, balances] = await Promise.all([
          oracle(`profit-and-loss?from=${from}&to=${to}&basis=${basis}`),
          oracle(`trial-balance?date=${to}&basis=${basis}`),
        ]);
        const pl = await report(who, { ...asked, type: "profit_and_loss" });
        const wanted = result.accounts
          .filter((one) => exact(one.amount) !== 0n)
          .map((one) => `${one.name} ${exact(one.type.includes("Income") ? negated(one.amount) : one.amount)}`);
        expect(pl.figures.lines.map((line) => `${line.name} ${exact(line.amounts[0] ?? "")}`).sort(), `profit and loss ${at}`).toEqual(wanted.sort());
        expect(exact(pl.figures.totals.find((line) => line.key.startsWith("net_income"))?.amounts[0] ?? ""), at).toBe(exact(result.netIncome));
        const tb = await report(who, { ...asked, type: "trial_balance" });
        const shown = balances.accounts.filter((one) => exact(one.shown) !== 0n).map((one) => `${one.name} ${exact(one.shown)}`);
        expect(tb.figures.lines.map((line) => `${line.name} ${exact(line.amounts[0] ?? "")}`).sort(), `trial balance ${at}`).toEqual(shown.sort());
        expect(exact(tb.figures.totals[0]?.amounts[0] ?? "1")).toBe(0n);
        if (index % 6 !== 0) continue;
        const sheet = await report(who, { ...asked, type: "balance_sheet" });
        const total = (key: string) => exact(sheet.figures.totals.find((line) => line.key.startsWith(`${key}:`))?.amounts[0] ?? "");
        expect(total("assets"), at).toBe(total("liabilities_and_equity"));
        const flow = await report(who, { ...asked, type: "cash_flow" });
        const cash = (key: string) => exact(flow.figures.totals.find((line) => line.key.startsWith(`${key}:`))?.amounts[0] ?? "");
        expect([cash("operating") + cash("investing") + cash("financing"), cash("beginning") + cash("change")], at).toEqual([cash("change"), cash("end")]);
        const lines = [...pl.figures.lines, ...pl.figures.totals, ...sheet.figures.lines, ...flow.figures.totals].filter((_, i) => (i + index) % 7 === 0);
        for (const line of lines) {
          const { sum, count: rows, said } = await addedUp(who, line.explain[0] ?? "", 37);
          expect([sum, rows, said.amount], `${line.name} ${at}`).toEqual([exact(line.amounts[0] ?? ""), said.count, line.amounts[0]]);
        }
      }
    }
  });
});

function negated(text: string): string {
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

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
