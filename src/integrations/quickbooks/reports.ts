/** QuickBooks' own reports, read into typed rows: what our books are compared with. */
import { z } from "zod";
import { type Decimal, fromUnits, isDecimal, toUnits } from "../../core/money.ts";

export type ReportParams = { startDate: string; endDate: string; basis: "Accrual" | "Cash" };

export type ReportHeader = { name: string; basis: string | null; startDate: string | null; endDate: string | null; currency: string | null };

/** Debits and credits by account; every amount is a decimal, absent ones are zero. */
export type TrialBalance = {
  header: ReportHeader;
  rows: { accountId: string | null; name: string; debit: Decimal; credit: Decimal }[];
  /** The report's own last line; null where it has none (an empty report). */
  totals: { debit: Decimal; credit: Decimal } | null;
};

/**
 * One row per account with its own amount (subtotals of parents are not rows), under the outermost group it stands in
 * (`Income`, `COGS`, `Expenses`, …). `totals` holds the summary of each group, `NetIncome` among them.
 */
export type ProfitAndLoss = {
  header: ReportHeader;
  rows: { accountId: string | null; name: string; group: string | null; amount: Decimal }[];
  totals: ReadonlyMap<string, Decimal>;
};

/** Every line of QuickBooks' own ledger in home currency, what it posts by itself among them. */
export type GeneralLedger = { header: ReportHeader; lines: LedgerLine[] };
export type LedgerLine = {
  date: string;
  /** What QuickBooks calls the transaction, in the company's language; `transactionId` is null where there is no document. */
  type: string;
  transactionId: string | null;
  number: string;
  memo: string | null;
  accountId: string | null;
  account: string;
  debit: Decimal;
  credit: Decimal;
};

export type Reports = { TrialBalance: TrialBalance; ProfitAndLoss: ProfitAndLoss; GeneralLedger: GeneralLedger };
export type ReportName = keyof Reports;

const Cell = z.object({ value: z.string().nullish(), id: z.string().nullish() });
type Cell = z.infer<typeof Cell>;
const Cells = z.object({ ColData: z.array(Cell).nullish() }).nullish();

type Row = {
  type?: string | null | undefined;
  group?: string | null | undefined;
  Header?: z.infer<typeof Cells>;
  Rows?: { Row?: Row[] | null | undefined } | null | undefined;
  Summary?: z.infer<typeof Cells>;
  ColData?: Cell[] | null | undefined;
};

const Row: z.ZodType<Row> = z.lazy(() =>
  z.object({
    type: z.string().nullish(),
    group: z.string().nullish(),
    Header: Cells,
    Rows: z.object({ Row: z.array(Row).nullish() }).nullish(),
    Summary: Cells,
    ColData: z.array(Cell).nullish(),
  }),
);

const Text = z.string().nullish();
const Report = z.object({
  Header: z.object({ ReportName: z.string(), ReportBasis: Text, StartPeriod: Text, EndPeriod: Text, Currency: Text }),
  Columns: z
    .object({ Column: z.array(z.object({ MetaData: z.array(z.object({ Name: z.string(), Value: z.string().nullish() })).nullish() })).nullish() })
    .nullish(),
  Rows: z.object({ Row: z.array(Row).nullish() }).nullish(),
});
type Report = z.infer<typeof Report>;

/** Reads a reply into the typed report; throws a ZodError or RangeError where it is not one, never skips an amount. */
export function parseReport<N extends ReportName>(name: N, body: unknown): Reports[N] {
  const report = Report.parse(body);
  if (report.Header.ReportName !== name) throw new RangeError("another report came");
  return PARSERS[name](report);
}

/** The query of a report call; RangeError for a date that is none. */
export function reportQuery(name: ReportName, { startDate, endDate, basis }: ReportParams): Record<string, string> {
  for (const date of [startDate, endDate]) if (!z.iso.date().safeParse(date).success) throw new RangeError("not a date");
  const columns = name === "GeneralLedger" ? { columns: LEDGER_COLUMNS.join(",") } : {};
  return { start_date: startDate, end_date: endDate, accounting_method: basis, ...columns };
}

/** A company with several currencies answers the keys of home amounts, any other the plain ones; each drops the rest without an error. */
const LEDGER_COLUMNS = ["tx_date", "txn_type", "doc_num", "memo", "account_name", "debt_amt", "credit_amt", "debt_home_amt", "credit_home_amt"];

const PARSERS: { [N in ReportName]: (report: Report) => Reports[N] } = {
  TrialBalance: trialBalance,
  ProfitAndLoss: profitAndLoss,
  GeneralLedger: generalLedger,
};

function trialBalance(report: Report): TrialBalance {
  const rows: TrialBalance["rows"] = [];
  let totals: TrialBalance["totals"] = null;
  walk(topRows(report), null, {
    leaf: ([account, debit, credit]) => rows.push({ accountId: idOf(account), name: account?.value ?? "", debit: amountOf(debit), credit: amountOf(credit) }),
    summary: ([, debit, credit], group) => {
      if (group === "GrandTotal" || totals === null) totals = { debit: amountOf(debit), credit: amountOf(credit) };
    },
  });
  return { header: headerOf(report), rows, totals };
}

function profitAndLoss(report: Report): ProfitAndLoss {
  const rows: ProfitAndLoss["rows"] = [];
  const totals = new Map<string, Decimal>();
  walk(topRows(report), null, {
    leaf: (cells, group) => rows.push({ accountId: idOf(cells[0]), name: cells[0]?.value ?? "", group, amount: amountOf(cells[1]) }),
    summary: (cells, group) => {
      if (group !== null && !totals.has(group)) totals.set(group, amountOf(cells.at(-1)));
    },
  });
  return { header: headerOf(report), rows, totals };
}

/** Columns are found by their keys: titles are in the company's language, and their order is QuickBooks'. Only lines of transactions have a type. */
function generalLedger(report: Report): GeneralLedger {
  const keys = (report.Columns?.Column ?? []).map((column) => column.MetaData?.find(({ Name }) => Name === "ColKey")?.Value ?? "");
  const at = (...names: readonly string[]): number => keys.findIndex((key) => names.includes(key));
  const [date, type, number, memo, account] = [at("tx_date"), at("txn_type"), at("doc_num"), at("memo"), at("account_name")];
  const [debit, credit] = [at("debt_home_amt", "debt_amt"), at("credit_home_amt", "credit_amt")];
  const lines: LedgerLine[] = [];
  const leaf = (cells: readonly Cell[]): void => {
    const [day, kind] = [cells[date]?.value ?? "", cells[type]?.value ?? ""];
    if (kind === "" && amountOf(cells[debit]) === "0.00" && amountOf(cells[credit]) === "0.00") return;
    if (!z.iso.date().safeParse(day).success) throw new RangeError("a ledger line has no date");
    lines.push({
      date: day,
      type: kind,
      transactionId: idOf(cells[type]),
      number: cells[number]?.value ?? "",
      memo: cells[memo]?.value || null,
      accountId: idOf(cells[account]),
      account: cells[account]?.value ?? "",
      debit: amountOf(cells[debit]),
      credit: amountOf(cells[credit]),
    });
  };
  if (topRows(report).length > 0 && [date, type, account, debit, credit].includes(-1)) throw new RangeError("the ledger lacks a column");
  walk(topRows(report), null, { leaf, summary: () => undefined });
  return { header: headerOf(report), lines };
}

type Visitor = { leaf: (cells: readonly Cell[], group: string | null) => void; summary: (cells: readonly Cell[], group: string | null) => void };

/**
 * Visits leaves in order and the summaries of groups. A parent account with postings of its own states them in its
 * section's header: that is a leaf too. Sections without a name of their own (sub-accounts) belong to the one around.
 */
function walk(rows: readonly Row[], group: string | null, visitor: Visitor): void {
  for (const row of rows) {
    const inner = row.group ?? group;
    const header = row.Header?.ColData ?? [];
    if (header.slice(1).some((cell) => cell.value)) visitor.leaf(header, inner);
    if (row.ColData && row.ColData.length > 0) visitor.leaf(row.ColData, inner);
    walk(row.Rows?.Row ?? [], group ?? inner, visitor);
    if (row.Summary?.ColData && row.group) visitor.summary(row.Summary.ColData, row.group);
  }
}

function topRows(report: Report): readonly Row[] {
  return report.Rows?.Row ?? [];
}

function headerOf({ Header }: Report): ReportHeader {
  return {
    name: Header.ReportName,
    basis: Header.ReportBasis ?? null,
    startDate: Header.StartPeriod ?? null,
    endDate: Header.EndPeriod ?? null,
    currency: Header.Currency ?? null,
  };
}

function idOf(cell: Cell | undefined): string | null {
  return cell?.id ? cell.id : null;
}

function amountOf(cell: Cell | undefined): Decimal {
  const text = cell?.value ?? "";
  if (text === "") return "0.00";
  if (!isDecimal(text)) throw new RangeError("a report cell is not an amount");
  return fromUnits(toUnits(text));
}
