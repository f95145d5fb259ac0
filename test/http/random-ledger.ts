import fc from "../property.ts";
import { BASES, COMPARISONS, SPANS } from "../../src/features/reports/report.ts";
import { asOwner } from "../owner.ts";
import { somebody } from "./reports-desk.ts";

export const LONG = process.env["PROVE"] === "1";
export const LEDGER_TYPES = ["profit_and_loss", "balance_sheet", "trial_balance", "cash_flow"] as const;

const KINDS = [
  ["Asset", "Bank", null],
  ["Asset", "Accounts Receivable", null],
  ["Asset", "Other Current Asset", "UndepositedFunds"],
  ["Asset", "Fixed Asset", null],
  ["Liability", "Accounts Payable", null],
  ["Liability", "Credit Card", null],
  ["Liability", "Long Term Liability", null],
  ["Equity", "Equity", "RetainedEarnings"],
  ["Equity", "Equity", null],
  ["Revenue", "Income", null],
  ["Revenue", "Other Income", null],
  ["Expense", "Cost of Goods Sold", null],
  ["Expense", "Expense", null],
  ["Expense", "Expense", null],
  ["Expense", "Other Expense", null],
] as const;

/** In cents; now and then as large as an amount may be. */
const cents = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -50_000, max: 50_000 }) }, { weight: 1, arbitrary: fc.constant(99_999_999_999_999) });
const day = fc.integer({ min: 0, max: 800 }).map((n) => new Date(Date.UTC(2024, 5, 1) + n * 86_400_000).toISOString().slice(0, 10));
const result = fc.integer({ min: 9, max: 14 });
const document = fc.record({
  day,
  isSale: fc.boolean(),
  isCredit: fc.boolean(),
  lines: fc.array(fc.tuple(result, fc.integer({ min: 1, max: 90_000 })), { minLength: 1, maxLength: 4 }),
});
export const Ledger = fc.record({
  fiscalStart: fc.integer({ min: 1, max: 12 }),
  hasRetained: fc.boolean(),
  entries: fc.array(
    fc.record({
      day,
      sides: fc.array(fc.tuple(fc.integer({ min: 0, max: 14 }), cents), { minLength: 1, maxLength: 4 }),
      home: fc.integer({ min: 0, max: 14 }),
    }),
    { minLength: 5, maxLength: 25 },
  ),
  documents: fc.array(document, { minLength: 2, maxLength: 8 }),
  payments: fc.array(
    fc.record({ day, extra: fc.integer({ min: 0, max: 500 }), links: fc.array(fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 60_000 })), { maxLength: 3 }) }),
    { maxLength: 8 },
  ),
});
type Ledger = typeof Ledger extends fc.Arbitrary<infer T> ? T : never;
export const Asked = fc.record({
  from: day,
  days: fc.integer({ min: 0, max: LONG ? 330 : 75 }),
  basis: fc.constantFrom(...BASES),
  compare: fc.constantFrom(...COMPARISONS),
  columns: fc.constantFrom(...SPANS),
});

type Posting = { account: number; cents: number };
type Written = { entity: string; day: string; body: object | null; postings: Posting[] };

const money = (n: number) => `${n < 0 ? "-" : ""}${Math.floor(Math.abs(n) / 100)}.${String(Math.abs(n) % 100).padStart(2, "0")}`;

/** Entries that balance, documents that wait for money, and payments that settle parts of them, too much, or nothing. */
function written(ledger: Ledger): Written[] {
  const entries = ledger.entries.map(({ day, sides, home }): Written => {
    const postings = sides.map(([account, amount]) => ({ account, cents: amount }));
    return { entity: "JournalEntry", day, body: {}, postings: [...postings, { account: home, cents: -sides.reduce((sum, [, amount]) => sum + amount, 0) }] };
  });
  const documents = ledger.documents.map((one): Written => {
    const entity = one.isSale ? (one.isCredit ? "CreditMemo" : "Invoice") : one.isCredit ? "VendorCredit" : "Bill";
    const side = (one.isSale ? 1 : -1) * (one.isCredit ? -1 : 1);
    const total = one.lines.reduce((sum, [, amount]) => sum + amount, 0);
    const postings = [{ account: one.isSale ? 1 : 4, cents: side * total }, ...one.lines.map(([account, amount]) => ({ account, cents: -side * amount }))];
    return { entity, day: one.day, body: { TotalAmt: money(total) }, postings };
  });
  const payments = ledger.payments.map(({ day, extra, links }, index): Written => {
    const isSale = index % 2 === 0;
    const fitting = links.flatMap(([nth, amount]) => {
      const target = documents[nth % documents.length];
      return target && (target.entity === "Invoice") === isSale && ["Invoice", "Bill"].includes(target.entity)
        ? [{ nth: nth % documents.length, type: target.entity, amount }]
        : [];
    });
    const total = fitting.reduce((sum, one) => sum + one.amount, extra);
    const Line = fitting.map((one) => ({ Amount: money(one.amount), LinkedTxn: [{ TxnId: String(entries.length + one.nth + 1), TxnType: one.type }] }));
    const side = isSale ? 1 : -1;
    const postings = [
      { account: 0, cents: side * total },
      { account: isSale ? 1 : 4, cents: -side * total },
    ];
    return { entity: isSale ? "Payment" : "BillPayment", day, body: { TotalAmt: money(total), Line }, postings };
  });
  return [...entries, ...documents, ...payments];
}

/** Books of nobody, as a sync would have left them. */
export async function keep(ledger: Ledger): Promise<{ userId: string; company: string }> {
  const { userId } = await somebody();
  const company = crypto.randomUUID();
  const chart = KINDS.map(([classification, type, sub], n) => ({
    id: crypto.randomUUID(),
    n,
    classification,
    type,
    sub: sub === "RetainedEarnings" && !ledger.hasRetained ? null : sub,
  }));
  const rows = written(ledger).map((one, n) => ({ ...one, id: crypto.randomUUID(), n: n + 1 }));
  const postings = rows.flatMap((row) =>
    row.postings.map((one, line) => ({ id: row.id, line: line + 1, account: chart[one.account]?.id, day: row.day, amount: money(one.cents) })),
  );
  await asOwner(
    `insert into accounts (id, user_id, service_name, display_name, status, home_currency, fiscal_year_start, created_at, updated_at) values ($1, $2, 'quickbooks', 'x', 'connected', 'USD', $3, now(), now())`,
    [company, userId, ledger.fiscalStart],
  );
  await asOwner(
    `insert into ledger_accounts (id, user_id, account_id, external_id, name, full_name, classification, account_type, account_sub_type, currency)
     select id, $1::uuid, $2::uuid, n::text, 'Account ' || n, 'Account ' || n, classification, type, sub, 'USD' from jsonb_to_recordset($3::jsonb) as c(id uuid, n int, classification text, type text, sub text)`,
    [userId, company, JSON.stringify(chart)],
  );
  await asOwner(
    `with given as (select * from jsonb_to_recordset($3::jsonb) as r(id uuid, n int, entity text, day date, body jsonb)),
     kept as (insert into transactions (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, category, kind, moved_cash, created_at, updated_at)
       select id, $1::uuid, $2::uuid, 'quickbooks', entity, n::text, day, n, case n % 3 when 0 then 'JPY' else 'USD' end, nullif('Category ' || n % 4, 'Category 0'), 'x', n % 5 > 0, now(), now() from given)
     insert into source_documents (account_id, entity, external_id, user_id, version, changed_at, seen_in, is_deleted, body)
       select $2::uuid, entity, n::text, $1::uuid, '0', now(), gen_random_uuid(), false, body || '{"MetaData":{"CreateTime":"2026-01-01T00:00:00Z"}}' from given`,
    [userId, company, JSON.stringify(rows)],
  );
  await asOwner(
    `insert into postings (transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount)
     select id, line, $1::uuid, $2::uuid, account, day, amount, 'USD', amount from jsonb_to_recordset($3::jsonb) as p(id uuid, line int, account uuid, day date, amount numeric)`,
    [userId, company, JSON.stringify(postings)],
  );
  return { userId, company };
}
