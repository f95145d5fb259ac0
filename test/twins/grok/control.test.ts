import { afterAll, beforeAll, describe, it } from "vitest";
import { startGrok } from "./world.ts";

let grok: Awaited<ReturnType<typeof startGrok>>;
beforeAll(async () => {
  grok = await startGrok(() => Date.parse("2019-10-15T12:00:00Z"));
});
afterAll(() => grok.stop());

describe("scripts", () => {
  it("reach only the key, the safety identifier or the cache key that they name", async ({ expect }) => {
    const [ada, eve] = [grok.person(), grok.person()];
    const match = { apiKey: ada.key, safetyIdentifier: "user-1" };
    await ada.call("POST", "/_control/scripts", { match, turns: [{ output: [{ text: "For one." }] }] });
    const say = async (person: typeof ada, extra = {}) => (await person.client.responses.create({ model: "grok-4.3", input: "Hello", ...extra })).output_text;
    expect(await say(eve, { safety_identifier: "user-1" })).not.toBe("For one.");
    expect(await say(ada, { safety_identifier: "user-2" })).not.toBe("For one.");
    expect(await say(ada, { safety_identifier: "user-1" })).toBe("For one.");
    expect(await say(ada, { safety_identifier: "user-1" })).not.toBe("For one.");
    await ada.call("POST", "/_control/scripts", { match: { promptCacheKey: `cache-${ada.key}` }, turns: [{ output: [{ text: "By cache key." }] }] });
    expect(await say(eve, { prompt_cache_key: `cache-${ada.key}` })).toBe("By cache key.");
  });

  it("are taken in order, can be counted and dropped, and not by a request that was refused", async ({ expect }) => {
    const { script, respond, call, key } = grok.person();
    await script({ output: [{ text: "One" }] }, { output: [{ text: "Two" }] });
    await script({ output: [{ text: "Three" }] });
    expect((await respond({ model: "nobody" })).status).toBe(404);
    expect(JSON.stringify(await (await respond({})).json())).toContain('"One"');
    expect(await (await call("GET", `/_control/scripts?apiKey=${key}`)).json()).toMatchObject({ scripts: [{ turnsLeft: 1 }, { turnsLeft: 1 }] });
    expect(await (await call("DELETE", `/_control/scripts?apiKey=${key}`)).json()).toEqual({ cleared: 2 });
    expect(JSON.stringify(await (await respond({})).json())).toContain("cannot answer");
  });

  it("are refused when they match everybody or say what nobody understands", async ({ expect }) => {
    const { call, key } = grok.person();
    expect((await call("POST", "/_control/scripts", { match: {}, turns: [{}] })).status).toBe(400);
    expect((await call("POST", "/_control/scripts", { match: { apiKey: key }, turns: [{ fault: { kind: "typo" } }] })).status).toBe(400);
    expect((await call("GET", "/_control/requests")).status).toBe(400);
    expect((await call("DELETE", "/_control/scripts")).status).toBe(400);
  });
});

describe("records", () => {
  it("hold what was sent, word for word, without the key, for its owner only", async ({ expect }) => {
    const [ada, eve] = [grok.person(), grok.person()];
    await ada.respond({ input: "secret plan", instructions: "Be brief.", safety_identifier: "hash" });
    await eve.respond({ input: "other" });
    const [entry, ...more] = await ada.requests();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      at: "2019-10-15T12:00:00.000Z",
      method: "POST",
      status: 200,
      source: "planner",
      aborted: false,
      scope: { safetyIdentifier: "hash" },
      body: { input: "secret plan", instructions: "Be brief." },
      response: { object: "response" },
    });
    expect(JSON.stringify(entry)).not.toContain(ada.key);
    await ada.call("DELETE", `/_control/requests?apiKey=${ada.key}`);
    expect(await ada.requests()).toEqual([]);
    expect(await eve.requests()).toHaveLength(1);
  });

  it("hold refused requests too", async ({ expect }) => {
    const { respond, requests } = grok.person();
    await respond({ temperature: "warm" });
    expect(await requests()).toMatchObject([{ status: 422, source: null }]);
  });
});

describe("closing", () => {
  it("lets go of every request that hangs", async ({ expect }) => {
    const other = await startGrok();
    const person = other.person();
    await person.script({ fault: { kind: "hang" } });
    const hanging = person.respond({}).then(
      () => "answered",
      () => "dropped",
    );
    await expect.poll(() => person.requests()).toHaveLength(1);
    await other.stop();
    expect(await hanging).toBe("dropped");
  });
});
