import { describe, expect } from "vitest";
import { behaviour, call, company, nodeQuickbooks, on, query, REAL, rows, SAMPLE, text } from "./harness.ts";

export function reporting(): void {
  describe("company and reports", cases);
}

function cases(): void {
  behaviour("8.data.companyinfo", "Intuit's page", "gives CompanyInfo by read and by query, and Preferences with the home currency", async () => {
    expect((await nodeQuickbooks(SAMPLE).ask("getCompanyInfo", SAMPLE))["CompanyName"]).toBe("Ridgeway Design Studio");
    expect(rows((await query(SAMPLE, "select * from CompanyInfo")).json, "CompanyInfo")[0]?.["Country"]).toBe("US");
    expect(rows((await query(REAL, "select * from Preferences")).json, "Preferences")[0]?.["CurrencyPrefs"]).toMatchObject({ HomeCurrency: { value: "GBP" } });
  });
  behaviour("8.data.pnl", "Intuit's page", "reports profit and loss from its own ledger, by month adding up to the total (node-quickbooks)", async () => {
    const { ask } = nodeQuickbooks(SAMPLE);
    const today = new Date();
    const dayOf = (monthsAgo: number, day: number) =>
      new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - monthsAgo, day)).toISOString().slice(0, 10);
    const [from, to] = [dayOf(7, 1), dayOf(1, 0)];
    const report = await ask("reportProfitAndLoss", { start_date: from, end_date: to, summarize_column_by: "Month" });
    const net = (report.Rows?.Row ?? []).find(({ group }) => group === "NetIncome")?.Summary?.ColData.map(({ value }) => value);
    const numbers = (net ?? []).slice(1).map((value: string) => Math.round(Number(value) * 100));
    expect(numbers).toHaveLength(7);
    expect(numbers.slice(0, 6).reduce((a: number, b: number) => a + b, 0)).toBe(numbers[6]);
    const truth = on().twin.control.profitAndLoss(SAMPLE, { from, to });
    expect(numbers[6]).toBe(Math.round(Number(truth.netIncome) * 100));
  });
  behaviour("2.8.balance-sheet", "Intuit's page", "balances the balance sheet on both bases", async () => {
    for (const accounting_method of ["Accrual", "Cash"]) {
      const sheet = await nodeQuickbooks(SAMPLE).ask("reportBalanceSheet", { end_date: "2026-10-31", accounting_method });
      const [assets, both] = (sheet.Rows?.Row ?? []).map((row) => row.Summary?.ColData[1]?.value);
      expect(assets).toBe(both);
    }
  });
  behaviour("2.8.lists", "Intuit's page", "lists transactions, and the general ledger with what QuickBooks posts by itself", async () => {
    const realm = company({ template: "generated", seed: 3, size: 250 });
    const list = await nodeQuickbooks(realm).ask("reportTransactionList", { start_date: "2020-01-01", end_date: "2099-12-31" });
    expect(list.Rows?.Row.length).toBeGreaterThan(250);
    const ledger = (await call(realm, "reports/GeneralLedger?start_date=2020-01-01&end_date=2099-12-31")).text;
    for (const word of ["Inventory Starting Value", "Currency Revaluation", "Exchange Gain or Loss", "Cost of Goods Sold"]) expect(ledger).toContain(word);
  });
  behaviour(
    "2.8.ledger-columns",
    "captured traffic",
    "gives the ledger's columns that are asked for, home amounts where a company has several currencies",
    async () => {
      const wanted = "tx_date,txn_type,account_name,debt_amt,credit_amt,debt_home_amt,credit_home_amt";
      for (const [multiCurrency, home] of [
        [true, "_home"],
        [false, ""],
      ] as const) {
        const realm = company({ template: "generated", seed: 3, size: 20, multiCurrency });
        const ledger = (await call(realm, `reports/GeneralLedger?start_date=2020-01-01&end_date=2099-12-31&columns=${wanted}`)).json;
        const keys = ((ledger["Columns"] as { Column: { MetaData: { Value: string }[] }[] }).Column ?? []).map(({ MetaData }) => MetaData[0]?.Value);
        expect(keys).toEqual(["tx_date", "txn_type", "account_name", `debt${home}_amt`, `credit${home}_amt`]);
      }
    },
  );
  behaviour("2.8.fx", "assumption", "posts the difference of two rates to Exchange Gain or Loss and leaves nothing in receivables", async () => {
    const realm = on().twin.control.createCompany({ template: "empty", multiCurrency: true, rates: { EUR: 1.1 } }).realm;
    const { control } = on().twin;
    const income = text(control.documents(realm, "Account").rows.find((row) => row["AccountType"] === "Income")?.["Id"]);
    const id = (reply: unknown, key: string) => text((reply as Record<string, { Id?: string }>)[key]?.Id);
    const item = id(control.write(realm, { entity: "Item", body: { Name: "Work", Type: "Service", IncomeAccountRef: { value: income } } }), "Item");
    const customer = id(control.write(realm, { entity: "Customer", body: { DisplayName: "Jean", CurrencyRef: { value: "EUR" } } }), "Customer");
    const invoice = id(
      control.write(realm, {
        entity: "Invoice",
        body: {
          CustomerRef: { value: customer },
          ExchangeRate: 1.1,
          TxnDate: "2026-02-01",
          Line: [{ Amount: 100, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: { value: item } } }],
        },
      }),
      "Invoice",
    );
    control.write(realm, {
      entity: "Payment",
      body: {
        CustomerRef: { value: customer },
        ExchangeRate: 1.25,
        TxnDate: "2026-02-09",
        TotalAmt: 100,
        Line: [{ Amount: 100, LinkedTxn: [{ TxnId: invoice, TxnType: "Invoice" }] }],
      },
    });
    const balances = Object.fromEntries(control.trialBalance(realm, { date: "2026-12-31" }).accounts.map(({ name, balance }) => [name, balance]));
    expect(balances).toMatchObject({ "Accounts Receivable (A/R) - EUR": "0.00", "Undeposited Funds": "125.00", "Exchange Gain or Loss": "-15.00" });
  });
}
