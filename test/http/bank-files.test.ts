import { describe, it } from "vitest";
import { patiently, person, type Person } from "../person.ts";

type Told = {
  added: number;
  known: number;
  rows: number;
  errorCount: number;
  errors: { pointer: string; detail: string }[];
  preview: { amount: string; description: string }[];
};
type Listed = { id: string; amount: string; currency: string; description: string; source: string; transactionDate: string };

const ada = await person();
// a file costs as much as a report, and several in a row leave nothing for the list that looks at them
const csv = (who: Person, text: string | Uint8Array<ArrayBuffer>, query: string, type = "text/csv", headers: Record<string, string> = {}) =>
  patiently(() => who.call<Told>("POST", `/transactions/import?${query}`, text, { headers: { "content-type": type, ...headers } }));
const read = <T>(who: Person, path: string) => patiently(() => who.get<T>(path));
const listed = async (who: Person, query: string) => (await read<{ data: Listed[] }>(who, `/transactions?${query}`)).body.data;

const FILE = `Date,Amount,Text
2026-03-01,-3.50,coffee
2026-03-01,-3.50,coffee
2026-03-02,"(1,200.00)",rent
2026-03-03,2500,"salary, March"
`;
const QUERY = "account=Checking&currency=USD&description=Text";

describe("a bank's CSV", () => {
  it("adds its rows once: the same file again adds nothing, and two equal coffees of a day stay two", async ({ expect }) => {
    const dry = await csv(ada, FILE, `${QUERY}&dryRun=true`);
    expect([dry.status, dry.body]).toMatchObject([200, { rows: 4, added: 4, known: 0, errorCount: 0 }]);
    expect(await listed(ada, "source=import")).toEqual([]);
    const first = await csv(ada, FILE, QUERY);
    expect([first.status, first.body]).toMatchObject([200, { added: 4, known: 0 }]);
    const again = await csv(ada, FILE, QUERY);
    expect([again.status, again.body]).toMatchObject([200, { added: 0, known: 4 }]);
    const overlapping = await csv(ada, `${FILE}2026-03-01,-3.50,coffee\n2026-03-04,-9,lunch\n`, QUERY);
    expect(overlapping.body).toMatchObject({ added: 2, known: 4 });
    expect((await listed(ada, "source=import&sort=date")).map((row) => `${row.transactionDate} ${row.amount} ${row.description}`)).toEqual([
      "2026-03-01 -3.50 coffee",
      "2026-03-01 -3.50 coffee",
      "2026-03-01 -3.50 coffee",
      "2026-03-02 -1200.00 rent",
      "2026-03-03 2500.00 salary, March",
      "2026-03-04 -9.00 lunch",
    ]);
    // another account of the same bank has coffees of its own
    expect((await csv(ada, FILE, QUERY.replace("Checking", "Card"))).body).toMatchObject({ added: 4 });
  });

  it("that is sent twice at once adds its rows once, and what was removed by hand stays removed", async ({ expect }) => {
    const both = await Promise.all([csv(ada, FILE, QUERY.replace("Checking", "Twice")), csv(ada, FILE, QUERY.replace("Checking", "Twice"))]);
    expect(both.map((reply) => [reply.status, reply.body.added + reply.body.known])).toEqual([
      [200, 4],
      [200, 4],
    ]);
    expect(both[0].body.added + both[1].body.added).toBe(4);
    const [gone] = await listed(ada, "source=import&q=rent");
    expect((await patiently(() => ada.delete(`/transactions/${gone?.id}`))).status).toBe(200);
    const before = await listed(ada, "source=import&q=rent");
    for (const account of ["Checking", "Card", "Twice"])
      expect((await csv(ada, FILE, QUERY.replace("Checking", account))).body).toMatchObject({ added: 0, known: 4 });
    expect(await listed(ada, "source=import&q=rent")).toEqual(before);
  });

  it("adds nothing when one row cannot be read, and points at the row", async ({ expect }) => {
    const broken = `${FILE}2026-02-30,-1,never\n2026-03-05,"1,5",half\n`;
    const errors = [
      { pointer: "/rows/4/date", detail: 'line 6: "2026-02-30" is no date (ymd)' },
      { pointer: "/rows/5/amount", detail: 'line 7: "1,5" is no amount with the decimal sign .' },
    ];
    const query = QUERY.replace("Checking", "Broken");
    const refused = await csv(ada, broken, query);
    expect([refused.status, refused.body.errors]).toEqual([400, errors]);
    const dry = await csv(ada, broken, `${query}&dryRun=true`);
    expect([dry.status, dry.body]).toMatchObject([200, { rows: 6, added: 4, errorCount: 2, errors }]);
    expect((await csv(ada, FILE, `${query}&dryRun=true`)).body).toMatchObject({ added: 4, known: 0 });
    for (const [text, wrong, pointer] of [
      [FILE, "account=x&description=Text", "/currency"],
      [FILE, "currency=USD&description=Text", "/account"],
      [FILE, "account=x&currency=USD&description=Words", "/description"],
      [FILE, "account=x&currency=USD&debit=Amount&amount=Amount", "/amount"],
      [FILE, "account=x&currency=USD&sideways=1", "/sideways"],
    ] as const) {
      const reply = await csv(ada, text, wrong);
      expect([wrong, reply.status, reply.body.errors?.[0]?.pointer]).toEqual([wrong, 400, pointer]);
    }
  });

  it("keeps edge amounts exact, and posts them in double entry", async ({ expect }) => {
    const eve = await person();
    const amounts = ["0 USD", "1 USD", "-0.01 USD", "1500 JPY", "-1.234 KWD", "999999999999.99 USD", "-999999999999.99 EUR"];
    const file = `date,amount,cur,text\n${amounts.map((one, n) => `2026-01-0${n + 1},${one.replace(" ", ",")},edge ${n}`).join("\n")}`;
    expect((await csv(eve, file, "account=a&currencyColumn=cur&description=text")).body).toMatchObject({ added: 7 });
    const rows = await listed(eve, "sort=date");
    expect(rows.map((row) => `${row.amount} ${row.currency}`)).toEqual([
      "0.00 USD",
      "1.00 USD",
      "-0.01 USD",
      "1500 JPY",
      "-1.234 KWD",
      "999999999999.99 USD",
      "-999999999999.99 EUR",
    ]);
    const detail = await read<{ postings: { amount: string; ledgerAccount: string }[]; origins: Record<string, string> }>(eve, `/transactions/${rows[4]?.id}`);
    expect(detail.body.postings.map((one) => `${one.ledgerAccount} ${one.amount}`).sort()).toEqual(["Cash (KWD) -1.234", "Uncategorized 1.234"]);
    expect(detail.body.origins).toMatchObject({ amount: "file", transactionDate: "file", description: "file" });
    const summary = await read<{ data: { currency: string; in: string; out: string; net: string }[] }>(eve, "/transactions/summary?groupBy=currency");
    expect(summary.body.data.map((one) => `${one.currency} ${one.in} ${one.out} ${one.net}`)).toEqual([
      "EUR 0.00 -999999999999.99 -999999999999.99",
      "JPY 1500 0 1500",
      "KWD 0.000 -1.234 -1.234",
      "USD 1000000000000.99 -0.01 1000000000000.98",
    ]);
    const half = await csv(eve, "date,amount,text\n2026-01-01,0.5,x", "account=a&currency=JPY&description=text");
    expect([half.status, half.body.errors]).toEqual([400, [{ pointer: "/rows/0/amount", detail: "line 2: must have at most 0 fraction digits in JPY" }]]);
    const report = await patiently(() => eve.post("/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" }));
    expect([200, 201, 202]).toContain(report.status);
  });

  it("is read in the bank's charset, decimal sign, separator and order of days, with the key of a request that is repeated", async ({ expect }) => {
    const text = "Kontoauszug\nBuchung;Soll;Haben;Text\n31.03.26;1.234,50;;B\xe4ckerei\n01.04.26;;0,07;Zinsen\n";
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const query = "account=Giro&currency=EUR&date=Buchung&debit=Soll&credit=Haben&description=Text&dateOrder=dmy&decimal=,&delimiter=semicolon&skipLines=1";
    const send = () => csv(ada, bytes, query, "text/csv; charset=windows-1252", { "idempotency-key": "giro-1" });
    const first = await send();
    expect([first.status, first.body]).toMatchObject([200, { added: 2, preview: [{ amount: "-1234.50", description: "Bäckerei" }, { amount: "0.07" }] }]);
    const repeated = await send();
    expect([repeated.headers.get("idempotency-replayed"), repeated.body]).toEqual(["true", first.body]);
    const undeclared = await csv(ada, bytes, query);
    expect([undeclared.status, undeclared.body.errors?.[0]?.pointer]).toEqual([400, ""]);
  });
});

describe("an OFX file", () => {
  it("adds its rows once, and belongs to the bank's account unless another is named", async ({ expect }) => {
    const entry = (n: number) => `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260501120000<TRNAMT>-3.50<FITID>${n}<NAME>kiosk</STMTTRN>\n`;
    const file = `OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>007</BANKACCTFROM><BANKTRANLIST>${entry(1)}${entry(2)}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;
    expect((await csv(ada, file, "", "application/x-ofx")).body).toMatchObject({ added: 2, known: 0 });
    expect((await csv(ada, file, "account=007", "application/vnd.intu.qfx")).body).toMatchObject({ added: 0, known: 2 });
    expect((await listed(ada, "q=kiosk")).map((row) => [row.amount, row.transactionDate, row.source])).toEqual([
      ["-3.50", "2026-05-01", "import"],
      ["-3.50", "2026-05-01", "import"],
    ]);
    expect((await csv(ada, "no bank's file", "", "application/x-ofx")).status).toBe(400);
  });
});

describe("a large file", () => {
  it("is added whole in one go up to twenty thousand rows, and refused beyond", { timeout: 120_000 }, async ({ expect }) => {
    const eve = await person();
    const rows = (count: number) =>
      `date,amount,text\n${Array.from({ length: count }, (_, n) => `2026-01-${String(1 + (n % 28)).padStart(2, "0")},-${n % 977}.${String(n % 100).padStart(2, "0")},row ${n % 500}`).join("\n")}`;
    const most = process.env["PROVE"] === "1" ? 20_000 : 5_000;
    const started = Date.now();
    expect((await csv(eve, rows(most), "account=a&currency=USD&description=text")).body).toMatchObject({ added: most });
    console.log(`${most} rows in ${Date.now() - started} ms`);
    expect((await csv(eve, rows(20_001), "account=a&currency=USD&description=text")).status).toBe(413);
    expect((await read<{ data: { count: number }[] }>(eve, "/transactions/summary?groupBy=currency")).body.data[0]?.count).toBe(most);
  });
});
