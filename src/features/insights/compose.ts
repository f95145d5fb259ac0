import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { dataQuality } from "./data-quality.ts";
import { type Fact, print, type Source } from "./facts.ts";
import { followUps } from "./follow-ups.ts";
import { KINDS } from "./instructions.ts";
import { render } from "./grounding/render.ts";
import { figureOf, type Insight, type Kept, type Severity, type Statement } from "./insight.ts";
import { answerLocally } from "./plan-locally.ts";
import { template } from "./template.ts";
import type { Desk } from "./tools/tool.ts";
import { TOOLS } from "./tools/tools.ts";
import { type Draft, gate, type OnStep, type Turn } from "./turn.ts";

/** Facts for an answer that no model words: those it asked for before it failed, else those that plain words ask for, else a problem. */
export async function withoutModel(desk: Desk, question: string, turn: Turn, onStep: OnStep): Promise<void> {
  if (desk.facts.all().length > 0 || desk.isArchived) return;
  onStep("reading the books without the language model");
  if (await answerLocally(desk, TOOLS, question)) return;
  const fault = turn.fault;
  if (fault === null) return;
  const detail = "The language model did not answer, and this question is not one that can be answered without it.";
  if (fault.kind === "unavailable" || fault.kind === "timeout" || fault.kind === "open" || fault.kind === "throttled")
    throw new Problem("unavailable", { detail, retryAfterSeconds: fault.retryAfterSeconds ?? 30, cause: fault });
  throw new Problem("upstream_refused", { detail, cause: fault });
}

const PARTIAL = "Not all that belongs to this was read: your books hold more of it than one question looks at.";

/** The typed reply: wording that passed the gate, or a template, around the same facts. */
export async function compose(ctx: Ctx<"db">, desk: Desk, question: string, turn: Turn, claimed: { id: string; createdAt: string }): Promise<Kept> {
  const worded = turn.draft ? gate(desk, question, turn.draft.answer) : null;
  const draft = turn.draft && worded?.ok ? turn.draft : null;
  const fallback = template(desk.facts.all(), desk.isArchived ? desk.archivedUntil : null, desk.hasLooked === true);
  const used = worded?.ok ? factsOf(desk, worded.used) : fallback.used;
  const statements = draft ? statementsOf(desk, question, draft, claimed.id) : [];
  const insights =
    statements.length > 0
      ? statements
      : used.slice(0, 5).map((fact): Statement => ({ kind: fact.kind, severity: "info", statement: `${print(fact)}.`, figures: [figureOf(claimed.id, fact)] }));
  const shown = [...new Set([...used.map((fact) => fact.id), ...insights.flatMap((each) => each.figures.map((figure) => figure.id))])];
  const facts = factsOf(desk, shown);
  const period = facts.find((fact) => fact.period !== null)?.period ?? desk.periods[0] ?? null;
  const complete = facts.every((fact) => fact.complete);
  const answer = draft ? render(draft.answer, (id) => desk.facts.get(id), question) : fallback.answer;
  const insight: Insight = {
    id: claimed.id,
    origin: "asked",
    question,
    answer: complete ? answer : `${answer}\n\n${PARTIAL}`,
    grounding: draft ? "verified" : "templated",
    insights,
    figures: facts.map((fact) => figureOf(claimed.id, fact)),
    period,
    basis: facts.find((fact) => fact.basis !== null)?.basis ?? null,
    dataQuality: await dataQuality(ctx, period, complete),
    followUps: draft ? draft.followUps.filter((each) => gate(desk, question, each, false).ok && !each.includes("{{")).slice(0, 4) : followUps(used, question),
    usage: turn.usage,
    model: turn.model,
    cached: false,
    createdAt: claimed.createdAt,
  };
  const sources = Object.fromEntries(facts.flatMap((fact): [string, Source][] => (fact.source ? [[fact.id, fact.source]] : [])));
  return { insight, sources };
}

function factsOf(desk: Desk, ids: readonly string[]): Fact[] {
  return ids.flatMap((id) => desk.facts.get(id) ?? []);
}

/** Statements go through the same gate, each on its own; one that fails is left out. */
function statementsOf(desk: Desk, question: string, draft: Draft, id: string): Statement[] {
  return draft.insights.flatMap((each) => {
    const verdict = gate(desk, question, each.statement, false);
    if (!verdict.ok || verdict.used.length === 0) return [];
    const severity: Severity = each.severity === "warning" || each.severity === "notice" ? each.severity : "info";
    return [
      {
        kind: KINDS.find((kind) => kind === each.kind) ?? "other",
        severity,
        statement: render(each.statement, (fact) => desk.facts.get(fact), question),
        figures: factsOf(desk, verdict.used).map((fact) => figureOf(id, fact)),
      },
    ];
  });
}
