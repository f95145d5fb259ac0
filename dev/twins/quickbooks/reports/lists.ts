import { money } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Json } from "../json.ts";
import { entries } from "../ledger/entries.ts";
import type { Entry } from "../ledger/posting.ts";
import type { Asked } from "./period.ts";
import { report, type Column, type RowJson } from "./shape.ts";

export const text = (title: string, key: string): Column => ({ title, type: key === "tx_date" ? "Date" : "String", key });
export const amount = (title: string, key: string): Column => ({ title, type: "Money", key });

export const HEAD = [text("Date", "tx_date"), text("Transaction Type", "txn_type"), text("Num", "doc_num")];

export function* within(company: Company, { basis, period }: Asked): Generator<Entry> {
  for (const entry of entries(company, basis)) if (entry.date >= period.start && entry.date <= period.end && entry.postings.length > 0) yield entry;
}

export function nameOf(company: Company, account: string): string {
  return company.get("Account", account)?.body.FullyQualifiedName ?? account;
}

/** The other side of a posting: its account, or "-Split-" when there are several. */
export function split(company: Company, entry: Entry, own: string): { value: string; id?: string } {
  const others = [...new Set(entry.postings.map(({ account }) => account).filter((account) => account !== own))];
  const [only] = others;
  return others.length === 1 && only !== undefined ? { value: nameOf(company, only), id: only } : { value: "-Split-" };
}

export const idOf = (entry: Entry) => (entry.entity === "Hidden" ? {} : { id: entry.id });
export const person = (name: Entry["name"]) => ({ value: name?.name ?? "", ...(name ? { id: name.value } : {}) });

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
