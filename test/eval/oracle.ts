/**
 * The truth about a company, from QuickBooks' twin's own ledger. It shares no line with the tools that it judges: entries and
 * objects come from the twin's control API, sums are made here on bigints.
 */

export type Entry = {
  ref: string;
  entity: string;
  date: string;
  who: string | null;
  lines: { account: string; type: string; classification: string; cents: bigint }[];
};
export type Open = { ref: string; who: string | null; due: string; cents: bigint; currency: string };
export type Books = { realm: string; home: string; entries: Entry[]; invoices: Open[]; bills: Open[]; hasForeign: boolean };
export type Flow = "expense" | "income" | "net";
export type Where = { from?: string; to?: string; category?: string; who?: string };

type Account = { Id: string; FullyQualifiedName: string; AccountType: string; Classification: string };
type Ref = { value: string; name?: string; type?: string };
type Document = {
  Id: string;
  EntityRef?: Ref;
  VendorRef?: Ref;
  CustomerRef?: Ref;
  DueDate?: string;
  TxnDate?: string;
  Balance?: number | string;
  CurrencyRef?: Ref;
};

const WITH_NAMES = ["Purchase", "Bill", "VendorCredit", "BillPayment", "Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Payment"];

export async function readBooks(twin: string, realm: string): Promise<Books> {
  const get = async <T>(path: string): Promise<T> => {
    const reply = await fetch(`${twin}/_control/companies/${realm}${path}`);
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as T;
  };
  const documents = async (entity: string) => (await get<{ rows: Document[] }>(`/documents/${entity}`)).rows;
  const accounts = new Map((await documents("Account")).map((each) => [each.Id, each as unknown as Account]));
  const names = new Map<string, string>();
  for (const kind of ["Vendor", "Customer", "Employee"])
    for (const each of await documents(kind)) names.set(`${kind}:${each.Id}`, (each as unknown as { DisplayName: string }).DisplayName);
  const who = new Map<string, string | null>();
  const open: Record<string, Open[]> = { Invoice: [], Bill: [] };
  const currencies = new Set<string>();
  for (const entity of WITH_NAMES) {
    for (const each of await documents(entity)) {
      const name = nameOf(each, names);
      who.set(`${entity}:${each.Id}`, name);
      if (each.CurrencyRef) currencies.add(each.CurrencyRef.value);
      const balance = cents(String(each.Balance ?? "0"));
      if (open[entity] && balance > 0n)
        open[entity].push({
          ref: `${entity}:${each.Id}`,
          who: name,
          due: each.DueDate ?? each.TxnDate ?? "",
          cents: balance,
          currency: each.CurrencyRef?.value ?? "",
        });
    }
  }
  const raw = await get<{ entries: { entity: string; id: string; date: string; postings: { account: string; amount: string }[] }[] }>("/postings");
  const entries = raw.entries.map((entry): Entry => {
    // QuickBooks shows no id of what it posts by itself: its day stands for it
    const ref = entry.entity === "Hidden" ? `Provider:${entry.date}` : `${entry.entity}:${entry.id}`;
    const lines = entry.postings.map(({ account, amount }) => {
      const found = accounts.get(account);
      return {
        account: found?.FullyQualifiedName ?? account,
        type: found?.AccountType ?? "",
        classification: found?.Classification ?? "",
        cents: cents(amount),
      };
    });
    return { ref, entity: entry.entity, date: entry.date, who: who.get(ref) ?? null, lines };
  });
  const { currency } = await get<{ currency: string }>("/trial-balance?date=9999-12-31");
  return { realm, home: currency, entries, invoices: open["Invoice"] ?? [], bills: open["Bill"] ?? [], hasForeign: currencies.size > 1 };
}

function nameOf(each: Document, names: Map<string, string>): string | null {
  if (each.VendorRef) return names.get(`Vendor:${each.VendorRef.value}`) ?? null;
  if (each.CustomerRef) return names.get(`Customer:${each.CustomerRef.value}`) ?? null;
  return each.EntityRef ? (names.get(`${each.EntityRef.type ?? "Vendor"}:${each.EntityRef.value}`) ?? null) : null;
}

export function cents(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0").slice(0, 2));
  return text.startsWith("-") ? -value : value;
}

export function decimal(value: bigint): string {
  const text = (value < 0n ? -value : value).toString().padStart(3, "0");
  return `${value < 0n ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

export type Part = { entry: Entry; account: string; type: string; cents: bigint };

/** Lines of income and expense accounts that a question is about, signed as it asks. */
export function parts(books: Books, flow: Flow, where: Where = {}): Part[] {
  const classes = flow === "expense" ? ["Expense"] : flow === "income" ? ["Revenue"] : ["Expense", "Revenue"];
  return books.entries
    .filter((entry) => (where.from ?? "") <= entry.date && entry.date <= (where.to ?? "9999") && (where.who === undefined || entry.who === where.who))
    .flatMap((entry) =>
      entry.lines
        .filter(
          (line) =>
            classes.includes(line.classification) &&
            (where.category === undefined || line.account === where.category || line.account.startsWith(`${where.category}:`)),
        )
        .map((line) => ({ entry, account: line.account, type: line.type, cents: flow === "expense" ? line.cents : -line.cents })),
    );
}

export function total(of: readonly Part[]): bigint {
  return of.reduce((sum, part) => sum + part.cents, 0n);
}

export function count(of: readonly Part[]): number {
  return new Set(of.map((part) => part.entry.ref)).size;
}

/** Parts by a key, the largest first; equal ones by key. */
export function groups(of: readonly Part[], key: (part: Part) => string | null): { key: string; cents: bigint; parts: Part[] }[] {
  const found = new Map<string, Part[]>();
  for (const part of of) {
    const name = key(part);
    if (name !== null) found.set(name, [...(found.get(name) ?? []), part]);
  }
  return [...found]
    .map(([name, all]) => ({ key: name, cents: total(all), parts: all }))
    .sort((a, b) => (a.cents === b.cents ? (a.key < b.key ? -1 : 1) : a.cents > b.cents ? -1 : 1));
}

/** The balance of accounts at the end of a day. */
export function balance(books: Books, day: string, which: (line: Entry["lines"][number]) => boolean): bigint {
  return books.entries
    .filter((entry) => entry.date <= day)
    .flatMap((entry) => entry.lines.filter(which))
    .reduce((sum, line) => sum + line.cents, 0n);
}

/** Half away from zero. */
export function rounded(above: bigint, below: bigint): bigint {
  const size = (value: bigint) => (value < 0n ? -value : value);
  const quotient = (2n * size(above) + size(below)) / (2n * size(below));
  return above < 0n !== below < 0n ? -quotient : quotient;
}
