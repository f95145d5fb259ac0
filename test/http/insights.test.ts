import { SELF } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { API_URL, person } from "../person.ts";
import { asOwner } from "./accounts-twin.ts";
import { asker, eventsOf, type Insight, pause, record, requests, script } from "./insights-twin.ts";

const BOOKS = [
  { amount: "-1850.00", category: "Rent", counterparty: "Ridge Property" },
  { amount: "-41.27", category: "Supplies", counterparty: "7-Eleven" },
  { amount: "-12.40", category: "Supplies", counterparty: "3M" },
  { amount: "5000.00", category: "Design", counterparty: "Bluebell Nursery" },
];
const RENT = "How much did we spend on Rent in January 2026?";

async function withBooks() {
  const owner = await asker();
  await record(owner, BOOKS);
  return owner;
}

describe("POST /ai/insights", () => {
  it("answers with a figure that the database gave, its rows and how to see them", async ({ expect }) => {
    const ada = await withBooks();
    const { status, body } = (await ada.ask(RENT)) as unknown as { status: number; body: Insight };
    expect([status, body.grounding, body.cached]).toEqual([200, "verified", false]);
    expect(body.answer).toContain("**$1,850.00** (spending on Rent, January 2026)");
    expect(body.figures).toHaveLength(1);
    const [figure] = body.figures;
    expect(figure).toMatchObject({ value: "1850.00", currency: "USD", period: { from: "2026-01-01", to: "2026-01-31" } });
    const rows = await ada.get<{ total: string; data: { transactionId: string; amount: string }[] }>(figure?.explain ?? "");
    expect([rows.status, rows.body.total, rows.body.data.map((row) => row.amount)]).toEqual([200, "1850.00", ["1850.00"]]);
    expect(figure?.citations).toEqual(rows.body.data.map((row) => row.transactionId));
    expect(body.usage.costTicks).toBeGreaterThan(0);
    expect(body.model).toBe("grok-4.3");
  });

  it("replays an answer with exactly what was sent, and keeps its text sealed", async ({ expect }) => {
    const ada = await withBooks();
    const asked = (await ada.ask(RENT)).body as unknown as Insight;
    const replayed = (await ada.get<Insight & { sent: { items: unknown[]; instructions: string } }>(`/ai/insights/${asked.id}`)).body;
    expect([replayed.answer, replayed.figures]).toEqual([asked.answer, asked.figures]);
    const sent = await requests(ada.key);
    expect(JSON.parse(JSON.stringify(sent.at(-1)?.body.input))).toEqual(replayed.sent.items.slice(0, sent.at(-1)?.body.input.length));
    expect(sent.every((each) => each.body.store === false && each.body.include.includes("reasoning.encrypted_content"))).toBe(true);
    expect(JSON.stringify(sent)).not.toContain(ada.email);
    const [row] = await asOwner("select query_text, response::text, transcript from ai_queries where id = $1", [asked.id]);
    expect(row?.join(" ")).not.toMatch(/Rent|1850|January/);
    expect((await ada.get<{ data: Insight[] }>("/ai/insights")).body.data.map((each) => each.id)).toEqual([asked.id]);
  });

  it("answers again from the cache with one gate, one database and one Redis call; a write to the books is a miss", async ({ expect }) => {
    const ada = await withBooks();
    const first = (await ada.ask(RENT)).body as unknown as Insight;
    const spy = vi.spyOn(console, "log");
    const again = await ada.ask("  how much did we spend on RENT in January 2026 ");
    const lines = spy.mock.calls.map(([text]) => JSON.parse(String(text)) as { event: string; requestId: string; hops: unknown });
    spy.mockRestore();
    expect([(again.body as unknown as Insight).cached, (again.body as unknown as Insight).id]).toEqual([true, first.id]);
    expect(lines.find((line) => line.event === "request" && line.requestId === again.headers.get("x-request-id"))?.hops).toEqual({
      gate: 1,
      db: 1,
      cache: 1,
      quickbooks: 0,
      grok: 0,
    });
    // under an Idempotency-Key it is that key's answer from then on
    const headers = { "idempotency-key": crypto.randomUUID() };
    const under = (await ada.ask(RENT, headers)).body as unknown as Insight;
    await record(ada, [{ amount: "-50.00", category: "Rent" }]);
    expect([under.cached, (await ada.ask(RENT, headers)).body["id"]]).toEqual([true, first.id]);
    expect((await ada.ask("How fresh is the data?", headers)).status).toBe(422);
    await pause(2_100);
    const after = (await ada.ask(RENT)).body as unknown as Insight;
    expect([after.cached, after.figures[0]?.value]).toEqual([false, "1900.00"]);
  });

  it("streams steps, then text that has passed, sentence by sentence, then the reply", async ({ expect }) => {
    const ada = await withBooks();
    const reply = await ada.ask("What did we spend most on in January 2026?", { accept: "text/event-stream" });
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    const events = eventsOf(String(reply.body));
    const kinds = events.map((each) => each.event);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual(["step", "text", "insight"]);
    expect(events.filter((each) => each.event === "step").map((each) => each.data["step"])).toContain("ranking spending by category for January 2026");
    const whole = events.at(-1)?.data as unknown as Insight;
    expect(
      events
        .filter((each) => each.event === "text")
        .map((each) => each.data["text"])
        .join(""),
    ).toBe(whole.answer);
  });

  it("is not billed again when a dropped stream is asked anew with its Idempotency-Key", async ({ expect }) => {
    const ada = await withBooks();
    const headers = { "idempotency-key": crypto.randomUUID() };
    await script(ada.key, { delayMs: 300 });
    const dropped = await SELF.fetch(`${API_URL}/ai/insights`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${ada.accessToken}`,
        "cf-connecting-ip": ada.ip,
        ...headers,
      },
      body: JSON.stringify({ question: RENT }),
    });
    await dropped.body?.cancel();
    const meanwhile = await ada.ask(RENT, headers);
    expect([meanwhile.status, meanwhile.body["code"]]).toEqual([409, "conflict"]);
    for (let tries = 0; tries < 40 && (await ada.ask(RENT, headers)).status === 409; tries++) await pause(2_100);
    const spent = (await requests(ada.key)).length;
    const again = (await ada.ask(RENT, headers)).body as unknown as Insight;
    expect(again.figures[0]?.value).toBe("1850.00");
    expect((await requests(ada.key)).length).toBe(spent);
    await pause(2_100);
    const other = await ada.ask("How fresh is the data?", headers);
    expect([other.status, other.body["code"]]).toEqual([422, "key_reused"]);
  });

  it("[J4] holds the day's budget before it asks: 429 with the reset, and questions at once never pass it together", async ({ expect }) => {
    const ada = await withBooks();
    const first = (await ada.ask(RENT)).body as unknown as Insight;
    const [[spent]] = (await asOwner("select spent from ai_budgets where user_id = (select user_id from ai_queries where id = $1)", [first.id])) as [[string]];
    expect(Number(spent)).toBe(first.usage.costTicks);
    // room for one more question and no second
    await asOwner("update ai_budgets set spent = 20000000000 - 700000000 where user_id = (select user_id from ai_queries where id = $1)", [first.id]);
    const questions = ["What is our runway?", "What was our profit in January 2026?", "How much cash do we have?", "Who owes us money?"];
    await Promise.all(questions.map(() => script(ada.key, { delayMs: 500 })));
    const replies = await Promise.all(questions.map((question) => ada.ask(question)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 429, 429, 429]);
    const refused = replies.find((reply) => reply.status === 429);
    expect(refused?.body["code"]).toBe("budget_spent");
    expect(refused?.body["detail"]).toMatch(/from \d{4}-\d\d-\d\dT00:00:00\.000Z/);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("[J4] counts what was held and never settled as spent", async ({ expect }) => {
    const ada = await withBooks();
    const first = (await ada.ask(RENT)).body as unknown as Insight;
    const mine = `user_id = (select user_id from ai_queries where id = '${first.id}')`;
    await asOwner(`update ai_budgets set held = '{"lost": [19000000000, "2020-01-01T00:00:00.000Z"]}' where ${mine}`, []);
    const second = await ada.ask("What is our runway?");
    const [[spent, held]] = (await asOwner(`select spent, held from ai_budgets where ${mine}`, [])) as [[string, string]];
    expect([second.status, Number(spent) >= 19_000_000_000, held]).toEqual([200, true, "{}"]);
    await asOwner(`update ai_budgets set held = '{"lost": [900000000, "2020-01-01T00:00:00.000Z"]}' where ${mine}`, []);
    expect((await ada.ask("How much cash do we have?")).body["code"]).toBe("budget_spent");
  });

  it("says clearly that it cannot tell, and gives no figure", async ({ expect }) => {
    const ada = await withBooks();
    for (const question of ["How much did we spend at Zanzibar Plumbing in January 2026?", "What is the weather in Paris?"]) {
      const { body } = (await ada.ask(question)) as unknown as { body: Insight };
      expect([body.figures, /\d/.test(body.answer)], question).toEqual([[], false]);
    }
  });

  it("answers plain questions without a model, by template", { timeout: 120_000 }, async ({ expect }) => {
    const ada = await withBooks();
    await record(ada, [{ amount: "-41.27", category: "Supplies", counterparty: "7-Eleven", transactionDate: "2026-01-12" }]);
    await script(ada.key, { fault: { kind: "status", status: 503 }, times: "always" });
    const asked: [string, string | RegExp][] = [
      ["Did we pay anything twice in January 2026?", /more than once to 7-Eleven/],
      ["Were we double-charged in January 2026?", /more than once to 7-Eleven/],
      ["Did we pay the same bill again in January 2026?", /more than once to 7-Eleven/],
      ["What was our profit in January 2026?", /net income/],
      ["How much cash do we have?", /cash in all bank accounts|balance of/],
      ["Compare spending in January 2026 with December 2025", /change in spending/],
      ["Which category did we spend most on in January 2026?", /spending on Rent/],
    ];
    for (const [question, expected] of asked) {
      let reply = await ada.ask(question);
      for (; reply.status === 429; reply = await ada.ask(question)) await pause(Number(reply.headers.get("retry-after")) * 1000);
      const body = reply.body as unknown as Insight;
      expect([reply.status, body.grounding], question).toEqual([200, "templated"]);
      expect(body.answer, question).toMatch(expected);
      expect(body.followUps.length, question).toBeGreaterThan(0);
      expect(body.followUps, question).not.toContain(question);
    }
  });

  it("shows a stranger nothing", async ({ expect }) => {
    const [ada, eve] = [await withBooks(), await person()];
    const { id } = (await ada.ask(RENT)).body as unknown as Insight;
    expect((await eve.get(`/ai/insights/${id}`)).status).toBe(404);
    expect((await eve.get(`/ai/insights/${id}/explain?figure=f1`)).status).toBe(404);
    const theirs = (await eve.post<Insight>("/ai/insights", { question: RENT })).body;
    expect(JSON.stringify(theirs)).not.toContain("1850");
  });
});
