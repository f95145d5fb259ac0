import { GrokFault } from "./fault.ts";

const FAILURES = 5;
const OPEN_MS = 30_000;
const KEPT = 1_000;

type State = { failures: number; openUntil: number; probing: boolean };

/** Per key and per isolate: it only saves waiting, so that it is forgotten with the isolate does no harm. */
const states = new Map<string, State>();

/**
 * Runs `call` unless the last five in a row failed to be answered: then it fails at once for thirty seconds, after which
 * one call alone tries again. What xAI refuses (a key, a purse, a request) is an answer and closes it.
 */
export async function throughCircuit<T>(key: string, now: () => number, call: () => Promise<T>): Promise<T> {
  if (states.size > KEPT) states.clear();
  const state = states.get(key) ?? { failures: 0, openUntil: 0, probing: false };
  states.set(key, state);
  if (state.failures >= FAILURES && (now() < state.openUntil || state.probing)) throw new GrokFault("open", null);
  state.probing = state.failures >= FAILURES;
  try {
    const result = await call();
    state.failures = 0;
    return result;
  } catch (error) {
    const unanswered = error instanceof GrokFault && ["unavailable", "timeout", "nonsense"].includes(error.kind);
    state.failures = unanswered ? state.failures + 1 : 0;
    if (state.failures >= FAILURES) state.openUntil = now() + OPEN_MS;
    throw error;
  } finally {
    state.probing = false;
  }
}
