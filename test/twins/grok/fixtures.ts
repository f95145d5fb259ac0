import type { Person, Body } from "./world.ts";

const date = { type: "string", format: "date" };
const period = { type: "object", properties: { from: date, to: date }, required: ["from", "to"], additionalProperties: false };
const nullable = (schema: object) => ({ anyOf: [schema, { type: "null" }] });
const filter = {
  type: "object",
  properties: {
    from: nullable(date),
    to: nullable(date),
    direction: nullable({ type: "string", enum: ["expense", "income"] }),
    categoryId: nullable({ type: "string" }),
    counterpartyId: nullable({ type: "string" }),
    accountId: nullable({ type: "string" }),
    currency: nullable({ type: "string" }),
    minAmount: nullable({ type: "string" }),
  },
  required: ["from", "to", "direction"],
};

function tool(name: string, properties: object, required: string[] = []): Body {
  return { type: "function", name, description: name, parameters: { type: "object", properties, required, additionalProperties: false } };
}

/** Tools in the manner that the agent is likely to offer them. */
export const TOOLS: Body[] = [
  tool("resolve_period", { text: { type: "string" } }, ["text"]),
  tool("search_entities", { kind: { type: "string", enum: ["vendor", "customer", "category", "account"] }, query: { type: "string" } }, ["kind", "query"]),
  tool("list_entities", { kind: { type: "string", enum: ["vendor", "customer", "category", "account"] } }, ["kind"]),
  tool(
    "list_transactions",
    { filter, sort: { type: "string", enum: ["date_desc", "amount_desc", "amount_asc"] }, limit: { type: "integer", minimum: 1, maximum: 50 } },
    ["filter"],
  ),
  tool(
    "sum_transactions",
    {
      filter,
      groupBy: { type: "array", items: { type: "string", enum: ["category", "counterparty", "account", "month", "quarter", "year"] }, maxItems: 2 },
      measure: { type: "string", enum: ["sum", "count", "average"] },
    },
    ["filter", "measure"],
  ),
  tool(
    "compare_periods",
    {
      current: period,
      previous: period,
      direction: { type: "string", enum: ["expense", "income"] },
      categoryId: { type: "string" },
      drivers: { type: "string", enum: ["category", "counterparty"] },
    },
    ["current", "previous"],
  ),
  tool(
    "top_n",
    {
      dimension: { type: "string", enum: ["category", "counterparty", "account", "month"] },
      measure: { type: "string", enum: ["expense", "income"] },
      n: { type: "integer", minimum: 1, maximum: 20 },
      from: date,
      to: date,
    },
    ["dimension", "measure", "n"],
  ),
  tool("profit_and_loss", { period, basis: { type: "string", enum: ["cash", "accrual"] } }, ["period"]),
  tool("balance_at", { date, accountId: { type: "string" } }, ["date"]),
  tool("cash_flow", { period, groupBy: { type: "string", enum: ["month", "quarter"] } }, ["period"]),
  tool("runway", {}),
  tool("aging", { side: { type: "string", enum: ["receivable", "payable"] }, asOf: date, entityId: { type: "string" } }, ["side"]),
  tool("find_duplicates", { from: date, to: date }),
  tool("find_outliers", { from: date, to: date }),
  tool("recurring_payments", {}),
  tool("forecast_cash", { days: { type: "integer", minimum: 1, maximum: 365 } }, ["days"]),
  tool("data_freshness", {}),
];

const ENTITIES = [
  ["v1", "vendor", "Hicks Hardware"],
  ["v2", "vendor", "7-Eleven"],
  ["v3", "vendor", "3M"],
  ["v4", "vendor", "Norton Lumber and Building Materials"],
  ["v5", "vendor", "Vendor 0675"],
  ["u1", "customer", "Amy's Bird Sanctuary"],
  ["u2", "customer", "Cool Cars"],
  ["u3", "customer", "Freeman Sporting Goods"],
  ["k1", "category", "Office Supplies"],
  ["k2", "category", "Advertising"],
  ["k3", "category", "Meals and Entertainment"],
  ["k4", "category", "Dining"],
  ["k5", "category", "Travel"],
  ["k6", "category", "Bank Charges"],
  ["a1", "account", "Checking"],
  ["a2", "account", "Mastercard"],
] as const;
const PERIODS: Record<string, { from: string; to: string }> = {
  "last month": { from: "2019-09-01", to: "2019-09-30" },
  "this month": { from: "2019-10-01", to: "2019-10-31" },
};

export type Made = { name: string; args: Record<string, unknown> };

/** The agent's loop at its smallest: runs what is asked for and comes back, until there is text. */
export async function ask(person: Person, question: string, extra: Body = {}): Promise<{ calls: Made[]; text: string; rounds: number }> {
  const input: Body[] = [{ role: "user", content: question }];
  const calls: Made[] = [];
  let nextFact = 1;
  for (let round = 1; round <= 8; round++) {
    const reply = await person.respond({
      input,
      instructions: "Today is 2019-10-15.",
      store: false,
      include: ["reasoning.encrypted_content"],
      tools: TOOLS,
      ...extra,
    });
    if (reply.status !== 200) throw new Error(await reply.text());
    const { output } = (await reply.json()) as { output: Body[] };
    input.push(...output);
    const asked = output.filter((item) => item["type"] === "function_call");
    if (asked.length === 0) {
      const message = output.find((item) => item["type"] === "message");
      const content = (message?.["content"] ?? []) as { text?: string }[];
      return { calls, rounds: round, text: content[0]?.text ?? "" };
    }
    for (const call of asked) {
      const made = { name: String(call["name"]), args: JSON.parse(String(call["arguments"])) as Record<string, unknown> };
      calls.push(made);
      const result = run(made, () => `f${nextFact++}`);
      input.push({ type: "function_call_output", call_id: call["call_id"], output: JSON.stringify(result) });
    }
  }
  throw new Error("no answer within the rounds");
}

function run({ name, args }: Made, id: () => string): unknown {
  if (name === "resolve_period") {
    const text = String(args["text"]);
    const year = /^\d{4}$/.exec(text)?.[0];
    const known = PERIODS[text] ?? (year ? { from: `${year}-01-01`, to: `${year}-12-31` } : null);
    return known ? { period: { ...known, label: text } } : {};
  }
  if (name === "search_entities") {
    const word = String(args["query"]).toLowerCase();
    const found = ENTITIES.filter(([, kind, label]) => kind === args["kind"] && label.toLowerCase().includes(word));
    return { entities: found.map(([entityId, kind, label]) => ({ id: entityId, kind, name: label, untrusted: true })) };
  }
  const count = name === "top_n" ? Number(args["n"]) : name === "sum_transactions" && Array.isArray(args["groupBy"]) ? 4 : 1;
  const kind = args["measure"] === "count" ? "count" : args["measure"] === "average" ? "average" : "amount";
  const facts = Array.from({ length: count }, (_, index) => ({
    id: id(),
    kind,
    label: name,
    subject: `subject ${index}`,
    value: "12.34",
    currency: "USD",
    citations: [`t${index}`],
  }));
  return { facts, complete: true };
}
