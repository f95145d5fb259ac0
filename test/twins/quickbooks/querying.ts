import { describe, expect } from "vitest";
import { REAL_MONTHS } from "../../known.ts";
import { behaviour, call, company, on, query, REAL, rows, SAMPLE, text } from "./harness.ts";

export function querying(): void {
  describe("queries", () => {
    language();
    paging();
  });
}

function language(): void {
  const same = async (statement: string) => {
    const { status, json } = await query(SAMPLE, statement);
    return { status, size: json["QueryResponse"]?.["maxResults"] ?? json["QueryResponse"]?.["totalCount"] };
  };
  for (const [id, statement] of Object.entries({
    "upper-case": "SELECT * FROM PURCHASE MAXRESULTS 3",
    "lower-case": "select * from purchase maxresults 3",
    orderby: "select * from Purchase orderby Id maxresults 3",
    "order-by": "select * from Purchase ORDER BY MetaData.LastUpdatedTime DESC maxresults 3",
    metadata: "select * from Purchase where Metadata.LastUpdatedTime > '2020-01-01' maxresults 3",
    "no-spaces": "select * from Purchase where TxnDate>='2020-01-01' and TxnDate<'2099-01-01' maxresults 3",
    in: "select * from Account where AccountType in ('Bank', 'Credit Card') maxresults 3",
    like: "select * from Vendor where DisplayName like '%a%' maxresults 3",
  })) {
    behaviour(`8.data.query.${id}`, ["Intuit's page", "captured traffic"], `takes ${statement}`, async () => {
      expect(await same(statement)).toEqual({ status: 200, size: 3 });
    });
  }
  behaviour("8.data.query.escape", "Intuit's page", "unescapes a quote in a value", async () => {
    const { json } = await query(SAMPLE, "select * from Account where Name = 'Owner\\'s Equity'");
    expect(rows(json, "Account")).toHaveLength(1);
  });
  behaviour("8.data.query.count", ["captured traffic", "seen with the real client"], "counts, with paging clauses behind", async () => {
    expect((await query(SAMPLE, "select count(*) from invoice startposition 1 maxresults 1000")).json["QueryResponse"]).toEqual({
      totalCount: on().twin.control.documents(SAMPLE, "Invoice").rows.length,
    });
  });
  behaviour("8.data.query.post", "captured traffic", "takes the statement as the body of a POST", async () => {
    const { json } = await call(SAMPLE, "query", { body: "select * from Bill maxresults 2", type: "application/text" });
    expect(rows(json, "Bill")).toHaveLength(2);
  });
  behaviour("8.data.query.oldest-first", "captured traffic", "orders by Id when nothing else is asked", async () => {
    const ids = rows((await query(SAMPLE, "select * from Purchase")).json, "Purchase").map((row) => Number(row["Id"]));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });
  behaviour("8.data.query.fields", "assumption", "gives only the named fields, and says sparse", async () => {
    expect(Object.keys(rows((await query(SAMPLE, "select Id, TxnDate from Purchase maxresults 1")).json, "Purchase")[0] ?? {}).sort()).toEqual([
      "Id",
      "TxnDate",
      "domain",
      "sparse",
    ]);
  });
  const errors: Record<string, [string, string, RegExp]> = {
    parse: ["select * Purchase", "4000", /QueryParserError/],
    or: ["select * from Purchase where Id = '1' or Id = '2'", "4000", /QueryParserError/],
    "start-zero": ["select * from Purchase startposition 0", "4001", /value 0 is too small\. Min allowed value is 1/],
    "too-many": ["select * from Purchase maxresults 1001", "4001", /too large/],
    department: ["select * from Purchase where DepartmentRef = '1'", "4001", /property 'DepartmentRef' is not queryable/],
    "line-account": ["select * from Invoice where AccountRef = '1'", "4001", /Property AccountRef not found for Entity/],
    entity: ["select * from Expense", "4001", /QueryValidationError/],
  };
  for (const [id, [statement, code, detail]] of Object.entries(errors)) {
    behaviour(`2.2.error.${id}`, ["Intuit's page", "captured traffic"], `refuses ${statement} with ${code}`, async () => {
      const { status, json } = await query(SAMPLE, statement);
      const error = json.Fault?.Error[0];
      expect([status, error?.["code"]]).toEqual([400, code]);
      expect(error?.["Detail"]).toMatch(detail);
    });
  }
}

function paging(): void {
  behaviour("8.data.page-default", ["Intuit's page", "captured traffic"], "gives 100 rows by default, 1000 at most, in the order of their ids", async () => {
    on().twin.control.throttle(REAL, { enabled: false });
    const first = rows((await query(REAL, "select * from Purchase")).json, "Purchase");
    expect([first.length, first[0]?.["Id"], first[99]?.["Id"]]).toEqual([100, "1", "100"]);
    const second = (await query(REAL, "select * from Purchase startposition 1001 maxresults 1000")).json;
    expect([rows(second, "Purchase").length, rows(second, "Purchase")[0]?.["Id"], second["QueryResponse"]?.["startPosition"]]).toEqual([1000, "1001", 1001]);
  });
  behaviour("8.data.real-totals", "captured traffic", "holds the real company whole: 32,384 purchases, 78,942 lines, its pence by month", async () => {
    const { access_token } = on().twin.control.connect(REAL);
    const months = new Map<string, bigint>();
    let [purchases, lines] = [0, 0];
    for (let start = 1; ; start += 1000) {
      const page = rows((await query(REAL, `select * from Purchase startposition ${start} maxresults 1000`, access_token)).json, "Purchase");
      for (const row of page) {
        purchases += 1;
        lines += row["Line"]?.length ?? 0;
        const month = text(row["TxnDate"]).slice(0, 7);
        months.set(month, (months.get(month) ?? 0n) + BigInt(Math.round(Number(row["TotalAmt"]) * 100)));
      }
      if (page.length < 1000) break;
    }
    expect([purchases, lines]).toEqual([32_384, 78_942]);
    expect([...months.values()]).toEqual(REAL_MONTHS);
  });
  behaviour("8.data.empty", ["Intuit's page", "captured traffic"], "leaves the key out when no row is found", async () => {
    expect((await query(SAMPLE, "select * from Purchase where TxnDate < '1999-01-01'")).json["QueryResponse"]).toEqual({});
  });
  behaviour("8.data.inactive", "captured traffic", "hides inactive names unless they are asked for", async () => {
    const realm = company();
    const [vendor] = rows((await query(realm, "select * from Vendor maxresults 1")).json, "Vendor");
    on().twin.control.write(realm, { entity: "Vendor", operation: "update", body: { Id: text(vendor?.["Id"]), Active: false, sparse: true } });
    const count = async (where: string) => (await query(realm, `select count(*) from Vendor ${where}`)).json["QueryResponse"]?.["totalCount"];
    expect([await count(""), await count("where Active in (true, false)"), await count("where Active = false")]).toEqual([10, 11, 1]);
  });
}
