import type { Tool } from "../request.ts";
import type { Intent } from "./intent.ts";
import type { Kind } from "./vocabulary.ts";
import type { Knowledge } from "./wishes.ts";

/** Names under which a tool for each kind of question may stand, the best first. */
const NAMES: Readonly<Record<Kind, readonly string[]>> = {
  freshness: ["data_freshness", "freshness", "sync_status"],
  duplicates: ["find_duplicates", "duplicates"],
  outliers: ["find_outliers", "outliers", "anomalies"],
  recurring: ["recurring_payments", "find_recurring", "recurring", "subscriptions"],
  runway: ["runway", "cash_runway"],
  forecast: ["forecast_cash", "cash_forecast", "forecast"],
  aging: ["aging", "ageing"],
  profit: ["profit_and_loss", "pnl", "income_statement"],
  balance: ["balance_at", "balances", "balance_sheet"],
  cashflow: ["cash_flow", "cashflow"],
  compare: ["compare_periods", "compare"],
  top: ["top_n", "top"],
  largest: ["list_transactions", "top_n"],
  list: ["list_transactions", "search_transactions"],
  entities: ["list_entities", "search_entities"],
  sum: ["sum_transactions", "sum", "total_transactions"],
};

/** Second best tools, where another can say nearly the same. */
const INSTEAD: Partial<Record<Kind, Kind>> = {
  top: "sum",
  runway: "cashflow",
  forecast: "cashflow",
  profit: "sum",
  cashflow: "sum",
  compare: "sum",
  outliers: "largest",
};

type Asking = { readonly intent: Intent; readonly known: Knowledge };
export type Chosen = { readonly tool: Tool; readonly asks: (known: Knowledge) => Asking[] };

export function toolFor(intent: Intent, tools: readonly Tool[]): Chosen | null {
  if (intent.kind === "largest") {
    const ranked = named(NAMES.top, tools);
    const rows = named(["list_transactions"], tools);
    const tool =
      ranked && /transaction/.test(JSON.stringify(ranked.parameters))
        ? ranked
        : rows && /amount/.test(JSON.stringify(rows.parameters))
          ? rows
          : (rows ?? ranked);
    return tool ? { tool, asks: one(intent) } : null;
  }
  if (intent.kind === "entities") {
    const accounts = intent.dimensions.includes("account") ? named(["list_accounts"], tools) : null;
    const tool = accounts ?? named(NAMES.entities, tools);
    return tool ? { tool, asks: one(intent) } : null;
  }
  const tool = named(NAMES[intent.kind], tools);
  if (tool) return { tool, asks: one(intent) };
  const instead = INSTEAD[intent.kind];
  if (instead === undefined) return null;
  const other = { ...intent, kind: instead };
  const second = named(NAMES[instead], tools);
  if (!second) return null;
  if (intent.kind !== "compare") return { tool: second, asks: one(other) };
  // without a tool that compares, each period is asked for on its own
  return { tool: second, asks: (known) => known.periods.map((period) => ({ intent: other, known: { ...known, periods: [period] } })) };
}

/** One call, unless the question names several periods, or several of a kind: each then gets a figure of its own. */
function one(intent: Intent): Chosen["asks"] {
  if (intent.kind === "compare") return (known) => [{ intent, known }];
  return (known) => {
    const periods = known.periods.length > 1 ? known.periods.map((period) => [period]) : [known.periods];
    const kinds = new Set(known.entities.map((entity) => entity.kind));
    const apart = intent.kind === "sum" && kinds.size === 1 && known.entities.length > 1;
    const entities = apart ? known.entities.map((entity) => [entity]) : [known.entities];
    return periods.flatMap((some) => entities.map((few) => ({ intent, known: { ...known, periods: some, entities: few } })));
  };
}

function named(names: readonly string[], tools: readonly Tool[]): Tool | null {
  for (const name of names) {
    const exact = tools.find((tool) => tool.name === name) ?? tools.find((tool) => tool.name.includes(name));
    if (exact) return exact;
  }
  return null;
}
