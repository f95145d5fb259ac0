/** What QuickBooks posts by itself, told from what is merely different. */
import { describe, it } from "vitest";
import { createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { providerEntries } from "../../../src/integrations/quickbooks/translate/provider.ts";
import { ACCOUNTS, BOOKS, ITEMS } from "./books.ts";
import { COST, found as foundIn, held, lines, type Side, SALE } from "./ledger-lines.ts";

const found = (ledger: Parameters<typeof foundIn>[0], copy: Parameters<typeof foundIn>[1]) => foundIn(ledger, copy, BOOKS);

describe("what QuickBooks posts by itself", () => {
  it("is the cost of what a document sells, and its opening stock, counts and revaluations", ({ expect }) => {
    expect(found(lines("Invoice", "7", ...SALE, ...COST), held("Invoice:7", SALE))).toEqual([["Invoice:7", "cogs 80 120.00", "cogs 81 -120.00"]]);
    expect(found(lines("Facture", "7", ...SALE, ...COST), held("Invoice:7", SALE))).toHaveLength(1);
    expect(found(lines("Inventory Qty Adjust", "9", ["81", -30], ["80", 30]), new Map())).toEqual([
      [null, "stock_adjustment 81 -30.00", "stock_adjustment 80 30.00"],
    ]);
    const equity = { ...ACCOUNTS[0], id: "95", accountType: "Equity", accountSubType: "OpeningBalanceEquity", classification: "Equity", currency: "USD" };
    const books = createBooks({ homeCurrency: "USD", accounts: [...ACCOUNTS, equity as (typeof ACCOUNTS)[number]], items: ITEMS });
    const [opening] = providerEntries(lines("Inventory Starting Value", null, ["81", 500], ["95", -500]), new Map(), books);
    expect(opening?.lines.map(({ cause }) => cause)).toEqual(["opening_stock", "opening_stock"]);
    expect(found(lines("Currency Revaluation", null, ["85", 12], ["90", -12]), new Map())).toEqual([[null, "revaluation 85 12.00", "revaluation 90 -12.00"]]);
  });

  it.for<[why: string, Parameters<typeof found>]>([
    ["a document that our copy lacks", [lines("Invoice", "8", ...SALE), new Map()]],
    [
      "a document that stands otherwise in our copy",
      [
        lines("Invoice", "7", ...SALE),
        held("Invoice:7", [
          ["84", 268],
          ["48", -268],
        ]),
      ],
    ],
    [
      "stock bought for another amount",
      [
        lines("Bill", "7", ["81", 50], ["33", -50]),
        held("Bill:7", [
          ["81", 43],
          ["33", -43],
        ]),
      ],
    ],
    ["cost that our copy posts otherwise", [lines("Invoice", "7", ...SALE, ...COST), held("Invoice:7", [...SALE, ["80", 7], ["81", -7]])]],
    ["cost of a document without stocked items", [lines("Invoice", "7", ...SALE, ...COST), held("Invoice:7", SALE, { items: ["3"] })]],
    ["half of a cost", [lines("Invoice", "7", ...SALE, ["80", 120]), held("Invoice:7", SALE)]],
    ["an entry without a document on any other account", [lines("Something", null, ["81", 30], ["35", -30]), new Map()]],
    ["an account that is in no list", [lines("Invoice", "7", ...SALE, ...COST, ["999", 0.01]), held("Invoice:7", SALE)]],
    [
      "cents at home",
      [
        lines("Expense", "7", ["13", 10.01], ["35", -10.01]),
        held(
          "Purchase:7",
          [
            ["13", 10],
            ["35", -10],
          ],
          { items: [] },
        ),
      ],
    ],
    [
      "more than cents abroad",
      [
        lines("Expense", "7", ["13", 10], ["35", -10.03], ["90", 0.03]),
        held(
          "Purchase:7",
          [
            ["13", 10.04],
            ["35", -10.04],
          ],
          { items: [], currency: "EUR" },
        ),
      ],
    ],
  ])("is not %s", ([, given], { expect }) => {
    expect(found(...given)).toEqual([]);
  });

  it("explains the cost and leaves the rest of a wrong document a difference", ({ expect }) => {
    const wrong: Side[] = [
      ["84", 282],
      ["48", -282],
    ];
    expect(found(lines("Invoice", "7", ...SALE, ...COST), held("Invoice:7", wrong))).toEqual([["Invoice:7", "cogs 80 120.00", "cogs 81 -120.00"]]);
  });

  it("is the cents that it rounds otherwise abroad, and an exchange difference whose rate our copy lacks", ({ expect }) => {
    const cents = lines("Expense", "7", ["13", 10], ["35", -10.01], ["90", 0.01]);
    expect(
      found(
        cents,
        held(
          "Purchase:7",
          [
            ["13", 10.01],
            ["35", -10.01],
          ],
          { items: [], currency: "EUR" },
        ),
      ),
    ).toEqual([["Purchase:7", "rounding 13 -0.01", "rounding 90 0.01"]]);
    const settled = lines("Payment", "7", ["35", 125], ["85", -110], ["90", -15]);
    const ours: Side[] = [
      ["35", 125],
      ["85", -125],
    ];
    expect(found(settled, held("Payment:7", ours, { items: [], currency: "EUR", unknownRate: true }))).toEqual([
      ["Payment:7", "exchange 85 15.00", "exchange 90 -15.00"],
    ]);
    expect(found(settled, held("Payment:7", ours, { items: [], currency: "EUR" }))).toEqual([]);
  });
});
