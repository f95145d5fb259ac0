import { afterAll, beforeAll, describe, it } from "vitest";
import { eventsIn, personOf, startGrok, type Body } from "./world.ts";

let grok: Awaited<ReturnType<typeof startGrok>>;
beforeAll(async () => {
  grok = await startGrok();
});
afterAll(() => grok.stop());

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const tool = (name: string, parameters: object = { type: "object", properties: {} }) => ({
  type: "function" as const,
  name,
  parameters,
  strict: false as const,
});

describe("keys and errors", () => {
  it("1.10.2 answers a wrong key with 400 and a missing one with 401", async ({ expect }) => {
    const wrong = await personOf(grok.root, "xai-someone-elses-key").respond({});
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toEqual({
      code: "Client specified an invalid argument",
      error: "Incorrect API key provided: xa***ey. You can obtain an API key from https://console.x.ai.",
    });
    expect((await fetch(`${grok.root}/v1/me`)).status).toBe(401);
    expect((await fetch(`${grok.root}/v1/me`, { headers: { authorization: "Basic abc" } })).status).toBe(401);
    expect((await personOf(grok.root, "xai-platform-key").respond({})).status).toBe(200);
    const error = await personOf(grok.root, "nonsense")
      .client.models.list()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 400, error: expect.stringContaining("Incorrect API key") });
  });

  it("1.10.1 knows four shapes of error body, and a numeric code", async ({ expect }) => {
    const person = grok.person();
    const seen: unknown[] = [];
    for (const shape of ["flat", "nested", "string", "message"]) {
      await person.script({ fault: { kind: "status", status: 429, shape, code: 429, message: "Slow down" } });
      seen.push(await (await person.respond({})).json());
    }
    expect(seen).toEqual([
      { code: 429, error: "Slow down" },
      { error: { message: "Slow down", type: "invalid_request_error", code: 429, param: null } },
      "Slow down",
      { message: "Slow down" },
    ]);
  });

  it("1.7 tells unreadable fields, arguments, models, urls, methods and content types apart", async ({ expect }) => {
    const person = grok.person();
    const unreadable = await person.respond({ temperature: "warm" });
    expect([unreadable.status, typeof (await unreadable.json())]).toEqual([422, "string"]);
    expect((await person.respond({ model: "gpt-5" })).status).toBe(404);
    const nowhere = await person.call("GET", "/v1/nowhere");
    expect([nowhere.status, await nowhere.json()]).toEqual([404, { error: expect.objectContaining({ code: "unknown_url" }) }]);
    expect((await person.call("PUT", "/v1/responses", {})).status).toBe(405);
    expect((await person.call("POST", "/v1/responses")).status).toBe(415);
    expect((await person.call("POST", "/v1/responses", "{}", { "content-type": "text/plain" })).status).toBe(415);
    expect((await person.call("POST", "/v1/responses", "{")).status).toBe(400);
    expect((await person.respond({ search_parameters: {} })).status).toBe(400);
    expect((await person.respond({ reasoning: { effort: "none" }, model: "grok-4.5" })).status).toBe(400);
    expect((await person.respond({ tool_choice: { type: "function", name: "gone" } })).status).toBe(400);
  });

  it("1.10.9 refuses instructions beside previous_response_id", async ({ expect }) => {
    const person = grok.person();
    const first = (await (await person.respond({})).json()) as Body;
    expect((await person.respond({ previous_response_id: first["id"], instructions: "Be brief." })).status).toBe(400);
    expect((await person.respond({ previous_response_id: first["id"] })).status).toBe(200);
    expect((await grok.person().respond({ previous_response_id: first["id"] })).status).toBe(404);
  });

  it("1.10.10 refuses an empty enum anywhere, and more than 350 tools", async ({ expect }) => {
    const person = grok.person();
    const empty = { type: "object", properties: { filter: { type: "object", properties: { category: { enum: [] } } } } };
    expect((await person.respond({ tools: [tool("sum", empty)] })).status).toBe(400);
    expect((await person.respond({ text: { format: { type: "json_schema", name: "a", schema: empty } } })).status).toBe(400);
    const tools = Array.from({ length: 351 }, (_, index) => tool(`t${index}`));
    expect((await person.respond({ tools })).status).toBe(400);
    expect((await person.respond({ tools: tools.slice(0, 350) })).status).toBe(200);
  });

  it("refuses a call without its output and an output without its call", async ({ expect }) => {
    const person = grok.person();
    const call = { type: "function_call", call_id: "call_1", name: "sum", arguments: "{}" };
    const output = { type: "function_call_output", call_id: "call_1", output: "{}" };
    const user = { role: "user", content: "Hello" };
    expect((await person.respond({ input: [user, call] })).status).toBe(400);
    expect((await person.respond({ input: [user, output] })).status).toBe(400);
    expect((await person.respond({ input: [user, call, output] })).status).toBe(200);
  });

  it("1.8 tells the state of a key", async ({ expect }) => {
    const state = async (key: string) => {
      const person = personOf(grok.root, key);
      const reply = await person.respond({ store: false });
      return {
        me: (await (await person.call("GET", "/v1/me")).json()) as Body,
        status: reply.status,
        zdr: reply.headers.get("x-zero-data-retention"),
        body: await reply.json(),
      };
    };
    expect(await state("xai-twin-zdr-1")).toMatchObject({ me: { zdr_status: "zdr" }, status: 200, zdr: "true" });
    expect((await personOf(grok.root, "xai-twin-zdr-1").respond({})).status).toBe(400);
    expect(await state("xai-twin-pii")).toMatchObject({ me: { zdr_status: "pii_scrubbing" }, status: 200, zdr: "false" });
    expect(await state("xai-twin-team-blocked-x")).toMatchObject({ me: { team_blocked: true }, status: 403 });
    expect(await state("xai-twin-key-disabled")).toMatchObject({ me: { api_key: { api_key_disabled: true } }, status: 403 });
    expect(await state("xai-twin-key-blocked")).toMatchObject({ me: { api_key: { api_key_blocked: true } }, status: 403 });
    expect(await state("xai-twin-no-acl")).toMatchObject({ me: { api_key: { acls: [] } }, status: 403 });
    expect(await state("xai-twin-no-credits")).toMatchObject({ status: 429, body: { code: 429, error: expect.stringContaining("spending-limit") } });
    const card = (await (await personOf(grok.root, "xai-twin-abcdef").call("GET", "/v1/api-key")).json()) as Body;
    expect(card).toMatchObject({ redacted_api_key: "xa***ef", team_blocked: false, acls: ["api-key:model:*", "api-key:endpoint:*"] });
  });
});

describe("a response", () => {
  it("1.10.3 has a bare UUID, and items named after it", async ({ expect }) => {
    const response = (await (await grok.person().respond({})).json()) as Body;
    const output = response["output"] as Body[];
    expect(response["id"]).toMatch(UUID);
    expect(output.map((item) => item["id"])).toEqual([`rs_${String(response["id"])}`, `msg_${String(response["id"])}`]);
    expect(response).not.toHaveProperty("output_text");
    expect(Object.keys(response).sort()).toEqual(
      [
        "created_at",
        "completed_at",
        "id",
        "max_output_tokens",
        "model",
        "object",
        "output",
        "parallel_tool_calls",
        "previous_response_id",
        "reasoning",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_p",
        "usage",
        "user",
        "incomplete_details",
        "status",
        "store",
        "metadata",
        "background",
        "service_tier",
        "truncation",
        "top_logprobs",
        "presence_penalty",
        "frequency_penalty",
        "prompt_cache_key",
        "max_tool_calls",
        "safety_identifier",
        "error",
        "instructions",
      ].sort(),
    );
  });

  it("1.10.4 charges exactly what the price list says, cached tokens included", async ({ expect }) => {
    const prices = { "grok-4.3": [12_500n, 2_000n, 25_000n], "grok-4.6": [20_000n, 5_000n, 60_000n] } as const;
    for (const [model, [fresh, cached, out]] of Object.entries(prices)) {
      const person = grok.person();
      const body = { model, instructions: "word ".repeat(700), prompt_cache_key: "conversation" };
      const usages: Record<string, number>[] = [];
      for (const input of ["How much did we spend?", "How much did we earn?"]) {
        const { usage } = (await (await person.respond({ ...body, input })).json()) as {
          usage: Record<string, number> & { input_tokens_details: { cached_tokens: number }; output_tokens_details: { reasoning_tokens: number } };
        };
        const hit = usage.input_tokens_details.cached_tokens;
        expect(hit % 128).toBe(0);
        const cost = BigInt((usage["input_tokens"] ?? 0) - hit) * fresh + BigInt(hit) * cached + BigInt(usage["output_tokens"] ?? 0) * out;
        expect(usage["cost_in_usd_ticks"]).toBe(Number(cost));
        expect(usage["total_tokens"]).toBe((usage["input_tokens"] ?? 0) + (usage["output_tokens"] ?? 0));
        expect(usage.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
        expect(usage["context_details"]).toEqual({ input_tokens: usage["input_tokens"], output_tokens: usage["output_tokens"] });
        usages.push({ hit });
      }
      expect(usages[0]?.["hit"]).toBe(0);
      expect(usages[1]?.["hit"]).toBeGreaterThan(700);
    }
  });

  it("1.2 doubles the price of a long prompt on 4.7", async ({ expect }) => {
    const { usage } = (await (await grok.person().respond({ model: "grok-4.7", input: "word ".repeat(170_000), reasoning: { effort: "low" } })).json()) as {
      usage: Record<string, number>;
    };
    expect(usage["input_tokens"]).toBeGreaterThan(200_000);
    expect(usage["cost_in_usd_ticks"]).toBe((usage["input_tokens"] ?? 0) * 40_000 + (usage["output_tokens"] ?? 0) * 120_000);
  });

  it("1.10.8 seals reasoning for who stores nothing, takes it back, and forgets the response", async ({ expect }) => {
    const { client, call, respond } = grok.person();
    const first = await client.responses.create({ model: "grok-4.3", input: "Hello", store: false, include: ["reasoning.encrypted_content"] });
    const [reasoning] = first.output;
    expect(reasoning).toMatchObject({ type: "reasoning", encrypted_content: expect.stringMatching(/^[\w-]{100,}\.[\w-]+$/) });
    const user = { role: "user", content: "Hello" };
    expect((await respond({ store: false, input: [user, ...first.output, user] })).status).toBe(200);
    expect((await respond({ store: false, input: [user, { ...reasoning, encrypted_content: "forged" }, user] })).status).toBe(400);
    expect((await call("GET", `/v1/responses/${first.id}`)).status).toBe(404);
    const kept = await client.responses.create({ model: "grok-4.3", input: "Hello" });
    expect(await client.responses.retrieve(kept.id)).toMatchObject({ id: kept.id });
    expect((await grok.person().call("GET", `/v1/responses/${kept.id}`)).status).toBe(404);
    expect((await call("DELETE", `/v1/responses/${kept.id}`)).status).toBe(200);
    expect((await call("GET", `/v1/responses/${kept.id}`)).status).toBe(404);
  });

  it("does not reason when told not to", async ({ expect }) => {
    const { output, usage } = await grok.person().client.responses.create({ model: "grok-4.3", input: "Hello", reasoning: { effort: "none" } });
    expect(output.map((item) => item.type)).toEqual(["message"]);
    expect(usage?.output_tokens_details.reasoning_tokens).toBe(0);
  });

  it("1.10.14 is incomplete when the visible text outgrows its limit; calls never are", async ({ expect }) => {
    const person = grok.person();
    await person.script(
      { output: [{ text: "word ".repeat(50) }] },
      { output: [{ call: "sum", arguments: { text: "word ".repeat(50) } }] },
      { incomplete: "max_time_limit" },
    );
    const cut = await person.client.responses.create({ model: "grok-4.3", input: "Hello", max_output_tokens: 16 });
    expect(cut).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, max_output_tokens: 16 });
    expect(cut.output_text).toHaveLength(64);
    expect(await person.client.responses.create({ model: "grok-4.3", input: "Hello", max_output_tokens: 16 })).toMatchObject({ status: "completed" });
    const events = eventsIn(await (await person.respond({ stream: true })).text());
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { incomplete_details: { reason: "max_time_limit" } } });
  });

  it("redirects retired names, resolves aliases and records what answered", async ({ expect }) => {
    const { client } = grok.person();
    expect((await client.responses.create({ model: "grok-3", input: "Hello" })).model).toBe("grok-4.3");
    expect((await client.responses.create({ model: "grok-latest", input: "Hello" })).model).toBe("grok-4.7");
  });
});

describe("models", () => {
  it("lists them with prices, and owns up to being none", async ({ expect }) => {
    const { call, client } = grok.person();
    const { data } = (await (await call("GET", "/v1/models")).json()) as { data: Body[] };
    expect(data.every((model) => String(model["owned_by"]).includes("not a model"))).toBe(true);
    expect(data.find((model) => model["id"] === "grok-4.3")).toMatchObject({
      prompt_text_token_price: 12_500,
      cached_prompt_text_token_price: 2_000,
      completion_text_token_price: 25_000,
      capabilities: { reasoning_effort: ["none", "low", "medium", "high"] },
    });
    expect(await client.models.retrieve("grok-4.7")).toMatchObject({ id: "grok-4.7", long_context_threshold: 200_000 });
    expect((await call("GET", "/v1/models/grok-9")).status).toBe(404);
    const { models } = (await (await call("GET", "/v1/language-models")).json()) as { models: Body[] };
    expect(models[0]).toMatchObject({ fingerprint: expect.stringMatching(/^fp_[0-9a-f]{16}$/), input_modalities: ["text"] });
  });
});
