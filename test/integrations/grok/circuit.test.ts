import { describe, it } from "vitest";
import { throughCircuit } from "../../../src/integrations/grok/circuit.ts";
import { GrokFault } from "../../../src/integrations/grok/fault.ts";

const OPEN_MS = 30_000;

/** A key of its own whose calls fail as told, and a clock that is set by hand. */
function line() {
  const key = crypto.randomUUID();
  const state = { now: 0, asked: 0 };
  const call = (fault: GrokFault | null, wait?: Promise<void>) =>
    throughCircuit(
      key,
      () => state.now,
      async () => {
        state.asked += 1;
        await wait;
        if (fault) throw fault;
        return "answer";
      },
    ).catch((error: unknown) => (error instanceof GrokFault ? error.kind : error));
  return { state, call };
}

const down = new GrokFault("unavailable", 503);

describe("[J4] the circuit before xAI", () => {
  it("opens after five unanswered calls, and lets one alone try after half a minute", async ({ expect }) => {
    const { state, call } = line();
    for (let turn = 0; turn < 5; turn++) expect(await call(down)).toBe("unavailable");
    expect([await call(null), state.asked]).toEqual(["open", 5]);
    state.now = OPEN_MS;
    let release: () => void = () => undefined;
    const probe = call(
      null,
      new Promise((done) => {
        release = done;
      }),
    );
    expect([await call(null), await call(null), state.asked]).toEqual(["open", "open", 6]);
    release();
    expect(await probe).toBe("answer");
    expect([await call(null), state.asked]).toEqual(["answer", 7]);
  });

  it("stays open when the one that tried failed too", async ({ expect }) => {
    const { state, call } = line();
    for (let turn = 0; turn < 5; turn++) await call(down);
    state.now = OPEN_MS;
    expect(await call(down)).toBe("unavailable");
    expect([await call(null), state.asked]).toEqual(["open", 6]);
  });

  it("takes a refusal for an answer: a wrong key opens nothing", async ({ expect }) => {
    const { state, call } = line();
    const refused = new GrokFault("key", 400);
    for (let turn = 0; turn < 9; turn++) await call(turn % 3 === 2 ? refused : down);
    expect([await call(null), state.asked]).toEqual(["answer", 10]);
  });
});
