import type { GrokItem, GrokUsage } from "../../integrations/grok/client.ts";
import { GrokFault } from "../../integrations/grok/fault.ts";
import type { Ctx } from "../../runtime.ts";
import { HELD_TICKS, reserve } from "./budget.ts";
import type { Finding } from "./detectors/detector.ts";
import { type Fact, toModel } from "./facts.ts";
import { DRAFT_SCHEMA, INSTRUCTIONS } from "./instructions.ts";
import type { Model } from "./model.ts";
import type { Desk } from "./tools/tool.ts";
import { TOOLS } from "./tools/tools.ts";
import { draftOf, gate } from "./turn.ts";

const DEADLINE_MS = 15_000;
const LEASE_MS = 120_000;

/** A model that words findings, and what of the day's budget is held for it. */
export type Wording = { model: Model; id: string; day: string; spentTicks: number };
export type Worded = { text: string; used: string[]; model: string; usage: GrokUsage; transcript: GrokItem[] };

/** Holds a question's worth of the day's budget for wording; null where there is no model or nothing left of the day. */
export async function openWording(ctx: Ctx<"db">, model: Model): Promise<Wording | null> {
  if (!model.isThere) return null;
  const now = ctx.now();
  const [id, day] = [ctx.id(), now.toISOString().slice(0, 10)];
  const { rows } = await ctx.db.execute(reserve(ctx.actor.userId, day, id, HELD_TICKS, now.toISOString(), new Date(now.getTime() + LEASE_MS).toISOString()));
  return rows.length > 0 ? { model, id, day, spentTicks: 0 } : null;
}

/**
 * Words for a finding, from its facts as one of the tools would have returned them, in a single round without tools. Null
 * where xAI fails, says something that does not pass the gate, or leaves the figure out: the template says it then.
 */
export async function wordFinding(ctx: Ctx<"grok">, desk: Desk, finding: Finding, facts: readonly Fact[], wording: Wording): Promise<Worded | null> {
  if (wording.spentTicks >= HELD_TICKS) return null;
  const call = { type: "function_call", call_id: "call_1", name: finding.tool, arguments: "{}" };
  const transcript: GrokItem[] = [
    { type: "message", role: "user", content: JSON.stringify({ question: finding.question, today: desk.today }) },
    call,
    { type: "function_call_output", call_id: call.call_id, output: JSON.stringify({ untrusted: true, complete: true, facts: facts.map(toModel) }) },
  ];
  try {
    const reply = await ctx.grok.respond({
      instructions: INSTRUCTIONS,
      input: transcript,
      tools: TOOLS,
      toolChoice: "none",
      format: DRAFT_SCHEMA,
      user: wording.model.user,
      apiKey: wording.model.apiKey,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    wording.spentTicks += reply.usage.costTicks;
    const text = reply.incomplete === null ? draftOf(reply.text).answer : "";
    const verdict = gate(desk, finding.question, text);
    if (!verdict.ok || !verdict.used.includes("f1")) return null;
    return { text, used: verdict.used, model: reply.model, usage: reply.usage, transcript: [...transcript, ...reply.items] };
  } catch (error) {
    if (!(error instanceof GrokFault)) throw error;
    ctx.log("info", "insight.without_model", { kind: error.kind, status: error.status });
    return null;
  }
}
