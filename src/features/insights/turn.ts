import { z } from "zod";
import { errorFields } from "../../core/log.ts";
import { sha256 } from "../../core/secret.ts";
import { GrokFault } from "../../integrations/grok/fault.ts";
import type { GrokItem, GrokReply, GrokUsage } from "../../integrations/grok/client.ts";
import type { Ctx } from "../../runtime.ts";
import { HELD_TICKS } from "./budget.ts";
import { printable } from "./clean.ts";
import { check, type Verdict } from "./grounding/gate.ts";
import { DRAFT_SCHEMA, INSTRUCTIONS } from "./instructions.ts";
import type { Desk } from "./tools/tool.ts";
import { TOOLS } from "./tools/tools.ts";

const ROUNDS_MOST = 8;
const CALLS_MOST = 16;
/** A reply with more calls or longer arguments than any question needs is nonsense. */
const CALLS_SANE = 24;
const ARGUMENTS_SANE = 20_000;
const RESULT_MOST = 16_000;
const DEADLINE_MS = 45_000;

export type Draft = { answer: string; insights: { kind: string; severity: string; statement: string }[]; followUps: string[] };
export type Called = { name: string; arguments: string; resultHash: string };
/** How a turn went, whatever became of it. */
export type Turn = {
  draft: Draft | null;
  usage: GrokUsage;
  model: string | null;
  calls: Called[];
  transcript: GrokItem[];
  repaired: boolean;
  fault: GrokFault | null;
};
export type OnStep = (step: string) => void;

/**
 * The loop: the model chooses among typed tools, at most eight rounds and sixteen calls, the last round without tools; then
 * its answer goes through the gate, with one repair. Never throws for what the model or xAI did: a turn without a draft is
 * one to be answered from its facts.
 */
export async function converse(
  ctx: Ctx<"db" | "grok">,
  desk: Desk,
  question: string,
  who: { user: string; apiKey: string | undefined },
  onStep: OnStep,
): Promise<Turn> {
  const input: GrokItem[] = [{ type: "message", role: "user", content: JSON.stringify({ question, today: desk.today }) }];
  const turn: Turn = {
    draft: null,
    usage: { inputTokens: 0, outputTokens: 0, costTicks: 0 },
    model: null,
    calls: [],
    transcript: input,
    repaired: false,
    fault: null,
  };
  try {
    await rounds(ctx, desk, question, who, turn, onStep);
  } catch (error) {
    if (!(error instanceof GrokFault)) throw error;
    ctx.log("warn", "insight.without_model", {
      kind: error.kind,
      status: error.status,
      xaiRequestId: error.requestId,
      ...(error.kind === "unavailable" ? errorFields(error.cause) : {}),
    });
    turn.fault = error;
  }
  return turn;
}

async function rounds(
  ctx: Ctx<"db" | "grok">,
  desk: Desk,
  question: string,
  who: { user: string; apiKey: string | undefined },
  turn: Turn,
  onStep: OnStep,
): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for (let round = 1; round <= ROUNDS_MOST; round++) {
    const last = round >= ROUNDS_MOST - 1 || turn.calls.length >= CALLS_MOST || turn.usage.costTicks >= HELD_TICKS;
    const reply = await ctx.grok.respond({
      instructions: INSTRUCTIONS,
      input: turn.transcript,
      tools: TOOLS,
      toolChoice: last || turn.repaired ? "none" : "auto",
      format: DRAFT_SCHEMA,
      user: who.user,
      apiKey: who.apiKey,
      signal,
    });
    note(turn, reply);
    if (reply.calls.length > 0) {
      if (last || turn.repaired) throw new GrokFault("nonsense", 200);
      for (const call of reply.calls) {
        // what the books are still asked for comes too late for another round
        if (signal.aborted) throw new GrokFault("timeout", null);
        turn.transcript.push(await answerCall(desk, turn, call, onStep));
      }
      continue;
    }
    const draft = reply.incomplete === null ? draftOf(reply.text) : null;
    const verdict: Verdict = draft ? gate(desk, question, draft.answer) : { ok: false, reason: "the text was cut short" };
    if (draft && verdict.ok) {
      turn.draft = draft;
      return;
    }
    ctx.log("info", "insight.refused", { repaired: turn.repaired, round });
    if (turn.repaired || round === ROUNDS_MOST) return;
    turn.repaired = true;
    turn.transcript.push({
      type: "message",
      role: "user",
      content: `Your answer failed grounding: ${verdict.ok ? "" : verdict.reason}. Answer the question again. Write figures only as placeholders such as {{f1}}, without any numeral of your own.`,
    });
  }
}

function note(turn: Turn, reply: GrokReply): void {
  turn.usage = {
    inputTokens: turn.usage.inputTokens + reply.usage.inputTokens,
    outputTokens: turn.usage.outputTokens + reply.usage.outputTokens,
    costTicks: turn.usage.costTicks + reply.usage.costTicks,
  };
  turn.model = reply.model;
  if (reply.calls.length > CALLS_SANE || reply.calls.some((call) => call.arguments.length > ARGUMENTS_SANE)) throw new GrokFault("nonsense", 200);
  turn.transcript.push(...reply.items);
}

/** Every call gets an answer, a refused one too: xAI accepts no orphans. */
async function answerCall(desk: Desk, turn: Turn, call: GrokReply["calls"][number], onStep: OnStep): Promise<GrokItem> {
  const tool = TOOLS.find((each) => each.name === call.name);
  const over = turn.calls.length >= CALLS_MOST;
  if (tool && !over) {
    const { output, step } = await tool.run(desk, call.arguments);
    onStep(printable(step, 400));
    return result(turn, call, output);
  }
  return result(turn, call, { error: over ? "No more calls in this question." : "There is no such tool." }, over);
}

async function result(turn: Turn, call: GrokReply["calls"][number], output: Record<string, unknown>, uncounted = false): Promise<GrokItem> {
  const text = JSON.stringify(output);
  const sent = text.length <= RESULT_MOST ? text : JSON.stringify({ error: "The result is too large. Narrow it." });
  if (!uncounted) turn.calls.push({ name: call.name.slice(0, 60), arguments: call.arguments.slice(0, 4_000), resultHash: await sha256(sent) });
  return { type: "function_call_output", call_id: call.id, output: sent };
}

const DraftShape = z.object({
  answer: z.string(),
  insights: z
    .array(z.object({ kind: z.string().max(40), severity: z.string().max(20), statement: z.string().max(2_000) }))
    .max(12)
    .catch([]),
  followUps: z.array(z.string().max(200)).max(6).catch([]),
});

/** The typed reply, or where the model wrote plain text instead, that as the answer. */
export function draftOf(text: string): Draft {
  try {
    const parsed = DraftShape.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // plain text is an answer too
  }
  return { answer: text, insights: [], followUps: [] };
}

/** The gate with what this question's tools returned. */
export function gate(desk: Desk, question: string, text: string, expectsFigure = desk.facts.all().length > 0): Verdict {
  return check(text, {
    fact: (id) => desk.facts.get(id),
    names: desk.names,
    periods: desk.periods,
    today: desk.today,
    fiscalStart: desk.fiscalStart,
    question,
    expectsFigure,
  });
}
