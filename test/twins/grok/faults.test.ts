import { afterAll, beforeAll, describe, it } from "vitest";
import { eventsIn, startGrok, type Body } from "./world.ts";

let grok: Awaited<ReturnType<typeof startGrok>>;
beforeAll(async () => {
  grok = await startGrok();
});
afterAll(() => grok.stop());

/** Reads a stream to its end, however it ends. */
async function read(reply: Response): Promise<{ events: Body[]; broken: boolean; text: string }> {
  let text = "";
  let broken = false;
  try {
    for await (const chunk of (reply.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) text += chunk;
  } catch {
    broken = true;
  }
  return { events: eventsIn(text), broken, text };
}

describe("a spoiled answer", () => {
  it("1.10.11 gives retry-after in whole seconds", async ({ expect }) => {
    const { script, respond } = grok.person();
    await script({ fault: { kind: "status", status: 429, retryAfter: 7, headers: { "x-should-retry": "true" } } });
    const reply = await respond({});
    expect([reply.status, reply.headers.get("retry-after"), reply.headers.get("x-should-retry")]).toEqual([429, "7", "true"]);
  });

  it("is retried by the SDK, and the script moves on", async ({ expect }) => {
    const { script, client } = grok.person();
    await script({ fault: { kind: "status", status: 503 }, times: 2 }, { output: [{ text: "Third time." }] });
    const reply = await client.responses.create({ model: "grok-4.3", input: "Hello" }, { maxRetries: 2 });
    expect(reply.output_text).toBe("Third time.");
  });

  it("1.10.12 puts a flat error in the middle of a stream", async ({ expect }) => {
    const { script, respond, client } = grok.person();
    await script({ fault: { kind: "stream-error", afterEvents: 3 } }, { fault: { kind: "stream-error", afterEvents: 3 } });
    const { events, text } = await read(await respond({ stream: true }));
    expect(events).toHaveLength(4);
    expect(events[3]).toEqual({ code: "The service is currently unavailable", error: expect.stringContaining("temporarily unavailable") });
    expect(text).not.toContain("[DONE]");
    const failure = await client.responses
      .stream({ model: "grok-4.3", input: "Hello" })
      .finalResponse()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
  });

  it("1.10.12 cuts a stream short, or breaks the connection under it", async ({ expect }) => {
    const { script, respond, requests } = grok.person();
    await script(
      { fault: { kind: "cut", afterEvents: 4 } },
      { fault: { kind: "drop", afterEvents: 4 } },
      { fault: { kind: "drop" } },
      { fault: { kind: "drop" } },
    );
    expect(await read(await respond({ stream: true }))).toMatchObject({ events: { length: 4 }, broken: false });
    expect(await read(await respond({ stream: true }))).toMatchObject({ broken: true });
    await expect(respond({ stream: true })).rejects.toThrow("fetch failed");
    await expect(respond({})).rejects.toThrow("fetch failed");
    expect((await requests()).map((entry) => entry["events"])).toEqual([4, 4, 0, 0]);
  });

  it("1.10.12 answers 200 with an error", async ({ expect }) => {
    const { script, respond } = grok.person();
    await script({ fault: { kind: "error-200" } }, { fault: { kind: "error-200", body: { error: { message: "no" } } } });
    const reply = await respond({ stream: true });
    expect([reply.status, reply.headers.get("content-type"), await reply.json()]).toEqual([
      200,
      "application/json",
      { code: expect.any(String), error: expect.any(String) },
    ]);
    expect(await (await respond({})).json()).toEqual({ error: { message: "no" } });
  });

  it("1.10.13 falls silent for a while, in a stream or before a reply", async ({ expect }) => {
    const { script, respond } = grok.person();
    await script({ fault: { kind: "silence", ms: 300, afterEvents: 2 } }, { fault: { kind: "silence", ms: 300 } });
    const start = performance.now();
    const reply = await respond({ stream: true });
    expect(performance.now() - start).toBeLessThan(250);
    expect((await read(reply)).events.at(-1)).toMatchObject({ type: "response.completed" });
    expect(performance.now() - start).toBeGreaterThan(290);
    const again = performance.now();
    await respond({});
    expect(performance.now() - again).toBeGreaterThan(290);
  });

  it("1.10.13 hangs until the client gives up, and notices", async ({ expect }) => {
    const { script, client, requests } = grok.person();
    await script({ fault: { kind: "hang" } });
    await expect(client.responses.create({ model: "grok-4.3", input: "Hello" }, { timeout: 200 })).rejects.toThrow(/timed out/i);
    await expect.poll(async () => (await requests())[0]).toMatchObject({ aborted: true, status: null });
  });

  it("notices a client that leaves in the middle of a stream", async ({ expect }) => {
    const { script, client, requests } = grok.person();
    await script({ paceMs: 30 });
    const stream = await client.responses.create({ model: "grok-4.3", input: "Hello", stream: true });
    for await (const event of stream) if (event.type === "response.output_item.added") break;
    await expect.poll(async () => (await requests())[0]).toMatchObject({ aborted: true });
  });

  it("1.10.15 sends arguments that are no JSON, or not what the schema says", async ({ expect }) => {
    const { script, client } = grok.person();
    await script({
      output: [
        { call: "sum", arguments: '{"from": "2019-' },
        { call: "sum", arguments: { from: 12, tenantId: "other" } },
      ],
    });
    const { output } = await client.responses.create({ model: "grok-4.3", input: "Hello" });
    const calls = output.filter((item) => item.type === "function_call");
    expect(calls.map((item) => item.arguments)).toEqual(['{"from": "2019-', '{"from":12,"tenantId":"other"}']);
  });

  it("1.10.16 slips in an event that nobody knows", async ({ expect }) => {
    const { script, respond, client } = grok.person();
    await script({ fault: { kind: "unknown-event", afterEvents: 3 } }, { fault: { kind: "unknown-event" } });
    const { text, events } = await read(await respond({ stream: true }));
    expect(text).toContain("event: response.doom_loop_check\ndata: ");
    expect(events.at(-1)).toMatchObject({ type: "response.completed" });
    const seen: string[] = [];
    for await (const event of await client.responses.create({ model: "grok-4.3", input: "Hello", stream: true })) seen.push(event.type);
    expect(seen).toContain("response.doom_loop_check");
  });

  it("fails in good form, and talks nonsense in bad", async ({ expect }) => {
    const { script, respond } = grok.person();
    const what = ["html", "empty", "truncated-json", "not-json", "wrong-shape"];
    await script({ fault: { kind: "failed", code: "server_error", message: "Gave up" } }, ...what.map((each) => ({ fault: { kind: "nonsense", what: each } })));
    const { events } = await read(await respond({ stream: true }));
    expect(events.at(-1)).toMatchObject({ type: "response.failed", response: { status: "failed", error: { message: "Gave up" } } });
    for (const each of what) {
      const text = await (await respond({})).text();
      if (each === "wrong-shape") expect(JSON.parse(text)).toMatchObject({ output: expect.any(String) });
      else expect(() => JSON.parse(text)).toThrow(SyntaxError);
    }
  });
});

describe("1.10.17 a hostile turn", () => {
  const facts = JSON.stringify({
    facts: [
      { id: "f1", value: "1234.50", subject: "Rent" },
      { id: "f2", value: "-7", subject: "Fuel" },
    ],
  });
  const conversation = [
    { role: "user", content: "How much was rent?" },
    { type: "function_call", call_id: "call_1", name: "sum_transactions", arguments: "{}" },
    { type: "function_call_output", call_id: "call_1", output: facts },
  ];

  it("lies with figures that it was given", async ({ expect }) => {
    const { script, client } = grok.person();
    const text =
      "${facts.0.value} ${facts.0.value|digit} ${facts.1.value|negate} ${facts.0.value|times100} ${facts.1.subject}: {{f1}} ${facts.9.value} ${question}";
    await script({ output: [{ text }] });
    const { output_text } = await client.responses.create({ model: "grok-4.3", input: conversation as never });
    expect(output_text).toBe("1234.50 2234.50 7 123450 Fuel: {{f1}} ${facts.9.value} How much was rent?");
  });

  it("spoils an honest answer by edits", async ({ expect }) => {
    const { script, client } = grok.person();
    await script({ edits: [{ find: "{{f1}}", replace: "$9,999" }] });
    const { output_text } = await client.responses.create({ model: "grok-4.3", input: conversation as never });
    expect(output_text).toContain("$9,999");
  });

  it("loops for ever, refuses, and names tools that are not there", async ({ expect }) => {
    const { script, client } = grok.person();
    await script({ output: [{ refusal: "I will not." }] }, { output: [{ call: "send_mail", arguments: { to: "someone" } }], times: "always" });
    const refused = await client.responses.create({ model: "grok-4.3", input: "Hello" });
    expect(refused.output.at(-1)).toMatchObject({ type: "message", content: [{ type: "refusal", refusal: "I will not." }] });
    for (let round = 0; round < 12; round++) {
      const { output } = await client.responses.create({ model: "grok-4.3", input: "Hello", tool_choice: "none" });
      expect(output.at(-1)).toMatchObject({ type: "function_call", name: "send_mail" });
    }
  });
});
