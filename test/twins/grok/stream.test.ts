import { afterAll, beforeAll, describe, it } from "vitest";
import { eventsIn, startGrok, type Body } from "./world.ts";

let grok: Awaited<ReturnType<typeof startGrok>>;
beforeAll(async () => {
  grok = await startGrok();
});
afterAll(() => grok.stop());

const types = (events: Body[]) => events.map((event) => String(event["type"]).replace("response.", "")).filter((type, index, all) => type !== all[index - 1]);

describe("a stream", () => {
  it("1.10.5 sends the recorded order, numbered from zero, data only, and [DONE]", async ({ expect }) => {
    const reply = await grok.person().respond({ stream: true, store: false, include: ["reasoning.encrypted_content"] });
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    const text = await reply.text();
    expect(text).not.toMatch(/^event:/m);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const events = eventsIn(text);
    expect(types(events)).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, index) => index));
    expect(events[0]).toMatchObject({ response: { status: "in_progress", usage: null, output: [] } });
    const [added, done] = [
      events.find((event) => event["type"] === "response.output_item.added"),
      events.find((event) => event["type"] === "response.output_item.done"),
    ];
    expect(added?.["item"]).not.toHaveProperty("encrypted_content");
    expect(done?.["item"]).toHaveProperty("encrypted_content");
    const said = events
      .filter((event) => event["type"] === "response.output_text.delta")
      .map((event) => event["delta"])
      .join("");
    expect(events.find((event) => event["type"] === "response.output_text.done")).toMatchObject({ text: said });
  });

  it("1.10.6 and 1.10.7 sends several calls, each with its arguments in one delta", async ({ expect }) => {
    const person = grok.person();
    const calls = [{ call: "sum", arguments: { from: "2019-01-01" } }, { call: "top_n", arguments: { n: 3 } }, { call: "runway" }];
    await person.script({ output: calls }, { output: calls });
    const events = eventsIn(await (await person.respond({ stream: true })).text());
    const deltas = events.filter((event) => event["type"] === "response.function_call_arguments.delta");
    expect(deltas.map((event) => event["delta"])).toEqual(['{"from":"2019-01-01"}', '{"n":3}', "{}"]);
    expect(types(events).slice(8)).toEqual([
      ...calls.flatMap(() => ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"]),
      "completed",
    ]);

    const final = await person.client.responses.stream({ model: "grok-4.3", input: "Hello" }).finalResponse();
    const made = final.output.filter((item) => item.type === "function_call");
    expect(made.map((item) => item.name)).toEqual(["sum", "top_n", "runway"]);
    expect(new Set(made.map((item) => item.call_id)).size).toBe(3);
    expect(new Set(made.map((item) => item.id)).size).toBe(3);
  });

  it("is what the unpatched SDK makes of it", async ({ expect }) => {
    const { client, script } = grok.person();
    await script({ output: [{ text: "Spending was {{f1}}. – ünïcödé" }], fault: { kind: "torn", bytes: 3 } });
    const final = await client.responses.stream({ model: "grok-4.3", input: "Hello" }).finalResponse();
    expect(final.output_text).toBe("Spending was {{f1}}. – ünïcödé");
    expect(final.usage).toMatchObject({ cost_in_usd_ticks: expect.any(Number) });
  });

  it("leaves [DONE] away, or names its events, when told to", async ({ expect }) => {
    const { respond, script, client } = grok.person();
    await script({ fault: { kind: "no-done" } }, { fault: { kind: "named-events" } }, { fault: { kind: "named-events" } });
    expect(await (await respond({ stream: true })).text()).not.toContain("[DONE]");
    expect(await (await respond({ stream: true })).text()).toMatch(/^event: response.created\ndata: /);
    expect((await client.responses.stream({ model: "grok-4.3", input: "Hello" }).finalResponse()).status).toBe("completed");
  });
});

describe("the legacy endpoint", () => {
  const tools = [{ type: "function" as const, function: { name: "runway", parameters: { type: "object", properties: {} } } }];
  const messages = [{ role: "user" as const, content: "What is our runway?" }];

  it("calls tools and takes their output", async ({ expect }) => {
    const { client } = grok.person();
    const first = await client.chat.completions.create({ model: "grok-4.3", messages, tools });
    const [choice] = first.choices;
    expect(choice).toMatchObject({
      finish_reason: "tool_calls",
      message: { content: null, tool_calls: [{ id: expect.stringMatching(/^call_\d{8}$/), function: { name: "runway" } }] },
    });
    expect(first.usage).toMatchObject({ completion_tokens_details: { reasoning_tokens: expect.any(Number) } });
    const call = choice?.message.tool_calls?.[0];
    if (!choice || !call) throw new Error("no call");
    const output = { role: "tool" as const, tool_call_id: call.id, content: JSON.stringify({ facts: [{ id: "f1", kind: "months", value: "7" }] }) };
    const second = await client.chat.completions.create({ model: "grok-4.3", messages: [...messages, choice.message, output], tools });
    expect(second.choices[0]?.message.content).toContain("{{f1}}");
  });

  it("streams chunks: a whole call in one, the reason, the usage, [DONE]", async ({ expect }) => {
    const { call } = grok.person();
    const text = await (await call("POST", "/v1/chat/completions", { model: "grok-4.3", messages, tools, stream: true })).text();
    const chunks = eventsIn(text) as { choices: { delta: Body; finish_reason?: string }[]; usage?: Body }[];
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => Object.keys(choice.delta).at(-1) ?? choice.finish_reason))).toEqual([
      "reasoning_content",
      "tool_calls",
      "tool_calls",
    ]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { cost_in_usd_ticks: expect.any(Number) } });
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect((await call("POST", "/v1/chat/completions", { model: "grok-4.3", messages, stop: "x" })).status).toBe(400);
  });
});
