import { afterAll, describe, inject, it } from "vitest";
import { createReport } from "../../src/features/reports/create-report.ts";
import type { Line, Report } from "../../src/features/reports/report.ts";
import { asOwner } from "../owner.ts";
import { connect, person, synced } from "../person.ts";
import { type Desk, deskOf, exact, unexplained, userIdOf } from "./reports-desk.ts";

type Basis = "accrual" | "cash";
type Cell = { value: string; id?: string };
type Row = { ColData?: Cell[]; Header?: { ColData: Cell[] }; Rows?: { Row?: Row[] }; Summary?: { ColData: Cell[] }; group?: string };
/** A report as QuickBooks' own API gives it: what stands at each account, by its full name, and what sums up a group. */
type Theirs = { accounts: Map<string, bigint>; groups: Map<string, bigint> };
type Asked = { from: string; to: string; basis: Basis; accountId: string };
type Company = { desk: Desk; accountId: string; theirs: (report: string, asked: Asked) => Promise<Theirs> };

/** A company of the twin's with its owner, copied. */
async function company(body: Record<string, unknown> | string, syncFrom: string): Promise<Company> {
  const twin = `${inject("worldUrl")}/quickbooks`;
  const post = async <T>(path: string, sent: object) =>
    (await (await fetch(`${twin}/_control/companies${path}`, { method: "POST", body: JSON.stringify(sent) })).json()) as T;
  const { realm } = typeof body === "string" ? { realm: body } : await post<{ realm: string }>("", body);
  const who = await person();
  const account = await connect(who, realm, { syncFrom });
  const run = await synced(who, account.id, 300);
  if (run.phase !== "done" || run.incomplete) throw new Error(`the sync ended as ${run.phase}: ${run.reason}`);
  const { access_token: token } = await post<{ access_token: string }>(`/${realm}/connect`, {});
  const chart = await asOwner<{ external_id: string; full_name: string }>("select external_id, full_name from ledger_accounts where account_id = $1", [
    account.id,
  ]);
  const names = new Map(chart.map((one) => [one.external_id, one.full_name]));
  const theirs: Company["theirs"] = async (report, { from, to, basis }) => {
    const query = new URLSearchParams({ start_date: from, end_date: to, accounting_method: basis === "cash" ? "Cash" : "Accrual" });
    const call = () =>
      fetch(`${twin}/v3/company/${realm}/reports/${report}?${query}`, { headers: { authorization: `Bearer ${token}`, accept: "application/json" } });
    let reply = await call();
    // ten a second, as QuickBooks allows
    for (let tries = 0; reply.status === 429 && tries < 100; tries++) {
      await reply.body?.cancel();
      await new Promise((done) => setTimeout(done, 200));
      reply = await call();
    }
    if (reply.status !== 200) throw new Error(`${report}: ${reply.status} ${await reply.text()}`);
    return read(((await reply.json()) as { Rows: { Row?: Row[] } }).Rows.Row, names);
  };
  return { desk: deskOf(userIdOf(who)), accountId: account.id, theirs };
}

function read(rows: readonly Row[] = [], names: ReadonlyMap<string, string>, into: Theirs = { accounts: new Map(), groups: new Map() }): Theirs {
  // a trial balance has its credits in a second column
  const amount = ([, debit, credit]: readonly Cell[]) => exact(debit?.value ?? "") - exact(credit?.value ?? "");
  for (const { ColData, Header, Rows, Summary, group } of rows) {
    const own = ColData ?? Header?.ColData;
    const id = own?.[0]?.id;
    if (own && id !== undefined) into.accounts.set(names.get(id) ?? id, amount(own));
    else if (ColData && group !== undefined) into.accounts.set(ColData[0]?.value ?? "", amount(ColData));
    if (Summary && group !== undefined) into.groups.set(group, amount(Summary.ColData));
    read(Rows?.Row, names, into);
  }
  return into;
}

/** Pairs of days, the same in every run. */
function periods(count: number, seed: number, first = Date.UTC(2024, 3, 1), span = 960): { from: string; to: string }[] {
  let state = seed;
  const day = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return new Date(first + ((state >> 4) % span) * 86_400_000).toISOString().slice(0, 10);
  };
  return Array.from({ length: count }, () => [day(), day()].sort()).map(([from = "", to = ""]) => ({ from, to }));
}

const LONG = process.env["PROVE"] === "1";
const PERIODS = LONG ? 24 : 4;
type Case = { name: string; of: Record<string, unknown> | string; syncFrom?: string; periods: { from: string; to: string }[] };
const COMPANIES: Case[] = [
  { name: "the sample company", of: "9130350000000001", periods: periods(PERIODS, 11) },
  ...(LONG ? [1, 2, 3, 4, 5] : [1, 2]).map((seed): Case => ({
    name: `generated company ${seed}`,
    of: { template: "generated", seed, size: 150, multiCurrency: LONG && seed % 2 === 0, inventory: LONG && seed > 2 },
    periods: periods(PERIODS, 11 + seed),
  })),
  // its 78,942 lines take a minute to copy
  ...(LONG
    ? [
        {
          name: "the real company",
          of: "9130350000000002",
          syncFrom: "2019-01-01",
          periods: periods(24, 7, Date.UTC(2018, 11, 1), 420),
        },
      ]
    : []),
];

const BOTH: Basis[] = ["accrual", "cash"];

/** What is compared of each: ours, QuickBooks' name of the report, and which of our totals is which of its groups. */
const REPORTS = [
  [
    "profit_and_loss",
    "ProfitAndLoss",
    { income: "Income", gross_profit: "GrossProfit", expenses: "Expenses", operating_income: "NetOperatingIncome", net_income: "NetIncome" },
  ],
  ["trial_balance", "TrialBalance", { difference: "GrandTotal" }],
  [
    "balance_sheet",
    "BalanceSheet",
    { assets: "TotalAssets", liabilities: "Liabilities", equity: "Equity", liabilities_and_equity: "TotalLiabilitiesAndEquity" },
  ],
] as const;

/** How much was compared with QuickBooks, on each basis. */
const compared = new Map<Basis, { periods: number; companies: Set<string>; figures: number; differ: number }>();

afterAll(() => {
  for (const [basis, { periods: count, companies, figures, differ }] of compared)
    console.log(
      `${basis}: ${count} periods x companies (${companies.size} companies), ${figures} figures compared with QuickBooks' own reports, ${differ} differ`,
    );
});

const total = (report: Report, key: string) => exact(report.figures?.totals.find((line) => line.key.startsWith(`${key}:`))?.amounts[0] ?? "none");
const ask = (desk: Desk, asked: Asked, type: Report["parameters"]["type"]) => createReport(desk, { ...asked, type, compare: "none", columns: "total" });

/** One report of both: each account's figure and each total, which is which, and those that are not the same. */
async function sameAs({ desk, theirs }: Company, asked: Asked, [type, name, groups]: (typeof REPORTS)[number]) {
  const [report, wanted] = [await ask(desk, asked, type), await theirs(name, asked)];
  const ours = new Map((report.figures?.lines ?? []).map((line: Line) => [line.name, exact(line.amounts[0] ?? "")]));
  const accounts = [...new Set([...ours.keys(), ...wanted.accounts.keys()])].map((key) => [key, ours.get(key) ?? 0n, wanted.accounts.get(key) ?? 0n] as const);
  const totals = Object.entries(groups).map(([key, group]) => [key, total(report, key), wanted.groups.get(group) ?? 0n] as const);
  const figures = [...accounts.filter(([, a, b]) => a !== 0n || b !== 0n), ...totals];
  const differ = figures.filter(([, a, b]) => a !== b).map(([key, a, b]) => `${type} ${key}: ${a}, not ${b}`);
  return { report, figures: figures.length, differ };
}

describe.each(COMPANIES)("$name", ({ name, of, periods, syncFrom }) => {
  it(
    "has the profit and loss, trial balance and balance sheet that QuickBooks has, to the cent, and each figure opens into its rows",
    { timeout: 900_000 },
    async ({ expect }) => {
      const mine = await company(of, syncFrom ?? "2000-01-01");
      for (const [index, { from, to }] of periods.entries()) {
        for (const basis of index % 4 === 0 || LONG ? BOTH : BOTH.slice(0, 1)) {
          const asked = { from, to, basis, accountId: mine.accountId };
          const at = `${basis} ${from} ${to}`;
          const made = [];
          for (const each of REPORTS) made.push(await sameAs(mine, asked, each));
          const sum = compared.get(basis) ?? { periods: 0, companies: new Set(), figures: 0, differ: 0 };
          compared.set(basis, sum);
          sum.periods += 1;
          sum.companies.add(name);
          for (const { figures, differ } of made) {
            sum.figures += figures;
            sum.differ += differ.length;
          }
          expect(
            made.flatMap(({ differ }) => differ),
            at,
          ).toEqual([]);
          if (index % 3 !== 0) continue;
          const flow = await ask(mine.desk, asked, "cash_flow");
          const [change, end] = [total(flow, "change"), total(flow, "end")];
          expect([total(flow, "operating") + total(flow, "investing") + total(flow, "financing"), total(flow, "beginning") + change], at).toEqual([
            change,
            end,
          ]);
          for (const report of [...made.map((one) => one.report), flow])
            expect((await unexplained(mine.desk, report, syncFrom === undefined ? 190 : 20_000, (nth) => (nth + index) % 9 === 0)).wrong, at).toEqual([]);
        }
      }
    },
  );
});
