import type { Fact } from "./facts.ts";
import type { Intent } from "./intent.ts";
import type { Kind } from "./vocabulary.ts";

export const NOTHING = "I found nothing in your books that answers this.";
export const UNKNOWN_NAME = "I found no vendor, customer, category or account of that name in your books, so I give no figure.";
export const CANNOT =
  "I cannot answer that from your books. I can answer questions about spending and income by category, vendor, customer, account or month, " +
  "comparisons of periods, the largest items, profit and loss, balances, cash flow and runway, unpaid invoices and bills, duplicates, " +
  "unusual and recurring payments, a forecast of cash, and how fresh the data is.";

const LEAD: Readonly<Record<Kind, readonly [alone: string, several: string]>> = {
  freshness: ["This is how fresh the data is", "This is how fresh the data is"],
  duplicates: ["This is what looks entered more than once", "These look like payments entered more than once"],
  outliers: ["This stands out from the usual pattern", "These stand out from the usual pattern"],
  recurring: ["This payment recurs", "These payments recur"],
  runway: ["At the recent pace, this is the runway", "At the recent pace, this is the runway and what it rests on"],
  forecast: ["This is the forecast of cash", "This is the forecast of cash"],
  aging: ["This is open", "This is open"],
  profit: ["This is the result", "This is the profit and loss"],
  balance: ["This is the balance", "These are the balances"],
  cashflow: ["This is the cash flow", "This is the cash flow"],
  compare: ["This is the change", "This is the comparison, with what drove the change"],
  top: ["At the top of the list", "These lead the list"],
  largest: ["This is the one", "These are the ones, in order"],
  list: ["I found this", "I found these"],
  entities: ["Your books hold this", "Your books hold these"],
  sum: ["From your books", "From your books, item by item"],
};

const SUBJECT: Readonly<Record<string, string>> = { expense: "your spending", income: "your income", net: "your net result" };

/** Prose without a numeral: figures, names and periods all come with the facts when the placeholders are printed. */
export function word(intent: Intent, facts: readonly Fact[], how: { partial: boolean; plain: boolean; both: boolean }): string {
  const marks = facts.map((fact) => `{{${fact.id}}}`);
  const caveat = how.partial ? "\n\nNot every row could be read, so this is partial." : "";
  if (how.plain) return marks.length === 1 ? `From your books: ${marks.join("")}.` : marks.map((mark) => `- ${mark}`).join("\n");
  const [alone, several] = leadOf(intent, how.both);
  return (marks.length === 1 ? `${alone}: ${marks.join("")}.` : `${several}:\n\n${marks.map((mark) => `- ${mark}`).join("\n")}`) + caveat;
}

function leadOf(intent: Intent, both: boolean): readonly [string, string] {
  if (intent.kind === "aging") {
    const lead = intent.side === "receivable" ? "This is what customers owe you" : "This is what you owe";
    return [lead, lead];
  }
  if (intent.kind !== "sum" || both) return LEAD[intent.kind];
  const subject = SUBJECT[intent.direction ?? ""] ?? "the total";
  if (intent.measure === "count") return ["The count", "The counts, item by item"];
  if (intent.measure === "average") return ["The average", "The averages, item by item"];
  if (intent.measure === "share") return ["The share", "The shares, item by item"];
  return [`This is ${subject}`, `This is ${subject}, item by item`];
}

const OWED = "Which customers owe us money?";
const CHANGED = "How did our spending change last month?";

/** Each is understood on its own: the next question knows nothing of this one. */
const NEXT: Readonly<Record<Kind, readonly string[]>> = {
  sum: [CHANGED, "What did we spend most on this year?"],
  top: [CHANGED, "Which payments recur every month?"],
  largest: ["Are there unusual transactions?", CHANGED],
  list: ["Are there unusual transactions?", "How much did we spend last month?"],
  entities: ["Who are our top vendors this year?", OWED],
  compare: ["Which vendors drove the change in spending last month?", "Are there unusual transactions?"],
  profit: ["What were our largest expenses this year?", "What is our runway?"],
  cashflow: ["What is our runway?", "What is the forecast of cash?"],
  runway: [OWED, "Which payments recur every month?"],
  forecast: [OWED, "Which payments recur every month?"],
  balance: ["What is the forecast of cash?", OWED],
  aging: ["Which invoices are overdue?", "What is the forecast of cash?"],
  duplicates: ["Are there unusual transactions?", CHANGED],
  outliers: ["Did we pay anything twice?", CHANGED],
  recurring: ["Are there unusual transactions?", "What is our runway?"],
  freshness: ["How much did we spend last month?", OWED],
};

export function followUps(intent: Intent | null): string[] {
  return intent ? [...NEXT[intent.kind]] : ["How much did we spend last month?", OWED];
}
