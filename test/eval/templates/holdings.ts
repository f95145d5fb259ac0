import { balance, type Books, decimal, type Open, rounded } from "../oracle.ts";
import { type Company, type Expected, filled, months, pick, type Template } from "./template.ts";

type Line = Books["entries"][number]["lines"][number];
const bank = (line: Line) => line.type === "Bank";
const yearOf = (day: string) => Number(day.slice(0, 4));
const monthOf = (day: string) => Number(day.slice(5, 7)) - 1;
const daysBetween = (a: string, b: string) => Math.round((Date.parse(b) - Date.parse(a)) / 86_400_000);

function now(kind: string, texts: readonly string[], answer: (company: Company) => Expected[]): Template[] {
  return texts.map((text) => ({ kind, text, fill: (company) => filled({}, answer(company), false) }));
}

const cash = ({ books, today }: Company, day = today): Expected[] => [{ value: decimal(balance(books, day, bank)) }];

function cashThen(text: string): Template {
  return {
    kind: "cash",
    text,
    fill: (company, turn) => {
      const past = company.spans.filter((span) => span.to < company.today && span.from.slice(0, 7) === span.to.slice(0, 7));
      const span = pick(past, turn);
      return span ? filled({ period: span.said }, cash(company, span.to), false) : null;
    },
  };
}

/** One account's balance, with the sign that people expect of it. */
function ofAccount(types: readonly string[], text: string): Template {
  return {
    kind: "balance of an account",
    text,
    fill: ({ books, today }, turn) => {
      const names = [...new Set(books.entries.flatMap((entry) => entry.lines.filter((line) => types.includes(line.type)).map((line) => line.account)))].sort();
      const name = pick(names, turn);
      if (name === undefined) return null;
      const held = balance(books, today, (line) => line.account === name || line.account.startsWith(`${name}:`));
      const owed = books.entries.some((entry) => entry.lines.some((line) => line.account === name && ["Liability", "Equity"].includes(line.classification)));
      return filled({ name }, [{ value: decimal(owed ? -held : held) }], false);
    },
  };
}

/** How bank balances changed in the last three whole months, together. */
function moved({ books, today }: Company): bigint {
  const [year, month] = [yearOf(today), monthOf(today)];
  return balance(books, months(year, month - 1).to, bank) - balance(books, months(year, month - 4).to, bank);
}

function runway(company: Company): Expected[] {
  const [held, change] = [balance(company.books, company.today, bank), moved(company)];
  const left = held > 0n && change < 0n ? ((held * 10n) / -rounded(change, 3n)).toString().padStart(2, "0") : null;
  const values = [decimal(held), decimal(rounded(change, 3n)), ...(left === null ? [] : [`${left.slice(0, -1)}.${left.slice(-1)}`])];
  return values.map((value) => ({ value }));
}

const sum = (of: readonly Open[]) => of.reduce((all, each) => all + each.cents, 0n);
const refs = (of: readonly Open[]) => new Set(of.map((each) => each.ref));
const totalOf = (of: readonly Open[]): Expected => ({ value: decimal(sum(of)), among: refs(of) });
/** Open documents of one currency; amounts of several are never one figure. */
const openOf = (of: readonly Open[]) => (new Set(of.map((each) => each.currency)).size === 1 ? of : []);

function ageing(side: "invoices" | "bills", texts: readonly string[], which: (open: Open, today: string) => boolean): Template[] {
  return now("ageing", texts, (company) => {
    const found = openOf(company.books[side]).filter((each) => which(each, company.today));
    return found.length === 0 ? [] : [totalOf(found)];
  });
}

/** What is owed by or to one of them. */
function ageingOf(side: "invoices" | "bills", text: string): Template {
  return {
    kind: "ageing of one",
    text,
    fill: (company, turn) => {
      const open = openOf(company.books[side]);
      const name = pick([...new Set(open.flatMap((each) => each.who ?? []))].sort(), turn);
      return name === undefined ? null : filled({ name }, [totalOf(open.filter((each) => each.who === name))], false);
    },
  };
}

/** Who owes most, all of them together first. */
function debtors(side: "invoices" | "bills", text: string): Template[] {
  return now("ageing", [text], (company) => {
    const open = openOf(company.books[side]);
    const names = [...new Set(open.map((each) => each.who))];
    const by = names.map((name) => totalOf(open.filter((each) => each.who === name)));
    return names.length > 1 && names.length <= 6 ? [totalOf(open), ...by] : [];
  });
}

/** The same amount to the same name, days apart, counted as runs of a week; where there is one currency, in which the ledger states it. */
function duplicates({ books }: Company, from: string, to: string): Expected[] {
  if (books.hasForeign) return [];
  const kinds = ["Purchase", "Bill", "BillPayment"];
  const same = new Map<string, string[]>();
  for (const entry of books.entries) {
    if (!kinds.includes(entry.entity) || entry.who === null || entry.date < from || entry.date > to) continue;
    const held = entry.entity === "Bill" ? ["Accounts Payable"] : ["Bank", "Credit Card"];
    const paid = -entry.lines.filter((line) => held.includes(line.type)).reduce((all, line) => all + line.cents, 0n);
    if (paid <= 0n) continue;
    const key = JSON.stringify([entry.entity, entry.who, paid.toString()]);
    same.set(key, [...(same.get(key) ?? []), entry.date]);
  }
  let runs = 0;
  for (const days of same.values()) {
    days.sort();
    let length = 1;
    days.forEach((day, index) => {
      const next = days[index + 1];
      if (next !== undefined && daysBetween(day, next) <= 7) length += 1;
      else {
        if (length > 1) runs += 1;
        length = 1;
      }
    });
  }
  return runs < 50 ? [{ value: String(runs) }] : [];
}

function inYear(kind: string, texts: readonly string[], answer: (company: Company, from: string, to: string) => Expected[]): Template[] {
  return texts.map((text) => ({
    kind,
    text,
    fill: (company) => filled({ period: company.year.said }, answer(company, company.year.from, company.year.to), false),
  }));
}

/** The day of the newest entry that people made. */
const newest = ({ books }: Company): Expected[] => {
  const days = books.entries.map((entry) => entry.date).sort();
  const day = days.at(-1);
  return day === undefined ? [] : [{ value: day }];
};

export const HOLDINGS: readonly Template[] = [
  ...now("cash", ["How much cash do we have?", "What is our cash position?", "How much money do we have in the bank?", "How much cash is left?"], cash),
  cashThen("How much cash did we have at the end of {period}?"),
  cashThen("What was our cash balance at the end of {period}?"),
  cashThen("How much money was in the bank at the end of {period}?"),
  ofAccount(["Bank"], 'What is the balance of "{name}"?'),
  ofAccount(["Bank"], 'How much is in "{name}" today?'),
  ofAccount(["Credit Card"], 'What is the balance of account "{name}"?'),
  ...now("runway", ["What is our runway?", "How long will our cash last?", "When do we run out of cash?", "What is our burn rate?"], runway),
  ...ageing("invoices", ["How much do customers owe us?", "What are our outstanding receivables?", "How much are unpaid invoices in total?"], () => true),
  ...ageing("invoices", ["Which invoices are overdue?", "How much is past due from customers?"], (open, today) => open.due < today),
  ...ageing("bills", ["How much do we owe vendors?", "What do we owe our suppliers?", "What are our accounts payable?"], () => true),
  ...ageing("bills", ["Which bills are overdue?", "Do we owe vendors any overdue bills?"], (open, today) => open.due < today),
  ageingOf("invoices", 'How much does "{name}" owe us?'),
  ageingOf("bills", 'How much do we owe "{name}"?'),
  ...debtors("invoices", "Who owes us money?"),
  ...debtors("bills", "Which vendors do we still owe?"),
  ...inYear("duplicates", ["Did we pay anything twice in {period}?", "Are there duplicate payments in {period}?"], duplicates),
  ...now("freshness", ["How fresh is the data?", "Are the books up to date?"], newest),
];
