import { describe, expect } from "vitest";
import { POSTING_ENTITIES } from "../../known.ts";
import { behaviour, call, company, connected, type Json, nodeQuickbooks, on, promised, query, rows, SAMPLE, sizeIn, text } from "./harness.ts";

export function data(): void {
  describe("data", () => {
    for (const entity of POSTING_ENTITIES) entityCase(entity);
    clients();
    writing();
    settling();
    changed();
    batches();
  });
}

function entityCase(entity: string): void {
  behaviour(`8.data.entity.${entity}`, "Intuit's page", `has ${entity} rows with string Id and SyncToken, numbers for money, and Pacific times`, async () => {
    const { json } = await query(SAMPLE, `select * from ${entity} maxresults 1`);
    const key = entity === "CreditCardPayment" ? "CreditCardPaymentTxn" : entity;
    const row = rows(json, key)[0];
    expect(row).toMatchObject({
      Id: expect.stringMatching(/^\d+$/),
      SyncToken: expect.stringMatching(/^\d+$/),
      domain: "QBO",
      TxnDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(row?.["MetaData"]?.["LastUpdatedTime"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00$/);
    expect(typeof (row?.["TotalAmt"] ?? row?.["Amount"])).toBe("number");
    const one = await call(SAMPLE, `${entity.toLowerCase()}/${row?.Id ?? ""}`);
    expect(one.json[key]).toEqual(row);
  });
}

function clients(): void {
  behaviour("7.intuit-oauth", "seen with the real client", "answers makeApiCall", async () => {
    const reply = await (
      await connected(SAMPLE)
    ).makeApiCall({ url: `${on().base}/v3/company/${SAMPLE}/query?query=${encodeURIComponent("select * from Account")}` });
    expect(sizeIn(reply.json as Json, "Account")).toBeGreaterThan(30);
  });
  behaviour("7.node-quickbooks", "seen with the real client", "finds, counts, reads and fetches all pages", async () => {
    const { ask } = nodeQuickbooks(SAMPLE);
    const all = await ask("findPurchases", { fetchAll: true, limit: 20, asc: "MetaData.LastUpdatedTime" });
    const count = await ask("findPurchases", [{ count: true }]);
    expect(sizeIn(all, "Purchase")).toBe(count["QueryResponse"]?.["totalCount"]);
    const since = await ask("findPurchases", [{ field: "MetaData.LastUpdatedTime", value: "2020-01-01T00:00:00-08:00", operator: ">=" }]);
    expect(since["QueryResponse"]?.["maxResults"]).toBe(count["QueryResponse"]?.["totalCount"]);
  });
  behaviour("7.quickbooks-node-promise", "seen with the real client", "finds, reads, reports and asks for changes", async () => {
    const client = await promised(SAMPLE);
    const found = (await client.findPurchases({ limit: 2 })) as unknown as Json;
    expect(sizeIn(found, "Purchase")).toBe(2);
    const changes = (await client.changeDataCapture(["Invoice", "Bill"], new Date(Date.now() - 86_400_000))) as unknown as Json;
    expect(changes.CDCResponse?.[0]?.QueryResponse.length).toBe(2);
    const preferences = (await client.getPreferences()) as unknown as Json;
    expect(JSON.stringify(preferences)).toContain("HomeCurrency");
  });
}

const cost = (account: string, amount: number) => ({
  Amount: amount,
  DetailType: "AccountBasedExpenseLineDetail",
  AccountBasedExpenseLineDetail: { AccountRef: { value: account } },
});

async function accounts(realm: string): Promise<{ bank: string; expense: string; vendor: string; customer: string; item: string }> {
  const id = async (statement: string, key: string) => text(rows((await query(realm, statement)).json, key)[0]?.["Id"]);
  return {
    bank: await id("select * from Account where AccountType = 'Bank'", "Account"),
    expense: await id("select * from Account where AccountType = 'Expense'", "Account"),
    vendor: await id("select * from Vendor maxresults 1", "Vendor"),
    customer: await id("select * from Customer maxresults 1", "Customer"),
    item: await id("select * from Item where Type = 'Service'", "Item"),
  };
}

function writing(): void {
  behaviour("8.data.write", "Intuit's page", "creates, updates in full and sparsely, and deletes (node-quickbooks)", async () => {
    const realm = company();
    const { bank, expense } = await accounts(realm);
    const { ask } = nodeQuickbooks(realm);
    const made = await ask("createPurchase", { PaymentType: "Cash", AccountRef: { value: bank }, PrivateNote: "kept?", Line: [cost(expense, 10.1)] });
    expect(made).toMatchObject({ SyncToken: "0", TotalAmt: 10.1 });
    const sparse = await ask("updatePurchase", { Id: made["Id"], SyncToken: "0", sparse: true, DocNumber: "7" });
    expect(sparse).toMatchObject({ SyncToken: "1", PrivateNote: "kept?", DocNumber: "7" });
    const full = (
      await call(realm, "purchase", {
        body: JSON.stringify({ Id: made["Id"], SyncToken: "1", PaymentType: "Cash", AccountRef: { value: bank }, Line: [cost(expense, 12)] }),
      })
    ).json["Purchase"];
    expect(full).toMatchObject({ SyncToken: "2", TotalAmt: 12 });
    expect(full?.["PrivateNote"]).toBeUndefined();
    const deleted = await ask("deletePurchase", made["Id"]);
    expect(deleted["Purchase"]).toEqual({ status: "Deleted", domain: "QBO", Id: made["Id"] });
    expect((await call(realm, `purchase/${text(made["Id"])}`)).json.Fault?.Error[0]?.code).toBe("610");
  });
  behaviour("8.data.full-update-flips-credit", "captured traffic", "forgets Purchase.Credit in a full update that leaves it out", async () => {
    const realm = company();
    const [credit] = rows((await query(realm, "select * from Purchase where Credit = true maxresults 1")).json, "Purchase");
    expect(credit?.["Credit"]).toBe(true);
    const { Id, SyncToken, PaymentType, AccountRef, Line } = credit as unknown as Record<string, unknown>;
    const after = await call(realm, "purchase", { body: JSON.stringify({ Id, SyncToken, PaymentType, AccountRef, Line }) });
    expect(after.json["Purchase"]?.["Credit"]).toBeUndefined();
  });
  behaviour("8.data.stale", "Intuit's page", "refuses a stale SyncToken with 5010", async () => {
    const realm = company();
    const [row] = rows((await query(realm, "select * from Bill maxresults 1")).json, "Bill");
    const reply = await call(realm, "bill", { body: JSON.stringify({ ...row, SyncToken: "99" }) });
    expect([reply.status, reply.json.Fault?.Error[0]?.code]).toEqual([400, "5010"]);
  });
  behaviour("2.3.requestid", "Intuit's page", "answers a repeated requestid with the first answer", async () => {
    const realm = company();
    const { bank, expense } = await accounts(realm);
    const body = JSON.stringify({ PaymentType: "Cash", AccountRef: { value: bank }, Line: [cost(expense, 5)] });
    const [a, b] = [await call(realm, "purchase?requestid=r1", { body }), await call(realm, "purchase?requestid=r1", { body })];
    expect(b.text).toBe(a.text);
  });
  behaviour("2.1.xml", "captured traffic", "answers XML to whoever does not ask for JSON", async () => {
    const reply = await call(SAMPLE, `companyinfo/${SAMPLE}`, { accept: "*/*" });
    expect(reply.headers.get("content-type")).toContain("xml");
    expect(reply.text).toContain("<CompanyName>Ridgeway Design Studio</CompanyName>");
  });
}

function settling(): void {
  behaviour(
    "3.4.payment-rewrites-invoice",
    "captured traffic",
    "moves an invoice's Balance, LinkedTxn and SyncToken when it is paid, and back when that is deleted",
    async () => {
      const realm = company();
      const { customer, item } = await accounts(realm);
      const { ask } = nodeQuickbooks(realm);
      const invoice = await ask("createInvoice", {
        CustomerRef: { value: customer },
        Line: [{ Amount: 100, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: { value: item } } }],
      });
      const payment = await ask("createPayment", {
        CustomerRef: { value: customer },
        TotalAmt: 60,
        Line: [{ Amount: 60, LinkedTxn: [{ TxnId: invoice["Id"], TxnType: "Invoice" }] }],
      });
      expect(await ask("getInvoice", invoice["Id"])).toMatchObject({ SyncToken: "1", Balance: 40, LinkedTxn: [{ TxnId: payment["Id"], TxnType: "Payment" }] });
      await ask("deletePayment", payment["Id"]);
      expect(await ask("getInvoice", invoice["Id"])).toMatchObject({ SyncToken: "2", Balance: 100, LinkedTxn: [] });
    },
  );
  behaviour("8.data.void", "Intuit's page", "zeroes a voided invoice, keeps it, and says so in front of its note (operation=void)", async () => {
    const realm = company();
    const { ask } = nodeQuickbooks(realm);
    const [invoice] = rows((await query(realm, "select * from Invoice where Balance > '0' maxresults 1")).json, "Invoice");
    await ask("updateInvoice", { Id: invoice?.["Id"], SyncToken: invoice?.["SyncToken"], sparse: true, PrivateNote: "for Ann" });
    await ask("voidInvoice", invoice?.["Id"]);
    const after = await ask("getInvoice", invoice?.["Id"]);
    expect(after).toMatchObject({ TotalAmt: 0, Balance: 0, LinkedTxn: [], PrivateNote: "Voided - for Ann" });
    expect(after["status"]).toBeUndefined();
  });
  behaviour("2.3.void-include", "seen with the real client", "voids by include=void as well (node-quickbooks, Payment)", async () => {
    const realm = company();
    const { ask } = nodeQuickbooks(realm);
    const [payment] = rows((await query(realm, "select * from Payment where DepositToAccountRef = '10' maxresults 1")).json, "Payment");
    const after = await ask("updatePayment", { ...payment, void: true });
    expect(after).toMatchObject({ TotalAmt: 0, PrivateNote: expect.stringMatching(/^Voided/) });
  });
  behaviour("3.4.deposited", "captured traffic", "does not void a receipt that was deposited", async () => {
    const [deposit] = rows((await query(SAMPLE, "select * from Deposit")).json, "Deposit").filter(
      (row) => row.Line?.[0]?.LinkedTxn?.[0]?.TxnType === "SalesReceipt",
    );
    const id = deposit?.Line?.[0]?.LinkedTxn?.[0]?.TxnId;
    const [receipt] = rows((await query(SAMPLE, `select * from SalesReceipt where Id = '${id ?? ""}'`)).json, "SalesReceipt");
    const reply = await call(SAMPLE, "salesreceipt?operation=void", { body: JSON.stringify(receipt) });
    expect(reply.json.Fault?.Error[0]?.code).toBe("6000");
  });
}

function changed(): void {
  const since = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  behaviour(
    "8.data.cdc-deleted",
    ["Intuit's page", "captured traffic"],
    "tells of deletes by Id alone, and gives an empty object for what did not change",
    async () => {
      const realm = company();
      const [bill] = rows((await query(realm, "select * from Bill where Balance > '0' maxresults 1")).json, "Bill");
      // what the sample has of today was entered just now
      on().twin.control.moveClock({ scope: realm, advanceMs: 600_000 });
      const at = since(-0.003);
      on().twin.control.write(realm, { entity: "Bill", operation: "delete", body: { Id: text(bill?.["Id"]) } });
      const { json } = await call(realm, `cdc?entities=Invoice,Bill,Purchase&changedSince=${at}`);
      const found = json.CDCResponse?.[0]?.QueryResponse;
      expect(found?.[0]).toEqual({});
      expect(found?.[1]?.["Bill"]).toEqual([{ domain: "QBO", status: "Deleted", Id: bill?.["Id"], MetaData: { LastUpdatedTime: expect.any(String) } }]);
      expect(json["time"]).toMatch(/\.\d{3}-0[78]:00$/);
    },
  );
  behaviour("8.data.cdc-30d", "Intuit's page", "looks back 30 days and no further", async () => {
    expect((await call(SAMPLE, `cdc?entities=Bill&changedSince=${since(29.9)}`)).status).toBe(200);
    expect((await call(SAMPLE, `cdc?entities=Bill&changedSince=${since(31)}`)).status).toBe(400);
  });
  behaviour("8.data.cdc-1000", ["Intuit's page", "assumption"], "stops at 1000 objects in all, the oldest; for each entity when set so", async () => {
    const realm = company();
    on().twin.control.changeCompany(realm, { cdcLimit: 5 });
    on().twin.control.mutate(realm, { seed: 1, count: 30, kinds: ["note"] });
    const sizes = async () =>
      (
        (await call(realm, `cdc?entities=${["Purchase", "Bill", "Invoice", "Deposit"].join(",")}&changedSince=${since(1)}`)).json.CDCResponse?.[0]
          ?.QueryResponse ?? []
      ).map((one) => Number(one["maxResults"] ?? 0));
    expect((await sizes()).reduce((sum: number, size: number) => sum + size, 0)).toBe(5);
    on().twin.control.changeCompany(realm, { cdcCap: "entity" });
    expect(Math.max(...(await sizes()))).toBeLessThanOrEqual(5);
    expect((await sizes()).reduce((sum: number, size: number) => sum + size, 0)).toBeGreaterThan(5);
  });
  behaviour("2.4.unsupported", "Intuit's page", "refuses entities that change data capture does not follow", async () => {
    expect((await call(SAMPLE, `cdc?entities=TaxCode&changedSince=${since(1)}`)).status).toBe(400);
  });
  behaviour("8.data.ccp-key", "captured traffic", "names the rows of creditcardpayment CreditCardPaymentTxn", async () => {
    expect(Object.keys((await query(SAMPLE, "select * from creditcardpayment")).json["QueryResponse"] ?? {})).toContain("CreditCardPaymentTxn");
  });
}

function batches(): void {
  behaviour("8.data.batch", ["Intuit's page", "seen with the real client"], "answers each item for itself, a Fault beside answers, with 200", async () => {
    const reply = await nodeQuickbooks(SAMPLE).ask("batch", [
      { bId: "1", Query: "select * from Bill maxresults 1" },
      { bId: "2", operation: "create", Vendor: {} },
      { bId: "3", CDCQuery: { Entities: "Bill", ChangedSince: new Date().toISOString() } },
    ]);
    const items = reply.BatchItemResponse ?? [];
    expect(items.map((item) => [item["bId"], Object.keys(item).find((key) => key !== "bId")])).toEqual([
      ["1", "QueryResponse"],
      ["2", "Fault"],
      ["3", "CDCResponse"],
    ]);
  });
}
