/** What was settled of a foreign document before each settlement of it. */
import { describe, it } from "vitest";
import { type Settlement, settledBefore } from "../../../src/integrations/quickbooks/translate/settled-before.ts";

const paid = (id: string, date: string, time: string, ...lines: Settlement["lines"][number][]): Settlement => ({
  entity: "Payment",
  id,
  date,
  made: `${date}T${time}-08:00`,
  lines,
});
const of = (TxnId: string, Amount: unknown, TxnType: unknown = "Invoice") => ({ Amount, LinkedTxn: [{ TxnId, TxnType }] });
const before = (settlements: Settlement[], earlier: Parameters<typeof settledBefore>[1] = () => "0") => Object.fromEntries(settledBefore(settlements, earlier));

describe("what was settled before", () => {
  it("counts in the order of dates, then of entry, then of ids, however the settlements came", ({ expect }) => {
    const [a, b, c] = [
      paid("7", "2026-02-01", "10:00:00", of("70", "3")),
      paid("6", "2026-01-31", "23:00:00", of("70", "10")),
      paid("5", "2026-02-01", "09:00:00", of("70", "5")),
    ];
    for (const some of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ])
      expect(before(some)).toEqual({ "Invoice:70<Payment:6": "0.0000", "Invoice:70<Payment:5": "10.0000", "Invoice:70<Payment:7": "15.0000" });
    const at = (id: string) => paid(id, "2026-02-01", "10:00:00", of("70", "1"));
    for (const ids of [
      ["9", "10", "11"],
      ["11", "10", "9"],
      ["10", "11", "9"],
    ])
      expect(before(ids.map(at))).toEqual({ "Invoice:70<Payment:9": "0.0000", "Invoice:70<Payment:10": "1.0000", "Invoice:70<Payment:11": "2.0000" });
  });

  it("holds of one settlement what was there before its first line, and counts all of its lines", ({ expect }) => {
    const twice = paid("1", "2026-01-01", "08:00:00", of("70", "4"), of("70", "6"));
    expect(before([twice, paid("2", "2026-01-02", "08:00:00", of("70", "1"))])).toEqual({
      "Invoice:70<Payment:1": "0.0000",
      "Invoice:70<Payment:2": "10.0000",
    });
  });

  it("keeps documents, and those who settle them, apart", ({ expect }) => {
    const bill: Settlement = { ...paid("1", "2026-01-01", "08:00:00", of("70", "8", "Bill"), of("71", "2", "Check")), entity: "BillPayment" };
    expect(before([bill, paid("1", "2026-01-02", "08:00:00", of("70", "4"), of("71", "9"))])).toEqual({
      "Bill:70<BillPayment:1": "0.0000",
      "Purchase:71<BillPayment:1": "0.0000",
      "Invoice:70<Payment:1": "0.0000",
      "Invoice:71<Payment:1": "0.0000",
    });
  });

  it("begins with what others settled, of which it is told how much these are", ({ expect }) => {
    const asked: string[] = [];
    const earlier = (target: string, among: string) => {
      asked.push(`${target} ${among}`);
      return target === "Invoice:70" ? "2.5" : "0";
    };
    const first = paid("1", "2026-01-01", "08:00:00", of("70", "4"), of("71", "1"));
    expect(before([first, paid("2", "2026-01-02", "08:00:00", of("70", "6"))], earlier)).toEqual({
      "Invoice:70<Payment:1": "2.5000",
      "Invoice:70<Payment:2": "6.5000",
      "Invoice:71<Payment:1": "0.0000",
    });
    expect(asked).toEqual(["Invoice:70 10.0000", "Invoice:71 1.0000"]);
  });

  it.for<[why: string, line: Settlement["lines"][number]]>([
    ["a journal entry, of which no balance is kept", of("70", "1", "JournalEntry")],
    ["an amount that is no text", of("70", 1)],
    ["an amount that is no decimal", of("70", "one")],
    ["no amount", { LinkedTxn: [{ TxnId: "70", TxnType: "Invoice" }] }],
    ["no link", { Amount: "1" }],
    ["no links", { Amount: "1", LinkedTxn: null }],
    ["an empty list of links", { Amount: "1", LinkedTxn: [] }],
    ["a link without an id", { Amount: "1", LinkedTxn: [{ TxnType: "Invoice" }] }],
    ["a link without a type", { Amount: "1", LinkedTxn: [{ TxnId: "70" }] }],
    ["a link whose type is no text", of("70", "1", 7)],
  ])("passes over %s", ([, line], { expect }) => {
    expect(before([paid("1", "2026-01-01", "08:00:00", line, of("80", "2"))])).toEqual({ "Invoice:80<Payment:1": "0.0000" });
  });
});
