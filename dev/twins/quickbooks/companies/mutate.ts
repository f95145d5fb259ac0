import { z } from "zod";
import { cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import type { Body, Line } from "../company/body.ts";
import type { Row } from "../company/table.ts";
import { create, remove, update, voidOut } from "../company/write.ts";
import { ApiFault } from "../fault.ts";
import { addDays, pacificDate } from "../pacific.ts";
import { createRandom, type Random } from "../random.ts";

const KINDS = ["amount", "account", "note", "date", "rate", "void", "delete", "add", "backdated", "foreign", "pay", "name"] as const;
type Kind = (typeof KINDS)[number];

export const MutateOptions = z.strictObject({
  seed: z.union([z.string(), z.number()]),
  count: z.number().int().min(1).max(10_000).default(10),
  kinds: z.array(z.enum(KINDS)).min(1).optional(),
  /** The changes happen over this span that ends now; default all at once, now. */
  overMs: z.number().int().nonnegative().default(0),
  /** How far back an entry may be dated. */
  backDays: z.number().int().positive().default(900),
});
type Options = z.output<typeof MutateOptions>;
export type Done = { readonly kind: Kind; readonly entity: string; readonly id: string; readonly refused?: string };

const EDITABLE = ["Purchase", "Bill", "Invoice", "SalesReceipt", "RefundReceipt", "CreditMemo", "VendorCredit", "JournalEntry"];
const ANY = [...EDITABLE, "BillPayment", "Payment", "Deposit", "Transfer", "CreditCardPayment"];

/** What each kind of change may meet; null where it makes something new. */
const TARGETS: Readonly<Record<Kind, readonly string[] | null>> = {
  amount: EDITABLE,
  account: EDITABLE,
  note: ANY,
  date: ANY,
  rate: ANY,
  void: ["Invoice", "Payment", "SalesReceipt", "BillPayment", "CreditMemo", "RefundReceipt", "Purchase"],
  delete: ANY,
  add: null,
  backdated: null,
  foreign: null,
  pay: ["Invoice", "Bill"],
  name: ["Customer", "Vendor", "Account"],
};

/** Changes a company's books as people do, by chance of a seed. What QuickBooks would refuse is left out and said. */
export function mutate(company: Company, options: Options): { done: Done[] } {
  const random = createRandom(options.seed);
  const now = company.exactly();
  const done: Done[] = [];
  for (let turn = 1; turn <= options.count; turn++) {
    const kind = random.pick(options.kinds ?? KINDS);
    const at = now - options.overMs + Math.floor((options.overMs * turn) / options.count);
    const one = company.during(at, () => attempt(company, random, kind, options.backDays));
    if (one) done.push(one);
  }
  return { done };
}

function attempt(company: Company, random: Random, kind: Kind, backDays: number): Done | null {
  const entity = targetOf(random, kind, company);
  const row = entity === null ? undefined : pickRow(company, random, entity);
  if (entity !== null && !row) return null;
  try {
    const [touched, id] = act(company, random, kind, entity ?? "", row, backDays);
    return { kind, entity: touched, id };
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    return { kind, entity: entity ?? "", id: row?.id ?? "", refused: error.spec.code };
  }
}

function targetOf(random: Random, kind: Kind, company: Company): string | null {
  const filled = (from: readonly string[]) => from.filter((entity) => company.table(entity).size() > 0);
  const choose = (from: readonly string[]) => (filled(from).length > 0 ? random.pick(filled(from)) : (from[0] ?? null));
  const targets = TARGETS[kind];
  return targets === null ? null : choose(targets);
}

function pickRow(company: Company, random: Random, entity: string): Row | undefined {
  const table = company.table(entity);
  for (let tries = 0; tries < 40; tries++) {
    const row = table.get(String(random.int(1, Math.max(1, table.nextId() - 1))));
    if (row) return row;
  }
  for (const one of table.glimpses()) return one.row();
  return undefined;
}

function act(company: Company, random: Random, kind: Kind, entity: string, row: Row | undefined, backDays: number): [string, string] {
  const today = pacificDate(company.now());
  if (!row) {
    const date = kind === "backdated" ? addDays(today, -random.int(1, backDays)) : today;
    return kind === "foreign" ? addForeign(company, random, date) : addExpense(company, random, date);
  }
  if (kind === "void") return [entity, voidOut(company, entity, row).id];
  if (kind === "pay") return pay(company, random, entity, row, today);
  if (kind === "name") return rename(company, random, entity, row);
  if (kind !== "delete") return [entity, update(company, entity, row, changeOf(company, random, kind, row, backDays), true).id];
  remove(company, entity, row);
  return [entity, row.id];
}

function changeOf(company: Company, random: Random, kind: Kind, row: Row, backDays: number): Body {
  const rate = row.body.ExchangeRate ?? 1;
  if (kind === "date") return { TxnDate: addDays(row.body.TxnDate ?? pacificDate(company.now()), -random.int(1, Math.min(backDays, 400))) };
  if (kind === "rate" && rate !== 1) return { ExchangeRate: Math.round(rate * (100 + random.int(-4, 4)) * 10_000) / 1_000_000 };
  if (kind === "amount") return { Line: dearer(random, row.body.Line ?? []) };
  if (kind === "account") return { Line: (row.body.Line ?? []).map((line) => recategorised(company, random, line)) };
  return { PrivateNote: `Checked ${random.int(1, 999)}` };
}

/** Every line by the same factor, so that journal entries stay balanced. */
function dearer(random: Random, lines: readonly Line[]): Line[] {
  const factor = random.int(2, 3);
  return lines.map((line) => {
    if (line.Amount === undefined || line.GroupLineDetail || line.DiscountLineDetail) return line;
    const detail = line.SalesItemLineDetail;
    const priced = detail?.UnitPrice === undefined ? {} : { SalesItemLineDetail: { ...detail, UnitPrice: (cents(detail.UnitPrice) * factor) / 100 } };
    return { ...line, Amount: (cents(line.Amount) * factor) / 100, ...priced };
  });
}

function recategorised(company: Company, random: Random, line: Line): Line {
  const detail = line.AccountBasedExpenseLineDetail;
  return detail ? { ...line, AccountBasedExpenseLineDetail: { ...detail, AccountRef: { value: pickAccount(company, random, "Expense") } } } : line;
}

function pickAccount(company: Company, random: Random, type: string): string {
  const ids: string[] = [];
  for (const one of company.table("Account").glimpses()) {
    const { body } = one.row();
    if (
      body.AccountType === type &&
      body.Active !== false &&
      !body.AccountSubType?.startsWith("Unapplied") &&
      (body.CurrencyRef?.value ?? company.profile.home) === company.profile.home
    )
      ids.push(one.id);
  }
  return random.pick(ids);
}

function addExpense(company: Company, random: Random, TxnDate: string): [string, string] {
  const Amount = random.int(100, 90_000) / 100;
  const line: Line = {
    Amount,
    DetailType: "AccountBasedExpenseLineDetail",
    AccountBasedExpenseLineDetail: { AccountRef: { value: pickAccount(company, random, "Expense") } },
  };
  const row = create(company, "Purchase", { TxnDate, PaymentType: "Cash", AccountRef: { value: pickAccount(company, random, "Bank") }, Line: [line] });
  return ["Purchase", row.id];
}

/** A document of somebody who is billed in another currency; at home, where nobody is, an expense. */
function addForeign(company: Company, random: Random, TxnDate: string): [string, string] {
  const foreign = [...company.table("Vendor").glimpses()].filter(
    (one) => (one.row().body.CurrencyRef?.value ?? company.profile.home) !== company.profile.home && one.row().body.Active !== false,
  );
  if (foreign.length === 0) return addExpense(company, random, TxnDate);
  const line: Line = {
    Amount: random.int(5000, 200_000) / 100,
    DetailType: "AccountBasedExpenseLineDetail",
    AccountBasedExpenseLineDetail: { AccountRef: { value: pickAccount(company, random, "Expense") } },
  };
  return ["Bill", create(company, "Bill", { TxnDate, VendorRef: { value: random.pick(foreign).id }, Line: [line] }).id];
}

function pay(company: Company, random: Random, entity: string, row: Row, today: string): [string, string] {
  const open = cents(row.body.Balance);
  if (open <= 0) return [entity, update(company, entity, row, { PrivateNote: "Nothing open" }, true).id];
  const Amount = (random.chance(0.5) ? open : Math.max(1, Math.floor(open / 2))) / 100;
  const TxnDate = (row.body.TxnDate ?? today) > today ? (row.body.TxnDate ?? today) : today;
  const Line = [{ Amount, LinkedTxn: [{ TxnId: row.id, TxnType: entity }] }];
  if (entity === "Invoice")
    return ["Payment", create(company, "Payment", { TxnDate, CustomerRef: { value: row.body.CustomerRef?.value ?? "" }, TotalAmt: Amount, Line }).id];
  const CheckPayment = { BankAccountRef: { value: pickAccount(company, random, "Bank") } };
  return [
    "BillPayment",
    create(company, "BillPayment", { TxnDate, VendorRef: { value: row.body.VendorRef?.value ?? "" }, PayType: "Check", CheckPayment, TotalAmt: Amount, Line })
      .id,
  ];
}

function rename(company: Company, random: Random, entity: string, row: Row): [string, string] {
  const suffix = ` (${random.int(100, 999)})`;
  if (random.chance(0.3) && entity !== "Account") return [entity, update(company, entity, row, { Active: row.body.Active === false }, true).id];
  const field = entity === "Account" ? "Name" : "DisplayName";
  const name = `${(row.body[field] ?? "").replace(/ \(\d+\)$/, "")}${suffix}`;
  return [entity, update(company, entity, row, { [field]: name }, true).id];
}
