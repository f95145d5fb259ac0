/** Which cause an entry of QuickBooks' own ledger has, account by account, and when it has none. */
import { describe, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { providerEntries } from "../../../src/integrations/quickbooks/translate/provider.ts";
import { ACCOUNTS, ITEMS } from "./books.ts";
import { COST, found as foundIn, held, lines, type Side, SALE } from "./ledger-lines.ts";

const account = (id: string, accountType: string, classification: string, accountSubType = "") => ({
  id,
  name: id,
  fullyQualifiedName: id,
  accountType,
  accountSubType,
  classification,
  currency: "USD",
  active: true,
});
const item = (id: string, assetAccountId: string | null, expenseAccountId: string | null) => ({
  id,
  name: id,
  type: "Inventory",
  parentId: null,
  incomeAccountId: "48",
  expenseAccountId,
  assetAccountId,
  active: true,
});
const BOOKS = createBooks({
  homeCurrency: "USD",
  accounts: [
    ...ACCOUNTS,
    account("79", "Cost of Goods Sold", "Expense"),
    account("94", "Expense", "Expense", "ExchangeGainOrLoss"),
    account("95", "Equity", "Equity", "OpeningBalanceEquity"),
    account("96", "Other Income", "Revenue"),
    account("97", "Other Current Asset", "Asset", "Inventory"),
    account("98", "Other Current Asset", "Asset", "OtherCurrentAssets"),
    account("99", "Other Expense", "Expense"),
    account("100", "Equity", "Equity"),
  ],
  items: [...ITEMS, item("24", null, null), item("25", "98", "80")],
});
const found = (ledger: Parameters<typeof foundIn>[0], copy: Parameters<typeof foundIn>[1]) => foundIn(ledger, copy, BOOKS);
const own = (...sides: Side[]) => found(lines("Something", null, ...sides), new Map());

describe("an entry without a document", () => {
  it.for<[cause: string, ...Side[]]>([
    ["opening_stock", ["97", 500], ["95", -500]],
    ["opening_stock", ["98", 500], ["95", -300], ["100", -200]],
    ["stock_adjustment", ["97", -30], ["80", 30]],
    ["stock_adjustment", ["98", -30], ["80", 20], ["13", 10]],
    ["revaluation", ["85", 12], ["90", -12]],
    ["revaluation", ["85", 12], ["94", -12]],
    ["revaluation", ["85", 12], ["96", -12]],
    ["revaluation", ["85", 7], ["91", 5], ["99", -12]],
  ])("is one of %s by its accounts", ([cause, ...sides], { expect }) => {
    expect(own(...sides)).toEqual([[null, ...sides.map(([id, amount]) => `${cause} ${id} ${amount.toFixed(2)}`)]]);
  });

  it.for<[why: string, ...Side[]]>([
    ["equity alone", ["95", 5], ["100", -5]],
    ["expenses alone", ["13", 5], ["8", -5]],
    ["stock against equity and income", ["81", 500], ["95", -400], ["45", -100]],
    ["stock against expense and cash", ["81", -30], ["80", 20], ["35", 10]],
    ["a foreign claim against cash at home", ["85", 12], ["35", -12]],
    ["a foreign claim against an expense", ["85", 12], ["13", -12]],
    ["a foreign claim against the exchange account and cash", ["90", 5], ["85", -3], ["35", -2]],
    ["foreign accounts alone", ["85", 5], ["92", -5]],
    ["exchange accounts alone", ["90", 5], ["96", -5]],
  ])("is not explained by %s", ([, ...sides], { expect }) => {
    expect(own(...sides)).toEqual([]);
  });

  it("comes whole, with day, title and memo, and without lines of nothing", ({ expect }) => {
    const ledger = lines("Inventory Qty Adjust", "9", ["81", -30], ["80", 30], ["80", 0]).map((line, at) => ({ ...line, memo: `line ${at}` }));
    expect(providerEntries(ledger, new Map(), BOOKS)).toStrictEqual([
      {
        document: null,
        date: "2026-03-04",
        type: "Inventory Qty Adjust",
        lines: [
          { accountId: "81", homeAmount: "-30.00", cause: "stock_adjustment", memo: "line 0" },
          { accountId: "80", homeAmount: "30.00", cause: "stock_adjustment", memo: "line 1" },
        ],
      },
    ]);
  });

  it("is one by its day, title and id, and what has a document's title and no id is QuickBooks' own", ({ expect }) => {
    const counted = (id: string | null, type = "Inventory Qty Adjust", date = "2026-03-04") =>
      lines(type, id, ["81", -30], ["80", 30]).map((line) => ({ ...line, date }));
    const all = [...counted("9"), ...counted("10"), ...counted(null), ...counted(null, "Journal"), ...counted(null, "Journal", "2026-03-05")];
    const entries = providerEntries(all, new Map(), BOOKS);
    expect(entries.map(({ date, type, lines: parts }) => [date, type, parts.length])).toEqual([
      ["2026-03-04", "Inventory Qty Adjust", 2],
      ["2026-03-04", "Inventory Qty Adjust", 2],
      ["2026-03-04", "Inventory Qty Adjust", 2],
      ["2026-03-04", "Journal", 2],
      ["2026-03-05", "Journal", 2],
    ]);
    expect(found(counted(null, "Bill"), new Map())).toEqual([[null, "stock_adjustment 81 -30.00", "stock_adjustment 80 30.00"]]);
  });
});

describe("an entry of a document", () => {
  it("is found by its title, else by its id where one document alone has it", ({ expect }) => {
    const bill = held("Bill:7", SALE);
    const both = new Map([...held("Invoice:7", SALE), ...bill]);
    expect(found(lines("Invoice", "7", ...SALE, ...COST), bill)).toEqual([]);
    expect(found(lines("Facture", "7", ...SALE, ...COST), both)).toEqual([]);
    expect(found(lines("Facture", "7", ...SALE, ...COST), bill)).toHaveLength(1);
    // what looks like a count of stock is none when a document of ours should be there
    expect(found(lines("Invoice", "8", ["81", -30], ["80", 30]), new Map())).toEqual([]);
  });

  it("has the cost of its items on their accounts, or on the usual ones where they name none", ({ expect }) => {
    const cost = (...sides: Side[]) => [["Invoice:7", ...sides.map(([id, amount]) => `cogs ${id} ${amount.toFixed(2)}`)]];
    const sold = (items: string[], ...sides: Side[]) => found(lines("Invoice", "7", ...SALE, ...sides), held("Invoice:7", SALE, { items }));
    expect(sold(["24"], ...COST)).toEqual(cost(...COST));
    expect(sold(["24"], ["79", 5], ["97", -5])).toEqual(cost(["79", 5], ["97", -5]));
    expect(sold(["25"], ["80", 5], ["98", -5])).toEqual(cost(["80", 5], ["98", -5]));
    expect(sold(["3", "5"], ...COST)).toEqual(cost(...COST));
    expect(sold(["5"], ["79", 120], ["81", -120])).toEqual([]);
    expect(sold(["5"], ["80", 120], ["97", -120])).toEqual([]);
    expect(sold(["25"], ...COST)).toEqual([]);
    expect(sold(["unknown"], ...COST)).toEqual([]);
  });

  it("has its own lines on those accounts taken off first, each once", ({ expect }) => {
    const moved: Side[] = [
      ["81", 10],
      ["80", -10],
    ];
    const ours = held("Invoice:7", [...SALE, ...moved]);
    const cogs = [["Invoice:7", "cogs 80 120.00", "cogs 81 -120.00"]];
    expect(found(lines("Invoice", "7", ...SALE, ...COST, ...moved), ours)).toEqual(cogs);
    expect(found(lines("Invoice", "7", ...SALE, ...moved, ...COST), ours)).toEqual(cogs);
    const others: Side[] = [
      ["80", 5],
      ["81", -5],
    ];
    const wrong = held("Invoice:7", [...SALE, ["80", 7], ["81", -7]]);
    expect(found(lines("Invoice", "7", ...SALE, ...COST, ...others), wrong)).toEqual([]);
  });

  it("has cents and cost beside each other", ({ expect }) => {
    const abroad: Side[] = [
      ["85", 300],
      ["48", -300.01],
      ["90", 0.01],
    ];
    const ours = held(
      "Invoice:7",
      [
        ["85", 300],
        ["48", -300],
      ],
      { currency: "EUR" },
    );
    expect(providerEntries(lines("Invoice", "7", ...abroad, ...COST), ours, BOOKS)).toStrictEqual([
      {
        document: "Invoice:7",
        date: "2026-03-04",
        type: "Invoice",
        lines: [
          { accountId: "80", homeAmount: "120.00", cause: "cogs", memo: null },
          { accountId: "81", homeAmount: "-120.00", cause: "cogs", memo: null },
          { accountId: "48", homeAmount: "-0.01", cause: "rounding", memo: null },
          { accountId: "90", homeAmount: "0.01", cause: "rounding", memo: null },
        ],
      },
    ]);
  });

  it("has at most a cent a line rounded otherwise, and only against the exchange account", ({ expect }) => {
    const abroad = (...postings: Side[]) => held("Purchase:7", postings, { items: [], currency: "EUR" });
    const most = lines("Expense", "7", ["13", 10], ["35", -10.03], ["90", 0.03]);
    expect(found(most, abroad(["13", 10.03], ["35", -10.03]))).toEqual([["Purchase:7", "rounding 13 -0.03", "rounding 90 0.03"]]);
    expect(found(lines("Expense", "7", ["13", 10], ["8", 0.01], ["35", -10.01]), abroad(["13", 10.01], ["35", -10.01]))).toEqual([]);
    expect(found(lines("Expense", "7", ["13", 10.04], ["35", -10], ["90", -0.04]), abroad(["13", 10], ["35", -10]))).toEqual([]);
  });

  it("has an exchange difference only on claims", ({ expect }) => {
    const settled = lines("Payment", "7", ["35", 140], ["85", -125], ["90", -15]);
    const ours = held(
      "Payment:7",
      [
        ["35", 125],
        ["85", -125],
      ],
      { items: [], currency: "EUR", unknownRate: true },
    );
    expect(found(settled, ours)).toEqual([]);
  });
});
