/** What a data call sends, and how its replies are read. */
import { describe, expect, it } from "vitest";
import { type Answer, ACCESS, COMPANY, faultOf, NOW, page, upper, wired } from "./wire.ts";

describe("a data call", () => {
  it("sends one statement, one version, one token, and follows no redirect", async () => {
    const { quickbooks, sent, calls } = wired({
      body: '{"QueryResponse":{"Purchase":[{"Id":"1","TotalAmt":10.10}],"startPosition":1,"maxResults":1},"time":"x"}',
    });
    const where = [
      { property: "MetaData.LastUpdatedTime", op: ">=", value: new Date("2026-01-01T00:00:00Z") } as const,
      { property: "Id", op: "IN", value: ["1", "2"] } as const,
    ];
    const result = await quickbooks.query(COMPANY, "Purchase", { where, orderBy: { property: "Id" }, startPosition: 1, maxResults: 500 });
    expect(result).toEqual({ rows: [{ Id: "1", TotalAmt: "10.10" }], bytes: 104 });
    const [request] = sent;
    const url = new URL(request?.url ?? "");
    expect(url.origin + url.pathname).toBe("https://api.example/v3/company/4620816365/query");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      minorversion: "75",
      query:
        "SELECT * FROM Purchase WHERE MetaData.LastUpdatedTime >= '2026-01-01T00:00:00.000Z' AND Id IN ('1','2') ORDERBY Id ASC STARTPOSITION 1 MAXRESULTS 500",
    });
    expect(request?.url).not.toContain("+");
    expect([request?.method, request?.redirect, request?.headers.get("accept"), request?.headers.get("authorization")]).toEqual([
      "GET",
      "manual",
      "application/json",
      `Bearer ${ACCESS}`,
    ]);
    expect(request?.signal.aborted).toBe(false);
    expect(calls).toEqual([{ operation: "query Purchase", status: 200, tid: "tid-1", ms: 0 }]);
  });

  it("tells no rows from rows that nobody asked for", async () => {
    const rows = (block: string) => wired({ body: `{"QueryResponse":${block},"time":"x"}` }).quickbooks.query(COMPANY, "CreditCardPayment", page);
    expect((await rows("{}")).rows).toEqual([]);
    expect((await rows('{"CreditCardPaymentTxn":[{"Id":"1"}]}')).rows).toEqual([{ Id: "1" }]);
    expect((await rows('{"creditcardpayment":[{"Id":"1"}]}')).rows).toEqual([{ Id: "1" }]);
    for (const block of ['{"Invoice":[{"Id":"1"}]}', '{"CreditCardPayment":{"Id":"1"}}', '{"CreditCardPayment":[7]}', "null"]) {
      expect(await faultOf({ body: `{"QueryResponse":${block}}` }, (quickbooks) => quickbooks.query(COMPANY, "CreditCardPayment", page))).toMatchObject({
        kind: "invalid",
        code: "unexpected_reply",
        tid: "tid-1",
      });
    }
  });

  it("gives every call a time limit of its own", async () => {
    const { quickbooks, signals } = wired({ body: '{"QueryResponse":{"totalCount":1}}' });
    await quickbooks.count(COMPANY, "Bill");
    await quickbooks.count(COMPANY, "Bill");
    expect([...signals].map((signal) => signal instanceof AbortSignal && !signal.aborted)).toEqual([true, true]);
  });

  it("counts", async () => {
    const { quickbooks, sent } = wired({ body: '{"QueryResponse":{"totalCount":32384},"time":"x"}' });
    expect(await quickbooks.count(COMPANY, "Invoice", [{ property: "TxnDate", op: "<", value: "2026-01-01" }])).toBe(32384);
    expect(new URL(sent[0]?.url ?? "").searchParams.get("query")).toBe("SELECT COUNT(*) FROM Invoice WHERE TxnDate < '2026-01-01'");
    expect((await faultOf({ body: '{"QueryResponse":{}}' }, (qb) => qb.count(COMPANY, "Invoice"))).code).toBe("unexpected_reply");
  });

  it("puts nothing into a statement or an address that could end it", async () => {
    const { quickbooks, sent } = wired({});
    const bad = (value: string) => quickbooks.query(COMPANY, "Bill", { ...page, where: [{ property: "Id", op: "=", value }] });
    for (const value of ["1' OR '1'='1", "1\\", "", "a b", "x".repeat(41), "1\n", "é"]) await expect(bad(value)).rejects.toThrow(RangeError);
    await expect(quickbooks.query(COMPANY, "Bill", { ...page, where: [{ property: "Id", op: "IN", value: [] }] })).rejects.toThrow(RangeError);
    await expect(quickbooks.query(COMPANY, "Bill", { ...page, where: [{ property: "Id", op: "=", value: ["1"] }] })).rejects.toThrow(RangeError);
    await expect(
      quickbooks.query(COMPANY, "Bill", { ...page, where: [{ property: "MetaData.CreateTime", op: ">", value: new Date(Number.NaN) }] }),
    ).rejects.toThrow(RangeError);
    for (const paging of [
      { startPosition: 0, maxResults: 1 },
      { startPosition: 1, maxResults: 1001 },
      { startPosition: 1.5, maxResults: 1 },
    ])
      await expect(quickbooks.query(COMPANY, "Bill", paging)).rejects.toThrow(RangeError);
    for (const id of ["../companyinfo/1", "1?x", "", "1a"]) await expect(quickbooks.read(COMPANY, "Bill", id)).rejects.toThrow(RangeError);
    await expect(quickbooks.read({ ...COMPANY, realmId: "1/../2" }, "Bill", "1")).rejects.toThrow(RangeError);
    await expect(quickbooks.read({ ...COMPANY, accessToken: "a\r\nb" }, "Bill", "1")).rejects.toThrow(/^not an access token$/);
    await expect(quickbooks.report(COMPANY, "TrialBalance", { startDate: "2026-13-01", endDate: "2026-01-01", basis: "Cash" })).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });

  it("reads one document, and null only where QuickBooks itself says that it is gone", async () => {
    const read = (answer: Answer) => wired(answer).quickbooks.read(COMPANY, "CreditCardPayment", "29");
    expect(await read({ body: '{"CreditCardPaymentTxn":{"Id":"29"},"time":"x"}' })).toEqual({ Id: "29" });
    expect(await read({ status: 400, body: upper("610") })).toBeNull();
    await expect(read({ status: 404, body: "<html>" })).rejects.toMatchObject({ kind: "not_found", code: "http_404" });
    await expect(read({ body: '{"Invoice":{"Id":"29"}}' })).rejects.toMatchObject({ kind: "invalid" });
    const { quickbooks, sent } = wired({ body: '{"SalesReceipt":{}}' });
    await quickbooks.read(COMPANY, "SalesReceipt", "5");
    expect(new URL(sent[0]?.url ?? "").pathname).toBe("/v3/company/4620816365/salesreceipt/5");
  });

  it("reads changes with the server's clock, and says where they were cut off", async () => {
    const many = JSON.stringify(Array.from({ length: 1000 }, (_, index) => ({ Id: String(index) })));
    const reply = (blocks: string) => `{"CDCResponse":[{"QueryResponse":[${blocks}]}],"time":"2016-04-13T07:52:34.949-07:00"}`;
    const { quickbooks, sent } = wired({
      body: reply('{"Bill":[{"Id":"126","TotalAmt":1.50}],"startPosition":1,"maxResults":1},{},{"CreditCardPaymentTxn":[{"Id":"39","status":"Deleted"}]}'),
    });
    const result = await quickbooks.cdc(COMPANY, ["Bill", "Invoice", "CreditCardPayment"], new Date("2026-01-01T00:00:00Z"));
    expect(result).toMatchObject({
      time: new Date("2016-04-13T14:52:34.949Z"),
      changes: [
        { entity: "Bill", rows: [{ Id: "126", TotalAmt: "1.50" }], truncated: false },
        { entity: "CreditCardPayment", rows: [{ Id: "39", status: "Deleted" }], truncated: false },
      ],
    });
    expect(Object.fromEntries(new URL(sent[0]?.url ?? "").searchParams)).toEqual({
      entities: "Bill,Invoice,CreditCardPayment",
      changedSince: "2026-01-01T00:00:00.000Z",
      minorversion: "75",
    });
    const full = await wired({ body: reply(`{"Bill":${many}},{"Invoice":[{"Id":"1"}]}`) }).quickbooks.cdc(COMPANY, ["Bill", "Payment", "Invoice"], NOW);
    // Payment may have had no room
    expect(full.changes.map(({ entity, rows, truncated }) => [entity, rows.length, truncated])).toEqual([
      ["Bill", 1000, true],
      ["Payment", 0, true],
      ["Invoice", 1, true],
    ]);
    expect(await faultOf({ body: reply(`{"Bill":[]},${upper("4001")}`) }, (qb) => qb.cdc(COMPANY, ["Bill"], NOW))).toMatchObject({
      kind: "invalid",
      code: "4001",
    });
  });

  it("lists what is inactive too", async () => {
    const { quickbooks, sent } = wired({
      body: '{"QueryResponse":{"Account":[{"Id":"94","SyncToken":"0","Name":"Visa","FullyQualifiedName":"Cards:Visa","Active":false,"Classification":"Liability","AccountType":"Credit Card","AccountSubType":"CreditCard","CurrencyRef":{"value":"EUR"}},{"Id":"95","Name":"Old","AccountType":"Cost of Goods Sold"}]}}',
    });
    const { rows, documents } = await quickbooks.accounts(COMPANY, "USD", page);
    expect(rows).toEqual([
      {
        id: "94",
        version: "0",
        active: false,
        name: "Visa",
        fullyQualifiedName: "Cards:Visa",
        accountType: "Credit Card",
        accountSubType: "CreditCard",
        classification: "Liability",
        currency: "EUR",
      },
      {
        id: "95",
        version: null,
        active: true,
        name: "Old",
        fullyQualifiedName: "Old",
        accountType: "Cost of Goods Sold",
        accountSubType: "",
        classification: "Expense",
        currency: "USD",
      },
    ]);
    expect(documents).toHaveLength(2);
    expect(new URL(sent[0]?.url ?? "").searchParams.get("query")).toBe(
      "SELECT * FROM Account WHERE Active IN (true,false) ORDERBY Id ASC STARTPOSITION 1 MAXRESULTS 1000",
    );
    const lists = (key: string, row: string) => wired({ body: `{"QueryResponse":{"${key}":[${row}]}}` }).quickbooks;
    expect(
      (
        await lists(
          "Item",
          '{"Id":"5","Name":"Pump","Type":"Inventory","ParentRef":{"value":"4"},"IncomeAccountRef":{"value":"48"},"AssetAccountRef":{"value":"81"}}',
        ).items(COMPANY, page)
      ).rows,
    ).toEqual([
      {
        id: "5",
        version: null,
        active: true,
        name: "Pump",
        type: "Inventory",
        parentId: "4",
        incomeAccountId: "48",
        expenseAccountId: null,
        assetAccountId: "81",
      },
    ]);
    expect((await lists("Customer", '{"Id":"2","DisplayName":"Bill\'s","CurrencyRef":{"value":"USD"}}').customers(COMPANY, page)).rows).toEqual([
      { id: "2", version: null, active: true, name: "Bill's", currency: "USD", parentId: null },
    ]);
    expect((await lists("Vendor", '{"Id":"3","DisplayName":"Bessie"}').vendors(COMPANY, page)).rows[0]?.name).toBe("Bessie");
    expect(
      (await lists("Class", '{"Id":"4","Name":"North","FullyQualifiedName":"All:North","ParentRef":{"value":"1"}}').classes(COMPANY, page)).rows[0],
    ).toMatchObject({ fullyQualifiedName: "All:North", parentId: "1" });
  });

  it("reads the company and its preferences, guessing no currency", async () => {
    const info = wired({
      body: '{"CompanyInfo":{"CompanyName":"Craig\'s","LegalName":"Craig LLC","Country":"US","FiscalYearStartMonth":"January","CompanyStartDate":"2014-12-01"},"time":"x"}',
    });
    expect(await info.quickbooks.companyInfo(COMPANY)).toEqual({
      name: "Craig's",
      legalName: "Craig LLC",
      country: "US",
      fiscalYearStartMonth: "January",
      startDate: "2014-12-01",
    });
    expect(new URL(info.sent[0]?.url ?? "").pathname).toBe("/v3/company/4620816365/companyinfo/4620816365");
    const preferences = (inner: string) => wired({ body: `{"Preferences":${inner}}` }).quickbooks.preferences(COMPANY);
    expect(
      await preferences(
        '{"CurrencyPrefs":{"HomeCurrency":{"value":"GBP"},"MultiCurrencyEnabled":true},"ReportPrefs":{"ReportBasis":"Cash"},"AccountingInfoPrefs":{"BookCloseDate":"2025-12-31"}}',
      ),
    ).toEqual({
      homeCurrency: "GBP",
      multiCurrency: true,
      reportBasis: "Cash",
      bookCloseDate: "2025-12-31",
    });
    expect(await preferences("{}")).toEqual({ homeCurrency: null, multiCurrency: false, reportBasis: "Accrual", bookCloseDate: null });
  });
});
