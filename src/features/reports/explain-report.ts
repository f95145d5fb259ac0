import { eq, type SQL, sql } from "drizzle-orm";
import { me, myReports } from "../../../db/schema/views.ts";
import { readCursor, writeCursor } from "../../core/cursor.ts";
import { Problem } from "../../core/errors.ts";
import { compare, format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import type { Period } from "../../core/period.ts";
import { archivedCauses, type FigureRow, causeOf, type Cut, isStale, type Match, withArchive } from "./archived.ts";
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
 * statement: where the books have changed so that it is another, the report is out of date, and that is said (409). Rows of the
 * archive come last, from its files; archiving in between ends the paging, since rows would change sides.
 */
export async function explainReport(ctx: Ctx<"db" | "files">, id: string, asked: Asked): Promise<Explanation> {
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
  const after = asked.cursor === undefined ? undefined : placeOf(await readCursor(key, bound, asked.cursor));
  const source = parameters.type === "category_breakdown" ? categorySource(parameters, line, column) : await ledgerSource(ctx, parameters, line, column);
  const rows = await withArchive(
    ctx,
    source.accountId,
    source.spans,
    async (cut) => (await ctx.db.execute<Found>(page(source, cut, after, asked.limit + 1))).rows,
  );
  const [first] = rows;
  if (!first || compare(first.total, amount) !== 0 || (after && after.archived !== first.archived)) {
    throw new Problem("conflict", { detail: `The books have changed since this report was made of version ${row.dataVersion}. Make it again.` });
  }
  const causes = rows
    .filter((one) => one.transaction_id !== null)
    .map((one) => ({ cause: hotCause(one), place: ["rows", one.day, one.transaction_id ?? "", String(one.line), String(one.term)] }));
  const room = asked.limit + 1 - causes.length;
  if (room > 0 && first.archived > 0) {
    const old = await archivedCauses(ctx, source.match, after?.kind === "archive" ? { id: after.at[0] ?? "", shown: Number(after.at[1]) } : null, room);
    causes.push(...old.map(({ cause, place }) => ({ cause, place: ["archive", place.id, String(place.shown)] })));
  }
  const shown = causes.slice(0, asked.limit);
  const last = shown.at(-1);
  const nextCursor = causes.length > asked.limit && last ? await writeCursor(key, bound, [String(first.archived), ...last.place]) : null;
  return {
    line,
    column,
    amount,
    currency: line.currency,
    count: first.count,
    parameters,
    dataVersion: row.dataVersion ?? 0,
    data: shown.map(({ cause }) => toCause(cause, line.currency)),
    nextCursor,
  };
}

type Found = Omit<FigureRow, "transactionId"> & {
  stale: boolean;
  total: string;
  archived: number;
  count: number;
  transaction_id: string | null;
  term: number;
};

function hotCause(row: Found): FigureRow {
  const { kind, description, counterparty, memo } = row;
  return { transactionId: row.transaction_id ?? "", line: row.line, day: row.day, amount: row.amount, kind, description, counterparty, memo };
}

function toCause({ day, amount, ...rest }: FigureRow, currency: string): Cause {
  return { ...rest, date: day, amount: format(amount, currency) };
}

/** Where a page goes on: behind a row of the tables or of the archive, and how many rows were archived when it was made. */
type After = { archived: number; kind: string; at: readonly string[] };

function placeOf([archived, kind = "", ...at]: readonly string[]): After {
  return { archived: Number(archived), kind, at };
}

/** One statement: the sum and the number of all rows, and the next ones of them that are in the tables. */
function page(source: Source, cut: Cut, after: After | undefined, limit: number): SQL {
  const [day = "", transaction = "", line = "", term = ""] = after?.at ?? [];
  const beyond =
    after?.kind === "rows"
      ? sql`and (day, transaction_id, line, term) > (${day}::date, ${transaction}::uuid, ${line}::bigint, ${term}::int)`
      : after
        ? sql`and false`
        : sql``;
  return sql`with ${source.picked(cut)}, whole as (
      select coalesce(sum(amount), 0)::text as total, (count(*) filter (where archived_rows = 0) + coalesce(sum(archived_rows), 0))::int as count, coalesce(sum(archived_rows), 0)::int as archived from picked
    ), shown as (select * from picked where archived_rows = 0 ${beyond} order by day, transaction_id, line, term limit ${limit})
    select ${isStale(cut, source.accountId)} as stale, w.total, w.count, w.archived, s.transaction_id, s.line::int as line, s.term, s.day::text as day, s.amount::text as amount, t.kind, coalesce(t.own_description, t.description) as description, t.counterparty, coalesce(s.memo, t.memo) as memo
    from ${me} cross join whole w left join shown s on true left join mine.transactions t on t.id = s.transaction_id order by s.day, s.transaction_id, s.line, s.term`;
}

/** What a figure is made of: its rows as a part of a statement, the days that it counts, and how its rows are found in files. */
type Source = { accountId: string | undefined; spans: readonly Period[]; picked: (cut: Cut) => SQL; match: Match };

async function ledgerSource(ctx: Ctx<"db">, parameters: Parameters, line: Line, column: Column): Promise<Source> {
  const company = await companyOf(ctx, parameters.accountId);
  const statements = await statementsOf(ctx, parameters, company);
  const definition = statements.flatMap((one) => [...one.lines, ...one.totals]).find((one) => one.key === line.key);
  const picks = (definition?.picks ?? []).flatMap((pick) =>
    column.terms.flatMap((term, index) => {
      const days = daysOf(pick.range, term, company.fiscalStart);
      return days ? pick.accounts.map((account) => ({ a: account, f: days.from, t: days.to, n: index, w: term.weight * (definition?.sign ?? 1) })) : [];
    }),
  );
  const chosen = sql`jsonb_to_recordset(${JSON.stringify(picks)}::jsonb) as k(a uuid, f date, t date, n int, w int)`;
  return {
    accountId: company.accountId,
    spans: picks.map(({ f, t }) => ({ from: f, to: t })),
    picked: (cut) => sql`${ledgerRows(company.accountId, parameters.basis, cut)}, picked as (
      select l.transaction_id, l.line::bigint as line, l.day, l.amount * k.w as amount, k.n as term, l.memo, l.archived_rows
      from ledger l join ${chosen} on l.ledger_account_id = k.a and l.day between k.f and k.t
    )`,
    match: {
      files: sql`t.account_id = ${company.accountId} and exists (select 1 from ${chosen} where t.ledger_account_id = k.a and t.month between date_trunc('month', k.f) and k.t)`,
      rows: (one) =>
        [...one.postings, ...one.provider].flatMap((p) =>
          picks
            .filter(({ a, f, t }) => a === p.ledger_account_id && f <= p.posting_date && p.posting_date <= t)
            .map(({ w }) => causeOf(one, Number(p.line), p.posting_date, p.home_amount, w, p.memo)),
        ),
    },
  };
}

function categorySource(parameters: Parameters, line: Line, column: Column): Source {
  const { accountId } = parameters;
  const isNet = line.key.startsWith("net:");
  const name = line.key.startsWith("none:") ? null : line.name;
  const only = (category: SQL) => (isNet ? sql`` : name === null ? sql`and ${category} is null` : sql`and ${category} = ${name}`);
  const terms = column.terms.map((term, n) => sql`(${term.from}::date, ${term.to}::date, ${n}::int, ${term.weight}::int)`);
  const spans = sql`(values ${join(terms)}) as k(f, t, n, w)`;
  return {
    accountId,
    spans: column.terms,
    picked: (cut) => sql`picked as (
      select r.transaction_id, r.line::bigint as line, r.day, r.amount * k.w as amount, k.n as term, r.memo, r.archived_rows
      from (${categoryRows(parameters, cut)}) r join ${spans} on r.day between k.f and k.t where r.currency = ${line.currency} ${only(sql`r.category`)}
    )`,
    match: {
      files: sql`t.ledger_account_id is null and t.currency = ${line.currency} ${only(sql`t.category`)} ${accountId === undefined ? sql`` : sql`and t.account_id = ${accountId}`}
        and exists (select 1 from ${spans} where t.month between date_trunc('month', k.f) and k.t)`,
      rows: (one) => {
        const { transaction: t } = one;
        const isOurs =
          t.moved_cash && t.currency === line.currency && (isNet || (t.own_category ?? t.category) === name) && (accountId ?? t.account_id) === t.account_id;
        if (!isOurs) return [];
        const held = column.terms.filter(({ from, to }) => from <= t.transaction_date && t.transaction_date <= to);
        return held.map(({ weight }) => causeOf(one, 0, t.transaction_date, t.amount, weight, null));
      },
    },
  };
}
