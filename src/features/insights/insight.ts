import { printable } from "./clean.ts";
import type { Period } from "../../core/period.ts";
import type { Fact, Source } from "./facts.ts";

/** A figure of an answer: what the database gave, of what, and where its rows are. */
export type Figure = {
  id: string;
  kind: string;
  subject: string;
  period: Period | null;
  value: string;
  currency: string | null;
  basis: "accrual" | "cash" | null;
  rows: number | null;
  complete: boolean;
  citations: string[];
  /** A path of this API that shows the rows which make the figure, or those that it was worked out from. */
  explain: string | null;
};

export type Severity = "info" | "notice" | "warning";
export type Statement = { kind: string; severity: Severity; statement: string; figures: Figure[] };

export type DataQuality = {
  /** The oldest last sync of all connections; null where nothing is connected. */
  asOf: string | null;
  newestTransaction: string | null;
  /** Percent of the period's spending that no category explains; null where nothing was spent. */
  uncategorisedShare: string | null;
  openDrift: { account: string; name: string; difference: string; currency: string }[];
  staleConnections: { name: string; status: string; lastSyncedAt: string | null }[];
  /** Whether every figure is of all its rows. */
  complete: boolean;
};

export type Usage = { inputTokens: number; outputTokens: number; costTicks: number };

export type Insight = {
  id: string;
  /** `asked` by somebody, or `detected` after a sync. */
  origin: "asked" | "detected";
  question: string | null;
  /** Markdown without links, images or HTML. */
  answer: string;
  /** Whether the wording passed the gate, or is a template around the same facts. */
  grounding: "verified" | "templated";
  insights: Statement[];
  figures: Figure[];
  period: Period | null;
  basis: "accrual" | "cash" | null;
  dataQuality: DataQuality;
  followUps: string[];
  usage: Usage;
  model: string | null;
  cached: boolean;
  createdAt: string;
};

/** What is sealed beside an answer: how each figure is opened into its rows. */
export type Kept = { insight: Insight; sources: Record<string, Source> };

export function figureOf(insightId: string, fact: Fact): Figure {
  const { id, kind, subject, period, value, currency, basis, rows, complete, citations } = fact;
  return { id, kind, subject: printable(subject), period, value, currency, basis, rows, complete, citations, explain: explainOf(insightId, fact) };
}

function explainOf(insightId: string, fact: Fact): string | null {
  if (fact.source?.of === "transactions") return `/transactions?${fact.source.query}`;
  if (fact.source) return `/ai/insights/${insightId}/explain?figure=${fact.id}`;
  return fact.rows === 1 && fact.citations[0] !== undefined ? `/transactions/${fact.citations[0]}` : null;
}
