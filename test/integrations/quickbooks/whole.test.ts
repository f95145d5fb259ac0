/** Whole results, field by field: what a document becomes, with nothing left out and nothing beside it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { translateOpening } from "../../../src/integrations/quickbooks/translate/opening.ts";
import { BOOKS, translated } from "./books.ts";

type Whole = Record<string, { entity: string; document: object; expected: object }>;
const WHOLE = JSON.parse(readFileSync(join(import.meta.dirname, "whole.json"), "utf8")) as Whole;

const rates = new Map([
  ["Invoice:70", "1.2"],
  ["Bill:71", "1.3"],
  ["Payment:72", "1.5"],
]);
const books = { ...BOOKS, rates, taxAccounts: new Map([["3", "93"]]) };

describe("in full", () => {
  it.each(Object.entries(WHOLE))("%s", (_, { entity, document, expected }) => {
    expect(translated(entity, document, books)).toStrictEqual(expected);
  });

  it("the opening balances", () => {
    const rows = [
      { accountId: "35", name: "Checking", debit: "70.5", credit: "0" },
      { accountId: "13", name: "Meals", debit: "0", credit: "0" },
      { accountId: "44", name: "Notes", debit: "0", credit: "70.5" },
    ];
    const at = { date: "2025-12-31", readAt: new Date("2026-02-01T10:00:00Z") };
    const nothing = { category: null, categoryAccountId: null, counterparty: null, memo: null, docNumber: null };
    const posting = { currency: "USD", memo: null, entityId: null };
    expect(translateOpening(rows, at, BOOKS)).toStrictEqual({
      externalId: "opening",
      entity: "Opening",
      version: null,
      updatedAt: "2026-02-01T10:00:00.000Z",
      deleted: false,
      transaction: {
        date: at.date,
        amount: "0.00",
        currency: "USD",
        kind: "opening",
        movedCash: false,
        description: "Opening balances",
        status: "posted",
        ...nothing,
      },
      postings: [
        { line: 0, accountId: "35", amount: "70.50", homeAmount: "70.50", ...posting },
        { line: 1, accountId: "44", amount: "-70.50", homeAmount: "-70.50", ...posting },
      ],
      problems: [],
    });
    const [unnamed, unknown] = [null, "777"].map((accountId) => translateOpening([{ accountId, name: "Till", debit: "1", credit: "1.5" }], at, BOOKS));
    expect(unnamed?.problems).toStrictEqual([
      { code: "unknown_account", detail: "account Till is not in the chart of accounts" },
      { code: "unbalanced", detail: "debits and credits differ by -0.50 USD" },
    ]);
    expect([unknown?.problems[0]?.detail, unknown?.transaction, unknown?.postings]).toStrictEqual(["account 777 is not in the chart of accounts", null, []]);
  });
});
