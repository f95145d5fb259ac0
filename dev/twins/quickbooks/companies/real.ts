import { join } from "node:path";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { amountOf } from "../cents.ts";
import type { Body, Line, Ref } from "../company/body.ts";
import { Company, type Profile } from "../company/company.ts";
import { accountFor, addAccount, currencyRef } from "../company/roles.ts";
import { LayeredTable, type Glimpse, type Row } from "../company/table.ts";
import { csvRows } from "./csv.ts";

const FILE = "../../../data/gateshead-2019.csv.gz";
const NAME_LIMIT = 100;

/** The published lines in columns: 79 thousand of them in about three megabytes. */
type Columns = {
  readonly numbers: readonly string[];
  readonly days: readonly string[];
  readonly vendors: Uint16Array;
  /** Where each document's lines begin; one more at the end. */
  readonly starts: Uint32Array;
  readonly pence: Int32Array;
  readonly accounts: Uint8Array;
  readonly departments: Uint8Array;
  readonly names: { vendors: readonly string[]; accounts: readonly string[]; departments: readonly string[] };
};

const PROFILE: Profile = {
  name: "Gateshead Council 2019",
  country: "GB",
  home: "GBP",
  fiscalStart: 4,
  multiCurrency: false,
  reportBasis: "Accrual",
  bookClose: null,
  lapsed: false,
  rates: {},
};

/** The real company. Its purchases stay in columns and are built when somebody reads them. */
export function buildReal(realm: string, clock: () => number): Company {
  const columns = readColumns();
  const refs: Refs = { account: [], vendor: [], department: [], bank: { value: "" } };
  const base = { count: columns.numbers.length, glimpse: (id: number) => glimpse(columns, refs, id) };
  const company = new Company(realm, { ...PROFILE }, clock, Date.UTC(2019, 0, 1, 9), { Purchase: new LayeredTable(base) });
  company.during(company.created, () => addLists(company, columns, refs));
  return company;
}

type Refs = { account: Ref[]; vendor: Ref[]; department: Ref[]; bank: Ref };

function addLists(company: Company, columns: Columns, refs: Refs): void {
  for (const role of ["ar", "ap", "undeposited", "tax", "retained", "opening", "unappliedIncome", "unappliedExpense"] as const) accountFor(company, role);
  const bank = addAccount(company, { name: "Current Account", type: "Bank", sub: "Checking" });
  refs.bank = { value: bank.id, name: "Current Account" };
  const groups = new Map<string, Ref>();
  for (const name of columns.names.accounts) {
    const [group = "", account = ""] = name.split("|");
    if (group !== "" && !groups.has(group.toLowerCase())) groups.set(group.toLowerCase(), expense(company, group, undefined));
    const parent = groups.get(group.toLowerCase());
    refs.account.push(account === "" ? (parent ?? expense(company, "Unclassified", undefined)) : expense(company, account, parent));
  }
  for (const name of columns.names.vendors)
    refs.vendor.push({
      value: company.insert("Vendor", { DisplayName: name, Active: true, Vendor1099: false, CurrencyRef: currencyRef("GBP") }).id,
      name,
      type: "Vendor",
    });
  for (const name of columns.names.departments)
    refs.department.push(
      name === "" ? { value: "" } : { value: company.insert("Class", { Name: name, FullyQualifiedName: name, SubClass: false, Active: true }).id, name },
    );
}

/** Names may hold no colon: it stands between an account and its sub-account. The same name twice is one account. */
function expense(company: Company, name: string, parent: Ref | undefined): Ref {
  const plain = name.replaceAll(": ", " - ").slice(0, NAME_LIMIT);
  const full = parent ? `${parent.name ?? ""}:${plain}` : plain;
  for (const one of company.table("Account").glimpses()) {
    const body = one.row().body;
    if (body.FullyQualifiedName?.toLowerCase() === full.toLowerCase()) return { value: one.id, name: body.FullyQualifiedName };
  }
  return { value: addAccount(company, { name: plain, type: "Expense", ...(parent ? { parent } : {}) }).id, name: full };
}

function glimpse(columns: Columns, refs: Refs, id: number): Glimpse {
  const date = columns.days[id - 1] ?? "";
  const created = Date.parse(`${date}T17:00:00Z`) + (id % 3600) * 1000;
  return { id: String(id), date, created, updated: created, row: () => build(columns, refs, id, created) };
}

function build(columns: Columns, refs: Refs, id: number, created: number): Row {
  const [from, to] = [columns.starts[id - 1] ?? 0, columns.starts[id] ?? 0];
  const Lines: Line[] = [];
  let total = 0;
  for (let at = from; at < to; at++) {
    const pence = columns.pence[at] ?? 0;
    total += pence;
    const department = refs.department[columns.departments[at] ?? 0];
    Lines.push({
      Id: String(at - from + 1),
      LineNum: at - from + 1,
      Amount: amountOf(pence),
      DetailType: "AccountBasedExpenseLineDetail",
      AccountBasedExpenseLineDetail: {
        AccountRef: refs.account[columns.accounts[at] ?? 0],
        ...(department?.value ? { ClassRef: department } : {}),
        BillableStatus: "NotBillable",
        TaxCodeRef: { value: "NON" },
      },
    });
  }
  const body: Body = {
    PaymentType: "Cash",
    TxnDate: columns.days[id - 1],
    DocNumber: columns.numbers[id - 1],
    AccountRef: refs.bank,
    EntityRef: refs.vendor[columns.vendors[id - 1] ?? 0],
    CurrencyRef: currencyRef("GBP"),
    Credit: false,
    TotalAmt: amountOf(total),
    Line: Lines,
    PurchaseEx: { any: [{ name: "{http://schema.intuit.com/finance/v3}NameValue", value: { Name: "TxnType", Value: "54" } }] },
  };
  return { id: String(id), sync: 0, created, updated: created, body };
}

type Document = { number: string; vendor: number; day: string; lines: number[] };

/** Groups the file's lines by document number and vendor, documents in order of their date. */
function readColumns(): Columns {
  const [vendors, accounts, departments] = [new Names(), new Names(), new Names()];
  const documents = new Map<string, Document>();
  const lines: { pence: number; account: number; department: number }[] = [];
  for (const [number = "", , day = "", vendor = "", group = "", account = "", department = "", pence = ""] of csvRows(
    gunzipSync(readFileSync(join(import.meta.dirname, FILE))).toString("utf8"),
    1,
  )) {
    const key = `${number}|${vendor}`;
    const document = documents.get(key) ?? { number: number.slice(0, 21), vendor: vendors.at(vendor), day, lines: [] };
    documents.set(key, document);
    document.lines.push(lines.length);
    lines.push({ pence: Number(pence), account: accounts.at(`${group}|${account}`), department: departments.at(department) });
  }
  const sorted = [...documents.values()].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const order = sorted.flatMap((document) => document.lines.map((at) => lines[at]));
  const starts = new Uint32Array(sorted.length + 1);
  for (const [index, document] of sorted.entries()) starts[index + 1] = (starts[index] ?? 0) + document.lines.length;
  return {
    numbers: sorted.map(({ number }) => number),
    days: interned(sorted.map(({ day }) => day)),
    vendors: Uint16Array.from(sorted, ({ vendor }) => vendor),
    starts,
    pence: Int32Array.from(order, (line) => line?.pence ?? 0),
    accounts: Uint8Array.from(order, (line) => line?.account ?? 0),
    departments: Uint8Array.from(order, (line) => line?.department ?? 0),
    names: { vendors: vendors.all, accounts: accounts.all, departments: departments.all },
  };
}

/** One string for each day instead of one for each document. */
function interned(days: readonly string[]): string[] {
  const known = new Map<string, string>();
  return days.map((day) => {
    const found = known.get(day) ?? Buffer.from(day).toString();
    known.set(day, found);
    return found;
  });
}

class Names {
  readonly all: string[] = [];
  readonly #known = new Map<string, number>();

  at(name: string): number {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    // a copy of its own: a slice would keep the whole file's text alive
    const own = Buffer.from(name).toString();
    this.#known.set(own, this.all.length);
    this.all.push(own);
    return this.all.length - 1;
  }
}
