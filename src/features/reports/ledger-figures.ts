import { asc, eq, type SQL, sql } from "drizzle-orm";
import { me, myAccounts, myLedgerAccounts as l } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import { format, fromUnits, toUnits } from "../../core/money.ts";
import type { Period } from "../../core/period.ts";
import type { Ctx } from "../../runtime.ts";
import { ARCHIVE_NOTE, isStale, withArchive } from "./archived.ts";
import { columnsOf, daysOf } from "./columns.ts";
import { CASH_NOTE, ledgerRows, UNAPPLIED } from "./ledger-rows.ts";
import type { Column, Figures, Line, Parameters } from "./report.ts";
import { type Definition, type LedgerAccount, type Statement, statementOf } from "./statement-lines.ts";

export type Company = { accountId: string; currency: string | null; fiscalStart: number };
export type Made = { figures: Figures; dataVersion: number };

/** The company of a ledger report: the one named, or the only one that there is. Its own currency is null for books kept by hand. */
export async function companyOf(ctx: Ctx<"db">, accountId: string | undefined): Promise<Company> {
  const rows = await ctx.db
    .select({ accountId: myAccounts.id, currency: myAccounts.homeCurrency, fiscalStart: myAccounts.fiscalYearStart })
    .from(myAccounts)
    .where(accountId === undefined ? eq(myAccounts.serviceName, "quickbooks") : eq(myAccounts.id, accountId))
    .limit(2);
  const [only] = rows;
  if (!only || rows.length > 1)
    throw new Problem("invalid_request", { detail: "Name the company.", errors: [{ pointer: "/accountId", detail: "must name one of your companies" }] });
  return only;
}

/** Sums of the ledger, computed by the database in one statement with the version of the books that they were made of. */
export async function ledgerFigures(ctx: Ctx<"db" | "files">, parameters: Parameters): Promise<Made> {
  const company = await companyOf(ctx, parameters.accountId);
  const statements = await statementsOf(ctx, parameters, company);
  const columns = columnsOf(parameters);
  const days = distinctDays(statements, columns, company.fiscalStart);
  const { sums, dataVersion, archived } = await sumsOf(ctx, parameters, company, days);
  const figure = (definition: Definition): Line => ({
    key: definition.key,
    section: definition.section,
    name: definition.name,
    currency: definition.currency,
    amounts: columns.map((column) => format(amountOf(definition, column, company.fiscalStart, sums), definition.currency)),
  });
  const lines = statements.flatMap((one) => one.lines.map(figure)).filter((line) => line.amounts.some((amount) => toUnits(amount) !== 0n));
  const totals = statements.flatMap((one) => one.totals.map(figure));
  const notes = [...new Set(statements.flatMap((one) => one.notes)), ...(archived ? [ARCHIVE_NOTE] : [])];
  return { figures: { columns, lines, totals, notes }, dataVersion };
}

/** The definitions of every line: one statement a currency. A company has one, its home currency. */
export async function statementsOf(ctx: Ctx<"db">, parameters: Parameters, company: Company): Promise<Statement[]> {
  const { type } = parameters;
  if (type === "transactions" || type === "category_breakdown") throw new Error(`${type} is no ledger report`);
  const chart: LedgerAccount[] = await ctx.db
    .select({
      id: l.id,
      fullName: l.fullName,
      classification: l.classification,
      accountType: l.accountType,
      accountSubType: l.accountSubType,
      currency: l.currency,
    })
    .from(l)
    .where(eq(l.accountId, company.accountId))
    .orderBy(asc(l.fullName), asc(l.id));
  const accounts = parameters.basis === "cash" ? [...chart, ...unappliedAccounts(company.currency ?? "USD")] : chart;
  const currencies = company.currency === null ? [...new Set(accounts.map((one) => one.currency))].sort() : [company.currency];
  return currencies.map((currency) => {
    const made = statementOf(type, company.currency === null ? accounts.filter((one) => one.currency === currency) : accounts, currency);
    return parameters.basis === "cash" ? { ...made, notes: [...made.notes, CASH_NOTE] } : made;
  });
}

function unappliedAccounts(currency: string): LedgerAccount[] {
  const account = (id: string, fullName: string, classification: string, accountType: string) => ({
    id,
    fullName,
    classification,
    accountType,
    accountSubType: null,
    currency,
  });
  return [
    account(UNAPPLIED.income, "Unapplied Cash Payment Income", "Revenue", "Income"),
    account(UNAPPLIED.expense, "Unapplied Cash Bill Payment Expense", "Expense", "Expense"),
  ];
}

const keyOf = (days: Period) => `${days.from}/${days.to}`;

function distinctDays(statements: readonly Statement[], columns: readonly Column[], fiscalStart: number): Period[] {
  const ranges = new Set(statements.flatMap((one) => [...one.lines, ...one.totals]).flatMap((one) => one.picks.map((pick) => pick.range)));
  const all = columns.flatMap((column) => column.terms).flatMap((term) => [...ranges].flatMap((range) => daysOf(range, term, fiscalStart) ?? []));
  return [...new Map(all.map((days) => [keyOf(days), days])).values()];
}

type Sums = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

async function sumsOf(
  ctx: Ctx<"db" | "files">,
  parameters: Parameters,
  company: Company,
  days: readonly Period[],
): Promise<{ sums: Sums; dataVersion: number; archived: boolean }> {
  // without a chart there are no days
  const perDays = days.map(
    ({ from, to }, index) => sql`coalesce(sum(amount) filter (where day between ${from}::date and ${to}::date), 0)::text as ${sql.identifier(`s${index}`)}`,
  );
  const latest = days.reduce((most, { to }) => (to > most ? to : most), "0001-01-01");
  const rows = await withArchive(
    ctx,
    company.accountId,
    days,
    async (cut) =>
      (
        await ctx.db.execute<Record<string, string> & { stale: boolean }>(sql`
    with ${ledgerRows(company.accountId, parameters.basis, cut)}, sums as (
      select ${join([sql`ledger_account_id::text as account`, sql`sum(archived_rows)::text as archived`, ...perDays])} from ledger where day <= ${latest}::date group by ledger_account_id
    ) select ${me.dataVersion} as version, ${isStale(cut, company.accountId)} as stale, sums.* from ${me} left join sums on true`)
      ).rows,
  );
  const [first] = rows;
  if (!first) throw new Error("no user");
  const sums = new Map(
    rows
      .filter((row) => row["account"] !== null)
      .map((row) => [row["account"] ?? "", new Map(days.map((one, index) => [keyOf(one), toUnits(row[`s${index}`] ?? "0")]))]),
  );
  return { sums, dataVersion: Number(first["version"]), archived: rows.some((row) => (row["archived"] ?? "0") !== "0") };
}

function amountOf(definition: Definition, column: Column, fiscalStart: number, sums: Sums): string {
  let total = 0n;
  for (const term of column.terms) {
    for (const pick of definition.picks) {
      const days = daysOf(pick.range, term, fiscalStart);
      if (!days) continue;
      for (const account of pick.accounts) total += BigInt(term.weight * definition.sign) * (sums.get(account)?.get(keyOf(days)) ?? 0n);
    }
  }
  return fromUnits(total);
}

export function join(parts: readonly SQL[]): SQL {
  return sql.join([...parts], sql`, `);
}
