import { cents, type Cents } from "../cents.ts";
import type { Body } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import { POSTING } from "../company/entities.ts";
import { keyOf } from "../company/links.ts";
import { accountFor } from "../company/roles.ts";
import type { Glimpse, Row } from "../company/table.ts";
import { pacificDate } from "../pacific.ts";
import { CashBasis, type Later } from "./cash.ts";
import { documentPostings, payable, receivable } from "./documents.ts";
import type { Basis, Entry, Posting } from "./posting.ts";
import { depositPostings, Relief, type Application } from "./relief.ts";
import { startingValue, Stock } from "./stock.ts";

type Waiting = { date: string; total: Cents; rest: readonly Posting[] };
type Pass = { company: Company; stock: Stock; relief: Relief; cash: CashBasis | null };

const WAITS = new Set(["Invoice", "Bill", "CreditMemo", "VendorCredit"]);

/** Every entry of the books, oldest first, each adding up to zero. One object at a time: nothing is held. */
export function* entries(company: Company, basis: Basis): Generator<Entry> {
  const cash = basis === "Cash" ? new CashBasis(company, waitingOf(company)) : null;
  yield* walk({ company, stock: new Stock(company), relief: new Relief(company), cash });
}

function waitingOf(company: Company): Map<string, Waiting> {
  const waiting = new Map<string, Waiting>();
  for (const entity of WAITS) if (company.table(entity).size() > 0) return collect(company, waiting);
  return waiting;
}

function collect(company: Company, waiting: Map<string, Waiting>): Map<string, Waiting> {
  for (const entry of walk({ company, stock: new Stock(company), relief: new Relief(company), cash: null })) {
    if (!WAITS.has(entry.entity)) continue;
    const body = company.get(entry.entity, entry.id)?.body;
    if (!body) continue;
    const control = controlOf(company, entry.entity, body);
    waiting.set(keyOf(entry.entity, entry.id), {
      date: entry.date,
      total: cents(body.TotalAmt),
      rest: byAccount(entry.postings.filter(({ account }) => account !== control)),
    });
  }
  return waiting;
}

/** The lines as they stand in the document; the cost of what was sold, which is no line of it, by account. */
function byAccount(postings: readonly Posting[]): Posting[] {
  const costs = new Map<string, Posting>();
  for (const one of postings) if (one.cause === "cogs") costs.set(one.account, { ...one, amount: one.amount + (costs.get(one.account)?.amount ?? 0) });
  const last = postings.filter(({ cause }) => cause === "rounding");
  return [...postings.filter(({ cause }) => cause !== "cogs" && cause !== "rounding"), ...costs.values(), ...last];
}

function controlOf(company: Company, entity: string, body: Body): string {
  return entity === "Bill" || entity === "VendorCredit" || entity === "BillPayment" ? payable(company, body) : receivable(company, body);
}

function* walk(pass: Pass): Generator<Entry> {
  const { company } = pass;
  yield* openingStock(pass);
  for (const hidden of company.hidden) {
    const postings = hidden.postings.map((one) => ({ ...one, cause: "revaluation" as const, memo: hidden.memo }));
    yield {
      entity: "Hidden",
      id: hidden.id,
      date: hidden.date,
      type: hidden.type,
      number: "",
      memo: hidden.memo,
      name: undefined,
      created: company.created,
      updated: company.created,
      postings,
    };
  }
  for (const { entity, glimpse } of ordered(company)) yield* documentEntries(pass, entity, glimpse.row());
}

function* openingStock({ company, stock }: Pass): Generator<Entry> {
  for (const one of company.table("Item").glimpses()) {
    const item = one.row();
    if (item.body.Type !== "Inventory") continue;
    const cost = stock.open(item);
    if (cost === 0) continue;
    const start = item.body["InvStartDate"];
    const date = typeof start === "string" ? start : pacificDate(item.created);
    yield {
      entity: "Hidden",
      id: `stock-${item.id}`,
      date,
      type: "Inventory Starting Value",
      number: "START",
      memo: item.body.Name ?? "",
      name: undefined,
      created: item.created,
      updated: item.updated,
      postings: startingValue(company, item, cost),
    };
  }
}

/** By date, then in the order they were entered. */
function ordered(company: Company): { entity: string; glimpse: Glimpse }[] {
  const all: { entity: string; order: number; glimpse: Glimpse }[] = [];
  for (const [order, entity] of POSTING.entries()) for (const glimpse of company.table(entity).glimpses()) all.push({ entity, order, glimpse });
  return all.sort((a, b) => {
    const [left, right] = [a.glimpse.date ?? "", b.glimpse.date ?? ""];
    if (left !== right) return left < right ? -1 : 1;
    return a.glimpse.created - b.glimpse.created || a.order - b.order || Number(a.glimpse.id) - Number(b.glimpse.id);
  });
}

function* documentEntries(pass: Pass, entity: string, row: Row): Generator<Entry> {
  const { body } = row;
  const { postings, later } = postingsOf(pass, entity, body);
  const entry: Omit<Entry, "date" | "postings"> = {
    entity,
    id: row.id,
    type: typeLabel(entity, body),
    number: body.DocNumber ?? "",
    memo: body.PrivateNote ?? "",
    name: body.CustomerRef ?? body.VendorRef ?? body.EntityRef,
    created: row.created,
    updated: row.updated,
  };
  yield { ...entry, date: body.TxnDate ?? "", postings };
  for (const one of later) yield { ...entry, date: one.date, postings: one.postings };
}

function postingsOf(pass: Pass, entity: string, body: Body): { postings: readonly Posting[]; later: readonly Later[] } {
  const { company, relief, stock, cash } = pass;
  if (entity === "Payment" || entity === "BillPayment") {
    const applications = relief.applications(body);
    const accrual = (entity === "Payment" ? relief.payment(body, applications) : relief.billPayment(body, applications)).filter(({ amount }) => amount !== 0);
    return cash ? onCash(pass, cash, entity, body, accrual, applications) : { postings: accrual, later: [] };
  }
  if (entity === "Deposit") return { postings: balanced(company, depositPostings(company, body)), later: [] };
  const moved = stock.move(entity, body);
  if (cash && WAITS.has(entity)) return { postings: [], later: [] };
  return { postings: balanced(company, [...documentPostings(company, entity, body), ...moved]), later: [] };
}

function onCash({ company }: Pass, cash: CashBasis, entity: string, body: Body, accrual: readonly Posting[], applications: readonly Application[]) {
  const done = cash.payment(body.TxnDate ?? "", accrual, controlOf(company, entity, body), applications, entity === "Payment" ? "income" : "expense");
  return { postings: done.now, later: done.later };
}

/** Home amounts are rounded line by line; what that leaves goes where exchange differences go. */
function balanced(company: Company, postings: readonly Posting[]): Posting[] {
  const sum = postings.reduce((total, { amount }) => total + amount, 0);
  const kept = postings.filter(({ amount }) => amount !== 0);
  return sum === 0 ? kept : [...kept, { account: accountFor(company, "exchange"), amount: -sum, cause: "rounding" }];
}

const LABELS: Readonly<Record<string, string>> = {
  SalesReceipt: "Sales Receipt",
  RefundReceipt: "Refund",
  CreditMemo: "Credit Memo",
  VendorCredit: "Vendor Credit",
  JournalEntry: "Journal Entry",
  CreditCardPayment: "Credit Card Payment",
  PurchaseOrder: "Purchase Order",
};

/** What reports call a transaction. */
export function typeLabel(entity: string, body: Body): string {
  if (entity === "BillPayment") return body.PayType === "CreditCard" ? "Bill Payment (Credit Card)" : "Bill Payment (Check)";
  if (entity !== "Purchase") return LABELS[entity] ?? entity;
  if (body.PaymentType === "Check") return "Check";
  if (body.PaymentType === "CreditCard") return body.Credit ? "Credit Card Credit" : "Credit Card Expense";
  return "Expense";
}
