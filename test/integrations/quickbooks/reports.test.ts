/** QuickBooks' own reports as typed rows. */
import { describe, expect, it } from "vitest";
import { COMPANY, wired } from "./wire.ts";

describe("reports", () => {
  const params = { startDate: "2026-01-01", endDate: "2026-01-31", basis: "Accrual" } as const;
  const header = (name: string) => ({ ReportName: name, ReportBasis: "Accrual", StartPeriod: "2026-01-01", EndPeriod: "2026-01-31", Currency: "USD" });
  const cells = (...values: [string, ...string[]]) => ({
    ColData: values.map((value, index) => (index === 0 ? { value, id: value.length === 2 ? value : undefined } : { value })),
  });

  it("reads a trial balance", async () => {
    const body = JSON.stringify({
      Header: header("TrialBalance"),
      Columns: {},
      Rows: {
        Row: [cells("35", "1201.00", ""), cells("84", "", "5281.52"), { group: "GrandTotal", type: "Section", Summary: cells("TOTAL", "1201.00", "5281.52") }],
      },
    });
    const { quickbooks, sent } = wired({ body });
    expect(await quickbooks.report(COMPANY, "TrialBalance", params)).toEqual({
      header: { name: "TrialBalance", basis: "Accrual", startDate: "2026-01-01", endDate: "2026-01-31", currency: "USD" },
      rows: [
        { accountId: "35", name: "35", debit: "1201.00", credit: "0.00" },
        { accountId: "84", name: "84", debit: "0.00", credit: "5281.52" },
      ],
      totals: { debit: "1201.00", credit: "5281.52" },
    });
    const url = new URL(sent[0]?.url ?? "");
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      "/v3/company/4620816365/reports/TrialBalance",
      { start_date: "2026-01-01", end_date: "2026-01-31", accounting_method: "Accrual", minorversion: "75" },
    ]);
  });

  it("reads the ledger by the keys of its columns, home amounts first, and refuses a line without a date or a column that is missing", async () => {
    const columns = (...keys: string[]) => ({ Column: keys.map((Value) => ({ ColTitle: "?", MetaData: [{ Name: "ColKey", Value }] })) });
    const row = (...values: (string | { value: string; id: string })[]) => ({
      type: "Data",
      ColData: values.map((value) => (typeof value === "string" ? { value } : value)),
    });
    const ledger = (head: object, ...rows: object[]) =>
      JSON.stringify({
        Header: header("GeneralLedger"),
        Columns: head,
        Rows: { Row: [{ type: "Section", Header: cells("Stock", "", ""), Rows: { Row: rows }, Summary: cells("Total", "", "120.00") }] },
      });
    const keys = ["txn_type", "tx_date", "memo", "account_name", "debt_home_amt", "credit_home_amt"];
    const sale = row({ value: "Invoice", id: "130" }, "2026-01-05", "Pump", { value: "Stock", id: "81" }, "", "120.00");
    const { quickbooks, sent } = wired({ body: ledger(columns(...keys), row("", "Beginning Balance", "", "", "", ""), sale) });
    expect((await quickbooks.report(COMPANY, "GeneralLedger", params)).lines).toEqual([
      {
        date: "2026-01-05",
        type: "Invoice",
        transactionId: "130",
        number: "",
        memo: "Pump",
        accountId: "81",
        account: "Stock",
        debit: "0.00",
        credit: "120.00",
      },
    ]);
    expect(new URL(sent[0]?.url ?? "").searchParams.get("columns")).toContain("account_name,debt_amt,credit_amt,debt_home_amt,credit_home_amt");
    for (const body of [ledger(columns(...keys), row("Invoice", "someday", "", "", "1.00", "")), ledger(columns(...keys.slice(0, 5)), sale)])
      await expect(wired({ body }).quickbooks.report(COMPANY, "GeneralLedger", params)).rejects.toMatchObject({ kind: "invalid" });
  });

  it("reads leaves of profit and loss once, a parent's own postings among them", async () => {
    const sub = {
      type: "Section",
      Header: cells("58", "155.07"),
      Rows: { Row: [{ type: "Data", ...cells("63", "103.55") }] },
      Summary: cells("Total 58", "258.62"),
    };
    const body = JSON.stringify({
      Header: header("ProfitAndLoss"),
      Rows: {
        Row: [
          {
            type: "Section",
            group: "Income",
            Header: cells("Income", ""),
            Rows: { Row: [{ type: "Data", ...cells("45", "500.00") }] },
            Summary: cells("Total Income", "500.00"),
          },
          { type: "Section", group: "GrossProfit", Summary: cells("Gross Profit", "500.00") },
          {
            type: "Section",
            group: "Expenses",
            Header: cells("Expenses", ""),
            Rows: { Row: [sub, { type: "Data", ...cells("60", "-1") }] },
            Summary: cells("Total Expenses", "257.62"),
          },
          { type: "Section", group: "NetIncome", Summary: cells("Net Income", "242.38") },
        ],
      },
    });
    const result = await wired({ body }).quickbooks.report(COMPANY, "ProfitAndLoss", params);
    expect(result.rows).toEqual([
      { accountId: "45", name: "45", group: "Income", amount: "500.00" },
      { accountId: "58", name: "58", group: "Expenses", amount: "155.07" },
      { accountId: "63", name: "63", group: "Expenses", amount: "103.55" },
      { accountId: "60", name: "60", group: "Expenses", amount: "-1.00" },
    ]);
    expect([...result.totals]).toEqual([
      ["Income", "500.00"],
      ["GrossProfit", "500.00"],
      ["Expenses", "257.62"],
      ["NetIncome", "242.38"],
    ]);
  });

  it("is empty when the books are, and refuses what is no report or no amount", async () => {
    const report = (body: unknown) => wired({ body: JSON.stringify(body) }).quickbooks.report(COMPANY, "TrialBalance", params);
    expect(await report({ Header: { ReportName: "TrialBalance" }, Rows: {} })).toMatchObject({ rows: [], totals: null });
    await expect(report({ Header: header("ProfitAndLoss"), Rows: {} })).rejects.toMatchObject({ code: "unexpected_reply" });
    await expect(report({ Header: header("TrialBalance"), Rows: { Row: [cells("35", "1,201.00", "")] } })).rejects.toMatchObject({ code: "unexpected_reply" });
  });
});
