import type { Fact } from "../features/operations/service-facts.ts";

/** What each fact means, and what its label is called. A fact without an entry here is not shown. */
const FAMILIES: Record<string, { help: string; label?: string }> = {
  build_info: { help: "Which build answers", label: "release" },
  dependency_up: { help: "Whether the dependency answered within its time-out", label: "dependency" },
  jobs_due: { help: "Job rows that are due and not done", label: "kind" },
  jobs_oldest_due_seconds: { help: "Since when the oldest of them is due", label: "kind" },
  connections: { help: "QuickBooks connections", label: "status" },
  sync_oldest_due_seconds: { help: "Since when the most overdue sync has been due" },
  sync_oldest_copy_seconds: { help: "Age of the oldest copy of a connected company" },
  sync_runs_open: { help: "Sync runs that have not ended" },
  reconciliations: { help: "Companies by the result of their last reconciliation", label: "result" },
  refresh_tokens_ending_7d: { help: "Connections whose refresh token ends within seven days" },
  revocations_open: { help: "Revocations that the provider has not confirmed" },
  dead_letters: { help: "Messages that no retry could help and nobody has settled" },
  dead_letters_oldest_seconds: { help: "Age of the oldest of them" },
  model_cost_today_usd: { help: "What the model's answers cost today, in US dollars" },
  model_cost_highest_user_today_usd: { help: "The highest of that for one user" },
  database_connections: { help: "Connections to the database" },
  database_connections_most: { help: "How many it allows" },
  database_size_bytes: { help: "Size of the database" },
  database_transaction_age: { help: "Transactions since the oldest unfrozen row" },
  table_dead_rows: { help: "Rows that vacuum has yet to remove", label: "table" },
  table_live_rows: { help: "Rows, by the planner's estimate", label: "table" },
  table_vacuum_age_seconds: { help: "Since the table was last vacuumed", label: "table" },
};

/** The type that a scraper asks for. */
export const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** The facts as OpenMetrics text: each family once, with its type and meaning, and the end marked. */
export function metricsText(facts: readonly Fact[]): string {
  const lines = Object.entries(FAMILIES).flatMap(([name, { help, label }]) => {
    const of = facts.filter((fact) => fact.name === name);
    if (of.length === 0) return [];
    const samples = of.map((fact) => `finhelm_${name}${label ? `{${label}="${escape(fact.label)}"}` : ""} ${fact.value}`);
    return [`# TYPE finhelm_${name} gauge`, `# HELP finhelm_${name} ${help}`, ...samples];
  });
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

const escape = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
