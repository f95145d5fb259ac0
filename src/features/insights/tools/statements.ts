import { sql } from "drizzle-orm";
import { z } from "zod";
import { readWhole } from "../../../../db/client.ts";
import { add, negate, toUnits } from "../../../core/money.ts";
import { EPOCH } from "../../../core/period.ts";
import type { Fact } from "../facts.ts";
import { ALL_FROM, CITED, CITED_IDS, COUNTED, COUNTS, HOME, type LedgerFilter, sumLedger, trimmed } from "./ledger.ts";
import { percentOf } from "./sums.ts";
import { type Desk, inWords, NO_PERIOD, periodOf, state, tool, When } from "./tool.ts";

export const profitAndLoss = tool(
  "profit_and_loss",
  "Income, cost of sales, expenses and net income of a period, accrual.",
  z.strictObject({ period: When.default("year to date"), basis: z.enum(["accrual"]).default("accrual") }),
  async (desk, args) => {
    const period = periodOf(desk, args.period);
    if (!period) return { error: NO_PERIOD, step: "reading a period" };
    const { groups } = await sumLedger(desk.ctx, { flow: "net", ...period }, ["type"]);
    const currencies = [...new Set(groups.map((group) => group.currency))].sort();
    const facts = currencies.flatMap((currency) => {
      const of = (...types: string[]) => groups.filter((group) => group.currency === currency && types.includes(group.keys[0] ?? ""));
      const sum = (found: typeof groups) => add("0", ...found.map((group) => group.total));
      const [income, cost, other] = [of("Income", "Other Income"), of("Cost of Goods Sold"), of("Expense", "Other Expense")];
      const net = sum([...income, ...cost, ...other]);
      const line = (subject: string, flow: "income" | "expense" | "net", value: string, from: typeof groups, types?: string[]) =>
        state(desk, {
          kind: "total",
          flow,
          subject,
          period,
          value,
          currency,
          basis: "accrual",
          citations: [...new Set(from.flatMap((group) => group.ids))].slice(0, 10),
          source: { of: "ledger", filter: { flow, ...period, currency, ...(types ? { types } : {}) } },
        });
      const lines = [
        line("net income", "net", net, [...income, ...cost, ...other]),
        line("total income", "income", sum(income), income),
        line("total expenses, cost of sales included", "expense", negate(sum([...cost, ...other])), [...cost, ...other]),
      ];
      if (cost.length > 0)
        lines.push(
          line("cost of sales", "expense", negate(sum(cost)), cost, ["Cost of Goods Sold"]),
          line("gross profit", "net", sum([...of("Income"), ...cost]), [...of("Income"), ...cost], ["Income", "Cost of Goods Sold"]),
        );
      const margin = toUnits(sum(income)) > 0n ? percentOf(net, sum(income)) : null;
      if (margin !== null)
        lines.push(
          state(desk, {
            kind: "percent",
            flow: "net",
            subject: "net margin",
            period,
            value: margin,
            basis: "accrual",
            source: { of: "ledger", filter: { flow: "net", ...period, currency } },
          }),
        );
      return lines;
    });
    return { facts, step: `drawing up profit and loss for ${inWords(period)}` };
  },
);

/** Classes whose balance is shown as a credit. */
const CREDIT = ["Liability", "Equity"];

export const balanceAt = tool(
  "balance_at",
  "Balances at the end of a day: of one account by id, of all bank accounts (cash), or of assets, liabilities and equity.",
  z.strictObject({ date: z.iso.date().optional(), accountId: z.string().max(40).optional(), of: z.enum(["cash", "everything"]).default("cash") }),
  async (desk, args) => {
    const day = args.date ?? desk.today;
    const account = args.accountId === undefined ? null : desk.entities.get(args.accountId);
    if (args.accountId !== undefined && account?.kind !== "account")
      return { error: "There is no such account in this question. Use search_entities first.", step: "looking for an account" };
    periodOf(desk, { from: day, to: day });
    const facts = account ? await accountBalance(desk, account.name, day) : args.of === "everything" ? await classBalances(desk, day) : await cashAt(desk, day);
    return { facts, step: `reading balances at ${inWords({ from: day, to: day })}` };
  },
);

/** So many ids of lists of them, each once. */
const cited = (lists: readonly string[]) => [...new Set(lists.flatMap((ids) => ids.split(",")))].filter((id) => id !== "").slice(0, CITED);

async function accountBalance(desk: Desk, name: string, day: string): Promise<Fact[]> {
  const rows = await readWhole<{ cur: string; total: string; credit: boolean; n: string | null; ids: string }>(
    desk.ctx.db,
    sql`
    select ${HOME} as cur, sum(p.home_amount) as total, bool_or(l.classification in ('Liability', 'Equity')) as credit, ${COUNTED} as n,
      ${CITED_IDS} as ids
    from ${ALL_FROM} where ${COUNTS} and p.posting_date <= ${day}::date and (l.full_name = ${name} or starts_with(l.full_name, ${`${name}:`})) group by 1 order by 1`,
  );
  return rows.map((row) =>
    balance(
      desk,
      `balance of ${name}${row.credit ? " (owed)" : ""}`,
      [name],
      day,
      row.credit ? negate(row.total) : row.total,
      row.cur,
      cited([row.ids]),
      row.n === null ? null : Number(row.n),
      { flow: row.credit ? "credit" : "debit", under: name },
    ),
  );
}

/** Cash: all bank accounts together first, then each. Cards are owed and not counted. */
export async function cashAt(desk: Desk, day: string): Promise<Fact[]> {
  const rows = await readWhole<{ name: string; cur: string; total: string; n: string | null; ids: string }>(
    desk.ctx.db,
    sql`
    select l.full_name as name, ${HOME} as cur, sum(p.home_amount) as total, ${COUNTED} as n,
      ${CITED_IDS} as ids
    from ${ALL_FROM} where ${COUNTS} and p.posting_date <= ${day}::date and l.account_type = 'Bank' group by 1, 2 order by sum(p.home_amount) desc, 1`,
  );
  const currencies = [...new Set(rows.map((row) => row.cur))].sort();
  const totals = currencies.map((currency) => {
    const of = rows.filter((row) => row.cur === currency);
    return balance(desk, "cash in all bank accounts", [], day, add("0", ...of.map((row) => row.total)), currency, cited(of.map((row) => row.ids)), null, {
      flow: "debit",
      types: ["Bank"],
    });
  });
  const each = rows.slice(0, 10).map((row) =>
    balance(desk, `balance of ${row.name}`, [row.name], day, row.total, row.cur, cited([row.ids]), row.n === null ? null : Number(row.n), {
      flow: "debit",
      types: ["Bank"],
      ledger: row.name,
    }),
  );
  return rows.length === currencies.length ? totals : [...totals, ...each];
}

async function classBalances(desk: Desk, day: string): Promise<Fact[]> {
  const rows = await readWhole<{ class: string; cur: string; total: string; n: string }>(
    desk.ctx.db,
    sql`
    select case when l.classification in ('Revenue', 'Expense') then 'Equity' else l.classification end as class, ${HOME} as cur, sum(p.home_amount) as total, ${COUNTED} as n
    from ${ALL_FROM} where ${COUNTS} and p.posting_date <= ${day}::date group by 1, 2 order by 2, 1`,
  );
  const words: Readonly<Record<string, string>> = { Asset: "total assets", Liability: "total liabilities", Equity: "total equity, profit so far included" };
  return rows.map((row) => {
    const credit = CREDIT.includes(row.class);
    const classes = row.class === "Equity" ? ["Equity", "Revenue", "Expense"] : [row.class];
    return balance(desk, words[row.class] ?? row.class, [], day, credit ? negate(row.total) : row.total, row.cur, [], row.n === null ? null : Number(row.n), {
      flow: credit ? "credit" : "debit",
      classes,
    });
  });
}

type Which = Pick<LedgerFilter, "under" | "ledger" | "types" | "classes"> & { flow: "debit" | "credit" };

function balance(
  desk: Desk,
  subject: string,
  names: string[],
  day: string,
  value: string,
  currency: string,
  citations: string[],
  rows: number | null,
  which: Which,
): Fact {
  return state(desk, {
    kind: "balance",
    subject,
    names,
    period: { from: day, to: day },
    value: trimmed(value, currency),
    currency,
    citations: citations.filter(Boolean),
    rows,
    source: { of: "ledger", filter: { ...which, from: EPOCH, to: day, currency } },
  });
}
