import { type SQL, sql } from "drizzle-orm";
import { me, myArchiveTotals, myTransactions as t } from "../../../db/schema/views.ts";
import { format, fromUnits, toUnits } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { ARCHIVE_NOTE, type Cut, cutDays, inMonths, isStale, withArchive } from "./archived.ts";
import { columnsOf } from "./columns.ts";
import { join, type Made } from "./ledger-figures.ts";
import type { Column, Line, Parameters } from "./report.ts";

/** What moved cash, by category as people see it, per currency: in positive, out negative. Parts count in their own. */
export async function categoryFigures(ctx: Ctx<"db" | "files">, parameters: Parameters): Promise<Made> {
  const columns = columnsOf(parameters);
  const sums = columns.map((column, index) => sql`coalesce(sum(amount * (${weightOf(column)})), 0)::text as ${sql.identifier(`s${index}`)}`);
  const terms = columns.flatMap((column) => column.terms);
  const [from, to] = [
    terms.map((term) => term.from).sort()[0] ?? "",
    terms
      .map((term) => term.to)
      .sort()
      .at(-1) ?? "",
  ];
  const rows = await withArchive(
    ctx,
    parameters.accountId,
    terms,
    async (cut) =>
      (
        await ctx.db.execute<Record<string, string> & { stale: boolean }>(sql`
    with parts as (${categoryRows(parameters, cut)}),
      sums as (select category, currency, sum(archived_rows) filter (where day between ${from}::date and ${to}::date)::text as archived, ${join(sums)} from parts group by category, currency)
    select ${me.dataVersion} as version, ${isStale(cut, parameters.accountId)} as stale, sums.* from ${me} left join sums on true order by currency, category`)
      ).rows,
  );
  const archived = rows.some((row) => (row["archived"] ?? "0") !== "0");
  const found = rows.filter((row) => row["currency"] !== null);
  const amounts = (row: Record<string, string>) => columns.map((_, index) => format(row[`s${index}`] ?? "0", row["currency"] ?? ""));
  const lines: Line[] = found
    .map((row) => ({
      key: categoryKey(row["currency"] ?? "", row["category"] ?? null),
      section: row["currency"] ?? "",
      name: row["category"] ?? "Uncategorized",
      currency: row["currency"] ?? "",
      amounts: amounts(row),
    }))
    .filter((line) => line.amounts.some((amount) => toUnits(amount) !== 0n));
  const totals = [...new Set(found.map((row) => row["currency"] ?? ""))].map((currency): Line => {
    const of = lines.filter((line) => line.currency === currency);
    const sum = (index: number) => of.reduce((total, line) => total + toUnits(line.amounts[index] ?? "0"), 0n);
    return { key: `net:${currency}`, section: "Total", name: "Net", currency, amounts: columns.map((_, index) => format(fromUnits(sum(index)), currency)) };
  });
  return { figures: { columns, lines, totals, notes: archived ? [ARCHIVE_NOTE] : [] }, dataVersion: Number(rows[0]?.["version"] ?? 0) };
}

/** `USD` and a category, or nothing for what has none. */
export function categoryKey(currency: string, category: string | null): string {
  return category === null ? `none:${currency}` : `category:${currency}:${category}`;
}

/** The rows that the figures are sums of, one a part. */
export function categoryRows(parameters: Parameters, cut: Cut): SQL {
  const account = parameters.accountId === undefined ? sql`` : sql`and ${t.accountId} = ${parameters.accountId}`;
  const ofAccount = parameters.accountId === undefined ? sql`` : sql`and account_id = ${parameters.accountId}`;
  const whole = cut.months.length === 0 ? sql`` : sql`and not ${inMonths(sql`month`, cut)}`;
  const opened = cut.days.length === 0 ? sql`` : sql`union all select null, o.n, o.d, o.c, o.u, o.m, null, null, o.r from ${cutDays(cut)} where o.a is null`;
  return sql`select ${t.id} as transaction_id, coalesce(part.n, 0)::int as line, ${t.transactionDate} as day, coalesce(part.category, ${t.shownCategory}) as category,
      ${t.currency} as currency, coalesce(part.amount, ${t.amount}) as amount, null::uuid as ledger_account_id, ${t.memo} as memo, 0 as archived_rows
    from ${t} left join ${sql`lateral (select row_number() over () as n, category, amount from jsonb_to_recordset(${t.splits}) as s(category text, amount numeric)) as part`} on true
    where not ${t.isDeleted} and ${t.movedCash} ${account}
    union all select archive_id, n, month, category, currency, amount, null, null, rows from ${myArchiveTotals} where ledger_account_id is null ${ofAccount} ${whole}
    ${opened}`;
}

/** How often a row counts in a column: zero or once, less once where it is taken away. */
function weightOf(column: Column): SQL {
  return sql.join(
    column.terms.map(({ from, to, weight }) => sql`case when day between ${from}::date and ${to}::date then ${weight}::int else 0 end`),
    sql` + `,
  );
}
