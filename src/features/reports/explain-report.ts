import { eq, type SQL, sql } from "drizzle-orm";
import { me, myReports } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import { Problem } from "../../core/errors.ts";
import { compare, format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { categoryRows } from "./category-figures.ts";
import { daysOf, explainable } from "./columns.ts";
import { companyOf, join, statementsOf } from "./ledger-figures.ts";
import { ledgerRows } from "./ledger-rows.ts";
import type { Column, Figures, Line, Parameters } from "./report.ts";

export type Cause = {
  transactionId: string;
  line: number;
  date: string;
  amount: string;
  kind: string;
  description: string | null;
  counterparty: string | null;
  memo: string | null;
};
export type Explanation = {
  line: Line;
  column: Column;
  amount: string;
  currency: string;
  count: number;
  parameters: Parameters;
  dataVersion: number;
  data: Cause[];
  nextCursor: string | null;
};

type Asked = { line: string; column: number; cursor?: string | undefined; limit: number };

/**
 * The rows behind one figure, paged, whose sum over all pages is the figure exactly. The sum is taken again in the same
 * statement: where the books have changed so that it is another, the report is out of date, and that is said (409).
 */
export async function explainReport(ctx: Ctx<"db">, id: string, asked: Asked): Promise<Explanation> {
  const [row] = await ctx.db.select().from(myReports).where(eq(myReports.id, id));
  if (!row) throw new Problem("not_found");
  const parameters = row.parameters as Parameters;
  const figures = row.figures as Figures | null;
  if (row.status !== "ready" || !figures || !explainable(parameters.type)) throw new Problem("conflict", { detail: "This report has no figures to explain." });
  const line = [...figures.lines, ...figures.totals].find((one) => one.key === asked.line);
  const column = figures.columns[asked.column];
  const amount = line?.amounts[asked.column];
  if (!line || !column || amount === undefined) throw new Problem("not_found", { detail: "The report has no such figure." });
  const key = ctx.config.LINK_SIGNING_KEY;
  const bound = { list: "explain", user: ctx.actor.userId, id, line: asked.line, column: asked.column };
  const after = asked.cursor === undefined ? undefined : await readCursor(key, bound, asked.cursor);
  const source = parameters.type === "category_breakdown" ? categorySource(parameters, line, column) : await ledgerSource(ctx, parameters, line, column);
  const { rows } = await ctx.db.execute<Found>(page(source, after, asked.limit + 1));
  const [first] = rows;
  if (!first || compare(first.total, amount) !== 0) {
    throw new Problem("conflict", { detail: `The books have changed since this report was made of version ${row.dataVersion}. Make it again.` });
  }
  const causes = rows.filter((one) => one.transaction_id !== null);
  const shown = causes.slice(0, asked.limit);
  const last = shown.at(-1);
  const nextCursor =
    causes.length > asked.limit && last ? await writeCursor(key, bound, [last.day, last.transaction_id ?? "", String(last.line), String(last.term)]) : null;
  return {
    line,
    column,
    amount,
    currency: line.currency,
    count: first.count,
    parameters,
    dataVersion: row.dataVersion ?? 0,
    data: shown.map((one) => toCause(one, line.currency)),
    nextCursor,
  };
}

type Found = {
  total: string;
  count: number;
  transaction_id: string | null;
  line: number;
  term: number;
  day: string;
  amount: string;
  kind: string;
  description: string | null;
  counterparty: string | null;
  memo: string | null;
};

function toCause(row: Found, currency: string): Cause {
  const { kind, description, counterparty, memo } = row;
  return {
    transactionId: row.transaction_id ?? "",
    line: row.line,
    date: row.day,
    amount: format(row.amount, currency),
    kind,
    description,
    counterparty,
    memo,
  };
}

/** One statement: the sum and the number of all rows, and the next ones of them. */
function page(source: SQL, after: readonly string[] | undefined, limit: number): SQL {
  const [day = "", transaction = "", line = "", term = ""] = after ?? [];
  const beyond = after ? sql`where (day, transaction_id, line, term) > (${day}::date, ${transaction}::uuid, ${line}::bigint, ${term}::int)` : sql``;
  return sql`with ${source}, whole as (select coalesce(sum(amount), 0)::text as total, count(*)::int as count from picked),
    shown as (select * from picked ${beyond} order by day, transaction_id, line, term limit ${limit})
    select w.total, w.count, s.transaction_id, s.line::int as line, s.term, s.day::text as day, s.amount::text as amount, t.kind, coalesce(t.own_description, t.description) as description, t.counterparty, coalesce(s.memo, t.memo) as memo
    from ${me} cross join whole w left join shown s on true left join mine.transactions t on t.id = s.transaction_id order by s.day, s.transaction_id, s.line, s.term`;
}

async function ledgerSource(ctx: Ctx<"db">, parameters: Parameters, line: Line, column: Column): Promise<SQL> {
  const company = await companyOf(ctx, parameters.accountId);
  const statements = await statementsOf(ctx, parameters, company);
  const definition = statements.flatMap((one) => [...one.lines, ...one.totals]).find((one) => one.key === line.key);
  const picks = definition?.picks.flatMap((pick) =>
    column.terms.flatMap((term, index) => {
      const days = daysOf(pick.range, term, company.fiscalStart);
      return days ? pick.accounts.map((account) => ({ a: account, f: days.from, t: days.to, n: index, w: term.weight * definition.sign })) : [];
    }),
  );
  return sql`${ledgerRows(company.accountId, parameters.basis)}, picked as (
    select l.transaction_id, l.line::bigint as line, l.day, l.amount * k.w as amount, k.n as term, l.memo
    from ledger l join jsonb_to_recordset(${JSON.stringify(picks ?? [])}::jsonb) as k(a uuid, f date, t date, n int, w int) on l.ledger_account_id = k.a and l.day between k.f and k.t
  )`;
}

function categorySource(parameters: Parameters, line: Line, column: Column): SQL {
  const only = line.key.startsWith("net:") ? sql`` : line.key.startsWith("none:") ? sql`and r.category is null` : sql`and r.category = ${line.name}`;
  const terms = column.terms.map((term, n) => sql`(${term.from}::date, ${term.to}::date, ${n}::int, ${term.weight}::int)`);
  return sql`picked as (
    select r.transaction_id, r.line::bigint as line, r.day, r.amount * k.w as amount, k.n as term, r.memo
    from (${categoryRows(parameters)}) r join (values ${join(terms)}) as k(f, t, n, w) on r.day between k.f and k.t
    where r.currency = ${line.currency} ${only}
  )`;
}
