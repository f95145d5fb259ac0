import { money } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { closedBalances, isProfitAndLoss } from "../ledger/balances.ts";
import { entries } from "../ledger/entries.ts";
import type { Entry, Posting } from "../ledger/posting.ts";
import { addDays } from "../pacific.ts";
import type { Asked } from "./period.ts";
import { report, type Column, type RowJson } from "./shape.ts";

const text = (title: string, key: string): Column => ({ title, type: key === "tx_date" ? "Date" : "String", key });
const amount = (title: string, key: string): Column => ({ title, type: "Money", key });

const HEAD = [text("Date", "tx_date"), text("Transaction Type", "txn_type"), text("Num", "doc_num")];

function* within(company: Company, { basis, period }: Asked): Generator<Entry> {
  for (const entry of entries(company, basis)) if (entry.date >= period.start && entry.date <= period.end && entry.postings.length > 0) yield entry;
}

function nameOf(company: Company, account: string): string {
  return company.get("Account", account)?.body.FullyQualifiedName ?? account;
}

/** The other side of a posting: its account, or "-Split-" when there are several. */
function split(company: Company, entry: Entry, own: string): { value: string; id?: string } {
  const others = [...new Set(entry.postings.map(({ account }) => account).filter((account) => account !== own))];
  const [only] = others;
  return others.length === 1 && only !== undefined ? { value: nameOf(company, only), id: only } : { value: "-Split-" };
}

const idOf = (entry: Entry) => (entry.entity === "Hidden" ? {} : { id: entry.id });
const person = (name: Entry["name"]) => ({ value: name?.name ?? "", ...(name ? { id: name.value } : {}) });

/** One row a transaction: its leading account, the other side, and what it moved there. */
export function transactionList(company: Company, ask: Asked): { [key: string]: Json } {
  const rows: RowJson[] = [];
  for (const entry of within(company, ask)) {
    const first = entry.postings[0];
    if (!first) continue;
    const cells = [
      { value: entry.date },
      { value: entry.type, ...idOf(entry) },
      { value: entry.number },
      { value: "Yes" },
      person(entry.name),
      { value: entry.memo },
      { value: nameOf(company, first.account), id: first.account },
      split(company, entry, first.account),
      { value: money(first.amount) },
    ];
    rows.push({ ColData: cells, type: "Data" });
  }
  const columns = [
    ...HEAD,
    text("Posting", "is_no_post"),
    text("Name", "name"),
    text("Memo/Description", "memo"),
    text("Account", "account_name"),
    text("Split", "other_account"),
    amount("Amount", "subt_nat_amount"),
  ];
  return report(company, "TransactionList", ask, columns, rows);
}

/** Every posting under its account, with what the account stood at before each. Amounts are debits less credits turned to the account's side. */
export function generalLedger(company: Company, ask: Asked): { [key: string]: Json } {
  const byAccount = new Map<string, { entry: Entry; posting: Posting }[]>();
  for (const entry of within(company, ask)) {
    for (const posting of entry.postings) {
      const found = byAccount.get(posting.account) ?? [];
      byAccount.set(posting.account, found);
      found.push({ entry, posting });
    }
  }
  const opening = closedBalances(company, ask.basis, addDays(ask.period.start, -1));
  const accounts = new Set([...byAccount.keys(), ...[...opening.keys()].filter((id) => !isProfitAndLoss(company, id))]);
  const rows = [...accounts]
    .sort((a, b) => (nameOf(company, a) < nameOf(company, b) ? -1 : 1))
    .map((id) => ledgerSection(company, id, isProfitAndLoss(company, id) ? 0 : (opening.get(id) ?? 0), byAccount.get(id) ?? []));
  const columns = [
    ...HEAD,
    text("Name", "name"),
    text("Memo/Description", "memo"),
    text("Split", "split_acc"),
    amount("Amount", "subt_nat_amount"),
    amount("Balance", "rbal_nat_amount"),
  ];
  return report(company, "GeneralLedger", ask, columns, rows);
}

function ledgerSection(company: Company, id: string, before: number, found: readonly { entry: Entry; posting: Posting }[]): RowJson {
  const classification = company.get("Account", id)?.body.Classification;
  const sign = classification === "Asset" || classification === "Expense" ? 1 : -1;
  let balance = sign * before;
  const blank = { value: "" };
  const rows: RowJson[] =
    before === 0 ? [] : [{ ColData: [{ value: "Beginning Balance" }, blank, blank, blank, blank, blank, blank, { value: money(balance) }], type: "Data" }];
  let total = 0;
  for (const { entry, posting } of found) {
    balance += sign * posting.amount;
    total += sign * posting.amount;
    rows.push({
      ColData: [
        { value: entry.date },
        { value: entry.type, ...idOf(entry) },
        { value: entry.number },
        person(posting.name ?? entry.name),
        { value: posting.memo ?? entry.memo },
        split(company, entry, id),
        { value: money(sign * posting.amount) },
        { value: money(balance) },
      ],
      type: "Data",
    });
  }
  const name = nameOf(company, id);
  return {
    Header: { ColData: [{ value: name, id }, blank, blank, blank, blank, blank, blank, blank] },
    Rows: { Row: rows },
    Summary: { ColData: [{ value: `Total for ${name}` }, blank, blank, blank, blank, blank, { value: money(total) }, blank] },
    type: "Section",
  };
}

/** Every posting, transaction by transaction, debits and credits in columns of their own. */
export function journalReport(company: Company, ask: Asked): { [key: string]: Json } {
  const rows: RowJson[] = [];
  for (const entry of within(company, ask)) {
    for (const [index, { account, amount: value, memo, name }] of entry.postings.entries()) {
      const head =
        index === 0 ? [{ value: entry.date }, { value: entry.type, ...idOf(entry) }, { value: entry.number }] : [{ value: "" }, { value: "" }, { value: "" }];
      rows.push({
        ColData: [
          ...head,
          person(name ?? entry.name),
          { value: memo ?? entry.memo },
          { value: nameOf(company, account), id: account },
          { value: value > 0 ? money(value) : "" },
          { value: value < 0 ? money(-value) : "" },
        ],
        type: "Data",
      });
    }
    const total = entry.postings.reduce((sum, one) => sum + Math.max(one.amount, 0), 0);
    rows.push({
      Summary: {
        ColData: [{ value: "" }, { value: "" }, { value: "" }, { value: "" }, { value: "" }, { value: "" }, { value: money(total) }, { value: money(total) }],
      },
      type: "Section",
    });
  }
  const columns = [
    ...HEAD,
    text("Name", "name"),
    text("Memo/Description", "memo"),
    text("Account", "account_name"),
    amount("Debit", "debt_amt"),
    amount("Credit", "credit_amt"),
  ];
  return report(company, "JournalReport", ask, columns, rows);
}
