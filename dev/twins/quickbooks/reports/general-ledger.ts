import { money, type Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { closedBalances, isProfitAndLoss } from "../ledger/balances.ts";
import type { Entry, Posting } from "../ledger/posting.ts";
import { addDays } from "../pacific.ts";
import { amount, HEAD, idOf, nameOf, person, split, text, within } from "./lists.ts";
import type { Asked } from "./period.ts";
import { type Cell, type Column, report, type RowJson } from "./shape.ts";

type Found = { readonly entry: Entry; readonly posting: Posting };
/** One row as its columns see it; `balance` is what the account stands at after it. */
type Seen = Found & { readonly company: Company; readonly amount: Cents; readonly balance: Cents };
type LedgerColumn = Column & { readonly cell: (seen: Seen) => Cell };

const debit = ({ posting }: Seen): Cell => ({ value: posting.amount > 0 ? money(posting.amount) : "" });
const credit = ({ posting }: Seen): Cell => ({ value: posting.amount < 0 ? money(-posting.amount) : "" });

const [DATE, TYPE, NUMBER] = HEAD;
const COLUMNS: readonly LedgerColumn[] = [
  { ...(DATE as Column), cell: ({ entry }) => ({ value: entry.date }) },
  { ...(TYPE as Column), cell: ({ entry }) => ({ value: entry.type, ...idOf(entry) }) },
  { ...(NUMBER as Column), cell: ({ entry }) => ({ value: entry.number }) },
  { ...text("Name", "name"), cell: ({ entry, posting }) => person(posting.name ?? entry.name) },
  { ...text("Memo/Description", "memo"), cell: ({ entry, posting }) => ({ value: posting.memo ?? entry.memo }) },
  { ...text("Account", "account_name"), cell: ({ company, posting }) => ({ value: nameOf(company, posting.account), id: posting.account }) },
  { ...text("Split", "split_acc"), cell: ({ company, entry, posting }) => split(company, entry, posting.account) },
  { ...amount("Debit", "debt_amt"), cell: debit },
  { ...amount("Credit", "credit_amt"), cell: credit },
  { ...amount("Debit", "debt_home_amt"), cell: debit },
  { ...amount("Credit", "credit_home_amt"), cell: credit },
  { ...amount("Amount", "subt_nat_amount"), cell: (seen) => ({ value: money(seen.amount) }) },
  { ...amount("Balance", "rbal_nat_amount"), cell: (seen) => ({ value: money(seen.balance) }) },
];
const DEFAULT = ["tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "subt_nat_amount", "rbal_nat_amount"];

/** Amounts are asked for by other keys where a company has several currencies; keys that do not apply are dropped without a word. */
function columnsOf(company: Company, { columns }: Asked): LedgerColumn[] {
  const absent = company.profile.multiCurrency ? ["debt_amt", "credit_amt"] : ["debt_home_amt", "credit_home_amt"];
  const wanted = columns ?? DEFAULT;
  return COLUMNS.filter(({ key }) => wanted.includes(key) && !absent.includes(key));
}

/** Every posting under its account, with what the account stood at before each. Amounts are debits less credits turned to the account's side. */
export function generalLedger(company: Company, ask: Asked): { [key: string]: Json } {
  const byAccount = new Map<string, Found[]>();
  for (const entry of within(company, ask)) {
    for (const posting of entry.postings) {
      const found = byAccount.get(posting.account) ?? [];
      byAccount.set(posting.account, found);
      found.push({ entry, posting });
    }
  }
  const opening = closedBalances(company, ask.basis, addDays(ask.period.start, -1));
  const accounts = new Set([...byAccount.keys(), ...[...opening.keys()].filter((id) => !isProfitAndLoss(company, id))]);
  const columns = columnsOf(company, ask);
  const rows = [...accounts]
    .sort((a, b) => (nameOf(company, a) < nameOf(company, b) ? -1 : 1))
    .map((id) => section(company, columns, id, isProfitAndLoss(company, id) ? 0 : (opening.get(id) ?? 0), byAccount.get(id) ?? []));
  return report(company, "GeneralLedger", ask, columns, rows);
}

function section(company: Company, columns: readonly LedgerColumn[], id: string, before: Cents, found: readonly Found[]): RowJson {
  const classification = company.get("Account", id)?.body.Classification;
  const sign = classification === "Asset" || classification === "Expense" ? 1 : -1;
  let [balance, total] = [sign * before, 0];
  const blank = (value: string, of: string, amountOf: string): Cell[] =>
    columns.map(({ key }, index) => (index === 0 ? { value } : { value: key === of ? amountOf : "" }));
  const rows: RowJson[] = before === 0 ? [] : [{ ColData: blank("Beginning Balance", "rbal_nat_amount", money(balance)), type: "Data" }];
  for (const one of found) {
    const value = sign * one.posting.amount;
    balance += value;
    total += value;
    const seen = { ...one, company, amount: value, balance };
    rows.push({ ColData: columns.map(({ cell }) => cell(seen)), type: "Data" });
  }
  const name = nameOf(company, id);
  const [, ...rest] = blank("", "", "");
  return {
    Header: { ColData: [{ value: name, id }, ...rest] },
    Rows: { Row: rows },
    Summary: { ColData: blank(`Total for ${name}`, "subt_nat_amount", money(total)) },
    type: "Section",
  };
}
