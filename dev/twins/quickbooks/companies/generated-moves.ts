import { cents } from "../cents.ts";
import type { Line } from "../company/body.ts";
import type { Row } from "../company/table.ts";
import type { Random } from "../random.ts";
import type { Books } from "./books.ts";
import type { GeneratedOptions } from "./generated.ts";
import type { Lists } from "./generated-lists.ts";

/** A company at work: what is open, and what waits for the bank. */
export type Trade = {
  readonly books: Books;
  readonly lists: Lists;
  readonly random: Random;
  readonly options: GeneratedOptions;
  readonly invoices: string[];
  readonly bills: string[];
  readonly held: { entity: string; id: string }[];
};
type Move = (trade: Trade, date: string, at: number) => void;

const COSTS = ["advertising", "insurance", "legal", "meals", "office", "rent", "software", "travel", "gas", "telephone", "contractors"];

const amountIn = (random: Random, from: number, to: number) => random.int(from, to) / 100;

function costs({ books, random, lists }: Trade): Line[] {
  return Array.from({ length: random.int(1, 3) }, () =>
    books.cost(random.pick(COSTS), amountIn(random, 500, 90_000), undefined, random.chance(0.3) ? { ClassRef: { value: random.pick(lists.classes) } } : {}),
  );
}

function wares({ books, random, lists }: Trade): Line[] {
  const lines = Array.from({ length: random.int(1, 3) }, () => {
    const stocked = lists.stock.length > 0 && random.chance(0.4);
    return stocked
      ? books.sold(random.pick(lists.stock), random.int(1, 4), amountIn(random, 5000, 9000), "TAX")
      : books.sold(random.pick(lists.services), random.int(1, 12) / 2, amountIn(random, 4000, 15_000));
  });
  if (random.chance(0.1))
    lines.push(books.group(lists.bundle, 1, [books.sold(random.pick(lists.services), 1, 50), books.sold(random.pick(lists.services), 2, 19.99)]));
  if (random.chance(0.15)) lines.push(books.discount(random.pick([5, 7.5, 10])));
  return lines;
}

const invoice: Move = (trade, date, at) => {
  const { books, lists, random } = trade;
  const person = random.pick(lists.customers);
  const taxed = random.chance(0.4) ? { TxnTaxDetail: { TxnTaxCodeRef: { value: lists.taxRate } } } : {};
  trade.invoices.push(books.invoice(date, person.id, wares(trade), { DocNumber: String(1000 + trade.invoices.length), ...taxed }, at).id);
};

const bill: Move = (trade, date, at) => {
  const { books, lists, random } = trade;
  const person = random.pick(lists.vendors);
  const lines =
    lists.stock.length > 0 && random.chance(0.35) ? [books.bought(random.pick(lists.stock), random.int(5, 40), amountIn(random, 200, 4000))] : costs(trade);
  trade.bills.push(books.bill(date, person.id, lines, {}, at).id);
};

/** Somebody pays: into the bank, into the foreign account, or into undeposited funds. */
const receive: Move = (trade, date, at) => {
  const { books, random, lists } = trade;
  const row = take(trade.invoices, random, "Invoice", books);
  if (!row || (row.body.TxnDate ?? "") > date) return;
  const open = cents(row.body.Balance);
  if (open <= 0) return;
  const part = random.chance(0.25) ? Math.max(1, Math.floor(open / 3)) : open;
  if (part < open) trade.invoices.push(row.id);
  const code = row.body.CurrencyRef?.value;
  const foreign = code !== books.company.profile.home;
  const to = foreign ? (code === lists.foreign[0] && random.chance(0.6) ? "foreignBank" : "checking") : random.chance(0.6) ? null : "checking";
  const payment = books.pay(date, row, part / 100, to, {}, at);
  if (to === null) trade.held.push({ entity: "Payment", id: payment.id });
};

const pay: Move = (trade, date, at) => {
  const { books, random } = trade;
  const row = take(trade.bills, random, "Bill", books);
  if (!row || (row.body.TxnDate ?? "") > date) return;
  const open = cents(row.body.Balance);
  if (open <= 0) return;
  const part = random.chance(0.2) ? Math.max(1, Math.floor(open / 2)) : open;
  if (part < open) trade.bills.push(row.id);
  const home = row.body.CurrencyRef?.value === books.company.profile.home;
  const card = home && random.chance(0.2);
  books.payBill(date, row, part / 100, card ? "card" : "checking", card, {}, at);
};

const bank: Move = (trade, date, at) => {
  const { books, random } = trade;
  const rows = trade.held.splice(0, random.int(1, 4)).flatMap(({ entity, id }) => {
    const row = books.company.get(entity, id);
    return row && cents(row.body.TotalAmt) > 0 && (row.body.TxnDate ?? "") <= date && books.company.sourcesOf(entity, id).length === 0 ? [{ entity, row }] : [];
  });
  if (rows.length === 0) return;
  const fee = random.chance(0.3)
    ? [{ Amount: -amountIn(random, 100, 900), DetailType: "DepositLineDetail", DepositLineDetail: { AccountRef: books.ref("bank") } }]
    : [];
  books.deposit(
    date,
    "checking",
    [...rows.map(({ entity, row }) => books.apply(row.body.TotalAmt ?? 0, entity, row)), ...fee],
    random.chance(0.1) ? { CashBack: { AccountRef: books.ref("drawings"), Amount: 1, Memo: "Stamps" } } : {},
    at,
  );
};

const spend: Move = (trade, date, at) => {
  const { books, random, lists } = trade;
  const home = lists.vendors.filter(({ currency }) => currency === books.company.profile.home);
  const person = random.chance(0.7) ? random.pick(home).id : null;
  const type = random.pick(["Cash", "Check", "CreditCard"] as const);
  const credit = type === "CreditCard" && random.chance(0.15);
  books.purchase(
    date,
    type,
    type === "CreditCard" ? "card" : "checking",
    costs(trade),
    person,
    { ...(credit ? { Credit: true } : {}), ...(type === "Check" ? { DocNumber: String(random.int(1000, 9999)) } : {}) },
    at,
  );
};

const spendAbroad: Move = (trade, date, at) => {
  const { books, lists } = trade;
  if (lists.foreign.length === 0) return spend(trade, date, at);
  books.purchase(date, "Cash", "foreignBank", costs(trade), null, {}, at);
};

const counter: Move = (trade, date, at) => {
  const { books, random, lists } = trade;
  const person = random.pick(lists.customers);
  const foreign = person.currency !== books.company.profile.home;
  const held = !foreign && random.chance(0.4);
  const row = books.txn(
    "SalesReceipt",
    date,
    { CustomerRef: { value: person.id }, ...(held ? {} : { DepositToAccountRef: books.ref("checking") }), Line: wares(trade) },
    at,
  );
  if (held) trade.held.push({ entity: "SalesReceipt", id: row.id });
};

const giveBack: Move = (trade, date, at) => {
  const { books, random, lists } = trade;
  const CustomerRef = { value: random.pick(lists.customers).id };
  if (random.chance(0.5))
    books.txn(
      "RefundReceipt",
      date,
      { CustomerRef, DepositToAccountRef: books.ref("checking"), Line: [books.sold(random.pick(lists.services), 1, amountIn(random, 1000, 9000))] },
      at,
    );
  else credit(trade, date, at);
};

/** A credit memo, settled against an invoice of the same customer where one is open. */
const credit: Move = ({ books, random, lists, invoices }, date, at) => {
  const open = invoices.map((id) => books.company.get("Invoice", id)).find((row) => row && cents(row.body.Balance) > 2000 && (row.body.TxnDate ?? "") <= date);
  const CustomerRef = { value: open?.body.CustomerRef?.value ?? random.pick(lists.customers).id };
  const memo = books.txn(
    "CreditMemo",
    date,
    { CustomerRef, ...(open?.body.ExchangeRate ? { ExchangeRate: open.body.ExchangeRate } : {}), Line: [books.sold(random.pick(lists.services), 1, 20)] },
    at,
  );
  if (open)
    books.txn(
      "Payment",
      date,
      {
        CustomerRef,
        TotalAmt: 0,
        ...(open.body.ExchangeRate ? { ExchangeRate: open.body.ExchangeRate } : {}),
        Line: [books.apply(20, "Invoice", open), books.apply(20, "CreditMemo", memo)],
      },
      at,
    );
};

const vendorCredit: Move = (trade, date, at) => {
  const { books, random, lists } = trade;
  books.txn("VendorCredit", date, { VendorRef: { value: random.pick(lists.vendors).id }, Line: costs(trade).slice(0, 1) }, at);
};

const shift: Move = ({ books, random }, date, at) => {
  const amount = amountIn(random, 10_000, 100_000);
  if (random.chance(0.4))
    books.txn("CreditCardPayment", date, { BankAccountRef: books.ref("checking"), CreditCardAccountRef: books.ref("card"), Amount: amount }, at);
  else if (random.chance(0.3)) books.purchase(date, "CreditCard", "card", [books.cost("checking", amount, "Monthly Payment")], null, { Credit: true }, at);
  else books.transfer(date, "checking", random.pick(["savings", "card"]), amount, {}, at);
};

const journal: Move = ({ books, random, lists }, date, at) => {
  const amount = amountIn(random, 1000, 50_000);
  const foreign = lists.foreign[0];
  if (foreign !== undefined && random.chance(0.3))
    books.journal(
      date,
      [
        ["office", amount, 0, "Charge abroad"],
        ["foreignBank", 0, amount],
      ],
      { CurrencyRef: { value: foreign } },
      at,
    );
  else
    books.journal(
      date,
      [
        ["prepaid", amount, 0],
        ["insurance", amountIn(random, 100, 100), 0],
        ["loan", 0, (cents(amount) + 100) / 100],
      ],
      {},
      at,
    );
};

const income: Move = ({ books, random }, date, at) => {
  books.deposit(
    date,
    random.pick(["checking", "savings"]),
    [
      {
        Amount: amountIn(random, 100, 20_000),
        Description: "Interest",
        DetailType: "DepositLineDetail",
        DepositLineDetail: { AccountRef: books.ref("interest") },
      },
    ],
    {},
    at,
  );
};

/** Each as often as it stands here. */
export const MOVES: readonly Move[] = [
  invoice,
  invoice,
  invoice,
  invoice,
  receive,
  receive,
  receive,
  bill,
  bill,
  bill,
  pay,
  pay,
  bank,
  bank,
  spend,
  spend,
  spend,
  spend,
  spendAbroad,
  counter,
  counter,
  giveBack,
  vendorCredit,
  shift,
  shift,
  journal,
  income,
];

function take(ids: string[], random: Random, entity: string, books: Books): Row | undefined {
  if (ids.length === 0) return undefined;
  const [id = ""] = ids.splice(random.int(0, ids.length - 1), 1);
  return books.company.get(entity, id);
}
